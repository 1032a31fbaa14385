// Asks for the health of an IOC that is not there: the verdict says at which level it was decided, and why.
import { createServer } from "node:net";
import { probeIoc } from "@epicube/probe";

// A port on which nobody listens any more.
const server = createServer();
const port = await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
await new Promise((resolve) => server.close(resolve));

const verdict = await probeIoc({
  ioc: "demo-ioc-01",
  preset: "liveness",
  deadlineMs: 1000,
  pvs: ["DEMO:HEARTBEAT"],
  address: { host: "127.0.0.1", port },
});
console.log(`${verdict.ioc}: ${verdict.verdict} at ${verdict.level}: ${verdict.cause}`);
if (verdict.verdict !== "unhealthy") process.exitCode = 1;
