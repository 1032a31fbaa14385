/**
 * Writing over Channel Access. An entry of its own, so that what only reads cannot write by mistake.
 *
 * @example
 * ```ts
 * import { createClient } from "@epicube/ca";
 * import { putPv } from "@epicube/ca/put";
 *
 * await using client = createClient({ nameServers: [{ host: "127.0.0.1", port: 5064 }] });
 * await putPv(client, "BL45P-MO-MAP-01:STAGE:X", 1.25);
 * ```
 *
 * @packageDocumentation
 */
export { type PutOptions, type PutResult, putMany, putPv } from "./put.js";
export type { PutValue } from "./values.js";
