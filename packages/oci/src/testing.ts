/**
 * A registry in the process: for tests of whatever pushes or pulls, with the faults that registries have.
 *
 * @example
 * ```ts
 * import { createTestRegistry } from "@epicube/oci/testing";
 *
 * const registry = await createTestRegistry();
 * registry.inject({ method: "PUT", path: /blobs/, status: 503, times: 1 });
 * console.log(registry.host); // 127.0.0.1:PORT
 * await registry.close();
 * ```
 *
 * @packageDocumentation
 */

export type { RegistryFault } from "./testing/faults.js";
export { createTestRegistry, type RegistryRequestLog, type TestRegistry, type TestRegistryOptions } from "./testing/registry.js";
