import { type Clock, EpicubeError } from "@epicube/core";
import type { Channels } from "./channels.js";
import type { CaClient } from "./types.js";

/** What other entries of this package (writing) need of a client. Not for users: a client itself cannot write. */
export interface ClientInternals {
  readonly channels: Channels;
  readonly clock: Clock;
}

const internals = new WeakMap<CaClient, ClientInternals>();

/** Called by the client's maker. */
export function registerInternals(client: CaClient, inside: ClientInternals): void {
  internals.set(client, inside);
}

/** @throws EpicubeError CA_CLIENT_FOREIGN for an object that `createClient` did not make */
export function internalsOf(client: CaClient): ClientInternals {
  const inside = internals.get(client);
  if (!inside) throw new EpicubeError("CA_CLIENT_FOREIGN", "this client was not made by createClient of the same copy of this package");
  return inside;
}
