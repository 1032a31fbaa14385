// Serves one channel over Channel Access and reads it back through real sockets.
import { createClient, createServer } from "@epicube/ca";

const temperature = { type: "DOUBLE", count: 1, read: () => ({ value: 21.5, units: "C", precision: 1 }) };
const server = await createServer({ lookup: (name) => (name === "DEMO:TEMP" ? temperature : undefined) });
const client = createClient({ nameServers: [{ host: server.interface, port: server.tcpPort }] });
try {
  const reading = await client.get("DEMO:TEMP", { class: "ctrl" });
  console.log(`${reading.pv} = ${reading.value} ${reading.units} (${reading.type}, ${reading.severity})`);
  if (reading.value !== 21.5) process.exitCode = 1;
} finally {
  await client.close();
  await server.close();
}
