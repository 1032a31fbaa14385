import { EpicubeError } from "@epicube/core";
import { runBulk } from "../client/bulk.js";
import type { ChannelEntry } from "../client/channels.js";
import { seconds } from "../client/connection.js";
import { internalsOf } from "../client/internals.js";
import { pvError, statusError, timeoutError } from "../client/reading.js";
import type { CaClient, CallOptions, PvError, Stage } from "../client/types.js";
import { COMMAND } from "../tables/commands.js";
import { describeEca, ECA } from "../tables/eca.js";
import { encodeValue, type PutValue } from "./values.js";

/** Options of {@link putPv} and {@link putMany}. */
export interface PutOptions extends CallOptions {
  /** Wait until the server has processed the write (WRITE_NOTIFY). Default true; without it a refusal by the server is not seen. */
  readonly wait?: boolean;
}

/** What became of one write. */
export interface PutResult {
  readonly pv: string;
  readonly ok: boolean;
  readonly error?: PvError;
}

/**
 * Writes one PV.
 *
 * @example
 * ```ts
 * await putPv(client, "BL45P-MO-MAP-01:STAGE:X", 1.25);
 * ```
 * @throws EpicubeError with the code of {@link PvError}; CA_VALUE_INVALID before anything is sent
 */
export async function putPv(client: CaClient, name: string, value: PutValue, options: PutOptions = {}): Promise<void> {
  const [result] = await putMany(client, [{ pv: name, value }], options);
  if (result!.ok) return;
  const { code, message, stage, eca } = result!.error!;
  throw new EpicubeError(code, message, { context: { pv: name, stage, ...(eca ? { eca: eca.code } : {}) } });
}

/** Writes many PVs under one deadline; never rejects for a PV. Results in the order of the values. */
export function putMany(
  client: CaClient,
  values: readonly { readonly pv: string; readonly value: PutValue }[],
  options: PutOptions = {},
): Promise<PutResult[]> {
  const { channels } = internalsOf(client);
  let next = 0;
  return runBulk<PutResult>(
    values.map((entry) => entry.pv),
    options,
    (pv, done) => {
      const { value } = values[next++]!;
      let entry: ChannelEntry | undefined;
      let sent = false;
      let withdraw = () => {};
      const failed = (error: EpicubeError, stage: Stage): PutResult => ({ pv, ok: false, error: pvError(error, stage) });
      try {
        entry = channels.open(pv);
        withdraw = entry.wait((opened) => {
          if (opened instanceof EpicubeError) {
            done(failed(opened, "search"));
            return;
          }
          const { circuit } = opened.connection;
          const { channel } = opened;
          try {
            if (!channel.access.write) throw statusError(ECA.NOWTACCESS, `no write access to ${pv}`);
            const { type, count, payload } = encodeValue(channel, value);
            const init = { dataType: type.code, count, p1: channel.sid, payload };
            if (options.wait === false) {
              circuit.send({ ...init, command: COMMAND.WRITE, p2: channel.cid });
              done({ pv, ok: true });
              return;
            }
            sent = true;
            circuit.notify({ ...init, command: COMMAND.WRITE_NOTIFY }, (eca) =>
              done(
                eca === ECA.NORMAL
                  ? { pv, ok: true }
                  : failed(statusError(eca, `the server answered ${describeEca(eca).name}: ${describeEca(eca).text}`), "read"),
              ),
            );
          } catch (error) {
            done(failed(error as EpicubeError, "read"));
          }
        });
      } catch (error) {
        done(failed(error as EpicubeError, "search"));
      }
      return {
        expire(timeoutMs) {
          withdraw();
          if (sent)
            return failed(
              new EpicubeError("CA_TIMEOUT", `connected, but the write of ${pv} was not confirmed in ${seconds(timeoutMs)}`),
              "read",
            );
          const standing = entry!.standing();
          channels.abandon(entry!);
          return failed(timeoutError(pv, standing, timeoutMs), standing.stage);
        },
      };
    },
  );
}
