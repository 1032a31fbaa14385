import { EpicubeError } from "@epicube/core";
import { formatAddress, type ServerAddress } from "../address/address.js";
import { type Connection, type ConnectionHandler, type ConnectionOptions, openConnection } from "./connection.js";

/** The circuits of one client: one per server, made when first needed. */
export interface Circuits {
  /** The circuit to a server; a closed one is replaced, which resolves its name again. @throws EpicubeError CA_CLOSED, CA_LIMIT */
  to(address: ServerAddress): Connection;
  list(): readonly Connection[];
  close(error: EpicubeError): void;
}

/** Makes the table of circuits. */
export function createCircuits(handler: ConnectionHandler, options: ConnectionOptions & { readonly maxCircuits: number }): Circuits {
  const byServer = new Map<string, Connection>();
  let closed: EpicubeError | undefined;
  return {
    to(address) {
      if (closed) throw closed;
      const key = formatAddress(address);
      const present = byServer.get(key);
      if (present && present.state !== "closed") return present;
      if (byServer.size >= options.maxCircuits)
        throw new EpicubeError("CA_LIMIT", `more than ${options.maxCircuits} servers at once`, { help: "raise maxCircuits" });
      const connection = openConnection(
        address,
        {
          ...handler,
          closed(gone, error) {
            if (byServer.get(key) === gone) byServer.delete(key);
            handler.closed(gone, error);
          },
        },
        options,
      );
      byServer.set(key, connection);
      return connection;
    },
    list: () => [...byServer.values()],
    close(error) {
      closed = error;
      for (const connection of [...byServer.values()]) connection.close(error);
    },
  };
}
