/**
 * Channel Access: codec, client and server, with no dependency outside this repository.
 *
 * @example
 * ```ts
 * import { createClient } from "@epicube/ca";
 *
 * await using client = createClient({ nameServers: [{ host: "127.0.0.1", port: 5064 }] });
 * const reading = await client.get("BL45P-MO-IOC-01:HEARTBEAT");
 * console.log(reading.value, reading.severity);
 * ```
 *
 * @packageDocumentation
 */
export { formatAddress, parseAddress, parseAddressList, type ServerAddress } from "./address/address.js";
export { type CaEnvironment, readCaEnvironment } from "./address/environment.js";
export { createClient } from "./client/client.js";
export { type JsonValue, type ReadingJson, readingToJson, valueToJson } from "./client/json.js";
export type {
  CaClient,
  CaClientOptions,
  CallOptions,
  ChannelInfo,
  GetOptions,
  InfoResult,
  MonitorEvent,
  MonitorOptions,
  PvError,
  PvReading,
  SearchOptions,
  SearchResult,
  Stage,
} from "./client/types.js";
export { type DbrInit, decodeDbr, encodeDbr } from "./codec/dbr.js";
export { createFrameReader, type FrameHandler, type FrameReader, type FrameReaderOptions, parseDatagram } from "./codec/frame-reader.js";
export { encodeMessage, type Header, type Message, type MessageInit, parseHeader } from "./codec/header.js";
export { FAULT_KINDS, type Fault, type FaultKind, parseFault } from "./server/faults.js";
export { createServer } from "./server/server.js";
export type {
  CaServer,
  CaServerOptions,
  ChannelListener,
  ChannelSnapshot,
  ChannelValue,
  ServedChannel,
  WriteRequest,
} from "./server/types.js";
export {
  SEVERITY_NAMES,
  type SeverityName,
  STATUS_NAMES,
  type StatusName,
  severityCode,
  severityName,
  statusCode,
  statusName,
} from "./tables/alarms.js";
export { ACCESS, COMMAND, DEFAULT_SERVER_PORT, EVENT_MASK } from "./tables/commands.js";
export { describeEca, ECA, type EcaInfo, listEca } from "./tables/eca.js";
export { DBF_NAMES, DBR_CLASSES, DBR_TYPES, type DbfName, type DbrClass, type DbrType, dbrBytes, dbrType } from "./tables/types.js";
export {
  EPICS_EPOCH_OFFSET_SECONDS,
  formatTimestamp,
  isUndefinedTime,
  timestampFromUnixMs,
  timestampToUnixMs,
} from "./value/time.js";
export type { ChannelLimits, DbrData, Elements, EpicsTimestamp, NumericElements } from "./value/types.js";
