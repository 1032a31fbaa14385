/**
 * A simulated IOC: loads record files, processes their records and serves them over Channel Access; faults on demand.
 *
 * @example
 * ```ts
 * import { createSimulatedIoc } from "@epicube/sim";
 *
 * const text = 'record(calc, "X:HEARTBEAT") { field(SCAN, "1 second") field(INPA, "X:HEARTBEAT") field(CALC, "A+1") }';
 * await using ioc = await createSimulatedIoc({ databases: [{ file: "x.db", text }] });
 * console.log(`serving ${ioc.records} records on port ${ioc.tcpPort}`);
 * ```
 *
 * @packageDocumentation
 */
export { type Fault, type FaultKind, parseFault } from "@epicube/ca";
export { type CalcProgram, type CalcState, compileCalc } from "./calc/compile.js";
export { createSimulatedIoc, type SimulatedIoc, type SimulatedIocOptions } from "./ioc/create.js";
