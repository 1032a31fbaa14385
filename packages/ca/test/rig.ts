import { connect, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createFrameReader, encodeMessage, type Message, type MessageInit, type ServedChannel } from "../src/index.js";

/** A client of raw messages, to say what no sane client says. */
export interface RawClient {
  send(...messages: (MessageInit | Uint8Array)[]): void;
  /** The next message that fits, or the reason why none came. */
  next(command: number): Promise<Message>;
  readonly closed: Promise<void>;
  close(): void;
}

export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect({ host: "127.0.0.1", port });
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  const heard: Message[] = [];
  const waiting: { command: number; resolve: (message: Message) => void; reject: (error: Error) => void }[] = [];
  const reader = createFrameReader(
    {
      message(message) {
        const copy = { ...message, payload: new Uint8Array(message.payload) };
        const at = waiting.findIndex((entry) => entry.command === message.command);
        if (at === -1) heard.push(copy);
        else waiting.splice(at, 1)[0]!.resolve(copy);
      },
      oversize() {},
    },
    { maxPayloadBytes: 1 << 26 },
  );
  socket.on("data", (chunk) => reader.push(chunk));
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  void closed.then(() => {
    for (const entry of waiting) entry.reject(new Error("the server closed the circuit"));
  });
  return {
    send: (...messages) =>
      socket.write(Buffer.concat(messages.map((message) => (message instanceof Uint8Array ? message : encodeMessage(message))))),
    next(command) {
      const at = heard.findIndex((message) => message.command === command);
      if (at !== -1) return Promise.resolve(heard.splice(at, 1)[0]!);
      return new Promise((resolve, reject) => waiting.push({ command, resolve, reject }));
    },
    closed,
    close: () => socket.destroy(),
  };
}

/** A server of raw messages: `answer` gets each message and may send anything back. */
export interface RawServer {
  readonly port: number;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function rawServer(
  answer: (message: Message, send: (...messages: (MessageInit | Uint8Array)[]) => void, socket: Socket) => void,
  onConnect?: (socket: Socket) => void,
): Promise<RawServer> {
  const sockets = new Set<Socket>();
  const server: Server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    onConnect?.(socket);
    const send = (...messages: (MessageInit | Uint8Array)[]) => {
      if (!socket.destroyed)
        socket.write(Buffer.concat(messages.map((message) => (message instanceof Uint8Array ? message : encodeMessage(message)))));
    };
    const reader = createFrameReader({ message: (message) => answer(message, send, socket), oversize() {} }, { maxPayloadBytes: 1 << 26 });
    socket.on("data", (chunk) => reader.push(chunk));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { port: (server.address() as { port: number }).port, close, [Symbol.asyncDispose]: close };
}

/** A channel that can be changed from the test, and written by clients. */
export function variable(type: ServedChannel["type"], initial: ReturnType<ServedChannel["read"]>, count = 1) {
  let state = initial as Exclude<typeof initial, Promise<unknown>>;
  const listeners = new Set<(snapshot: typeof state, mask: number) => void>();
  const writes: unknown[] = [];
  const channel: ServedChannel = {
    type,
    count,
    read: () => state,
    write({ value }) {
      writes.push(value);
      set({ ...state, value });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const set = (next: typeof state, mask = 1) => {
    state = next;
    for (const listener of listeners) listener(state, mask);
  };
  return { channel, set, writes, listeners };
}
