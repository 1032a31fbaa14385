import { createServer as createTcpServer, type Socket } from "node:net";
import { type CaServer, type ChannelSnapshot, createServer, type ServedChannel, timestampFromUnixMs } from "@epicube/ca";
import type { HealthTarget, HealthVerdict } from "@epicube/core/seams";

/** An IOC of the test's own: a heartbeat that beats at each read, values, a bad and a never processed record. */
export interface TestIoc {
  readonly server: CaServer;
  readonly address: { readonly host: string; readonly port: number };
  readonly channels: Map<string, ServedChannel>;
  close(): Promise<void>;
}

const fixed = (snapshot: ChannelSnapshot, type: ServedChannel["type"] = "DOUBLE"): ServedChannel => ({
  type,
  count: 1,
  read: () => snapshot,
});

export async function startTestIoc(port = 0): Promise<TestIoc> {
  let beats = 0;
  const timestamp = timestampFromUnixMs(Date.UTC(2026, 0, 1));
  const channels = new Map<string, ServedChannel>([
    ["I:HEARTBEAT", { type: "LONG", count: 1, read: () => ({ value: ++beats, timestamp }) }],
    ["I:FROZEN", fixed({ value: 7, timestamp }, "LONG")],
    ["I:OK", fixed({ value: 1.5, timestamp })],
    ["I:MAJOR", fixed({ value: 99, severity: "MAJOR", status: "HIHI", timestamp })],
    ["I:INVALID", fixed({ value: 0, severity: "INVALID", status: "COMM", timestamp })],
    ["I:NEVER", fixed({ value: 0, severity: "INVALID", status: "UDF" })],
    ["I:STATE", fixed({ value: 1, enums: ["Stopped", "Running"], timestamp }, "ENUM")],
  ]);
  const server = await createServer({ lookup: (name) => channels.get(name), port });
  return { server, channels, address: { host: "127.0.0.1", port: server.tcpPort }, close: () => server.close() };
}

export function targetOf(address: HealthTarget["address"], more: Partial<HealthTarget> = {}): HealthTarget {
  return { ioc: "test-ioc", preset: "liveness", deadlineMs: 10_000, pvs: ["I:OK"], ...(address ? { address } : {}), ...more };
}

/** A listening socket that says nothing, or what `speak` says. */
export async function rawListener(speak?: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    speak?.(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { address: { host: "127.0.0.1", port: (server.address() as { port: number }).port }, close };
}

/** A port on which nothing listens. */
export async function closedPort() {
  const listener = await rawListener();
  await listener.close();
  return listener.address;
}

export const brief = ({ verdict, level, cause }: HealthVerdict) => ({ verdict, level, cause });
