// Serves two records over Channel Access; any client reads them: EPICS_CA_NAME_SERVERS=127.0.0.1:PORT caget DEMO:COUNT
import { createSimulatedIoc } from "@epicube/sim";

const text = `record(calc, "DEMO:COUNT") {
  field(SCAN, "1 second")
  field(INPA, "DEMO:COUNT")
  field(CALC, "A+1")
}
record(ai, "DEMO:TEMP") {
  field(VAL, "21.5")
  field(EGU, "C")
}
`;
const ioc = await createSimulatedIoc({ databases: [{ file: "demo.db", text }] });
try {
  console.log(`serving ${ioc.recordNames.join(", ")} on ${ioc.interface}:${ioc.tcpPort}`);
  if (!ioc.process("DEMO:COUNT")) process.exitCode = 1;
} finally {
  await ioc.close();
}
