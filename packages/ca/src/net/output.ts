import type { Socket } from "node:net";

/** Gathers what is sent during one turn of the event loop into one write: many small answers, one system call. */
export interface Output {
  send(bytes: Uint8Array): void;
  /** Bytes gathered or waiting in the socket. */
  readonly queuedBytes: number;
  /** Writes what was gathered, now. */
  flush(): void;
}

/** From this size on a message is written as it is, not copied. */
const LARGE_BYTES = 32 * 1024;

/** Wraps a socket. Nothing is written once the socket is closed. */
export function createOutput(socket: Socket): Output {
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  let scheduled = false;
  const flush = () => {
    scheduled = false;
    if (gathered.length === 0) return;
    const parts = gathered;
    const bytes = gatheredBytes;
    gathered = [];
    gatheredBytes = 0;
    if (socket.destroyed || !socket.writable) return;
    socket.write(parts.length === 1 ? parts[0]! : Buffer.concat(parts, bytes));
  };
  return {
    get queuedBytes() {
      return gatheredBytes + socket.writableLength;
    },
    flush,
    send(bytes) {
      if (bytes.length >= LARGE_BYTES) {
        flush();
        if (!socket.destroyed && socket.writable) socket.write(bytes);
        return;
      }
      gathered.push(bytes);
      gatheredBytes += bytes.length;
      if (!scheduled) {
        scheduled = true;
        setImmediate(flush);
      }
    },
  };
}
