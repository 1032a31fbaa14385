import { EpicubeError } from "@epicube/core";
import { formatAddress } from "../address/address.js";
import { runBulk } from "./bulk.js";
import type { ChannelEntry, Channels } from "./channels.js";
import { pvError, timeoutError } from "./reading.js";
import type { CallOptions, InfoResult, Stage } from "./types.js";

/** Opens channels under one deadline and tells what they are. */
export function infoMany(channels: Channels, names: readonly string[], options: CallOptions): Promise<InfoResult[]> {
  return runBulk<InfoResult>(names, options, (name, done) => {
    let entry: ChannelEntry | undefined;
    let withdraw = () => {};
    const failed = (error: EpicubeError, stage: Stage, server = entry?.server): InfoResult => ({
      ok: false,
      pv: name,
      ...(server === undefined ? {} : { server }),
      error: pvError(error, stage),
      timingsMs: { ...entry?.timingsMs },
    });
    try {
      entry = channels.open(name);
      withdraw = entry.wait((result) => {
        if (result instanceof EpicubeError) {
          done(failed(result, "search"));
          return;
        }
        const { channel, connection } = result;
        const server = formatAddress(connection.address);
        const { type, count: nativeCount, access } = channel;
        done({ ok: true, pv: name, type, nativeCount, access: { ...access }, server, timingsMs: { ...entry?.timingsMs } });
      });
    } catch (error) {
      done(failed(error as EpicubeError, "search"));
    }
    return {
      expire(timeoutMs) {
        withdraw();
        const standing = entry!.standing();
        channels.abandon(entry!);
        return failed(timeoutError(name, standing, timeoutMs), standing.stage, standing.server);
      },
    };
  });
}
