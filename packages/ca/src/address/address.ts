import { EpicubeError } from "@epicube/core";
import { DEFAULT_SERVER_PORT } from "../tables/commands.js";

/** A host (name or IPv4 address) and a port. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/** `HOST:PORT`. */
export function formatAddress(address: ServerAddress): string {
  return `${address.host}:${address.port}`;
}

/**
 * Reads `HOST[:PORT]`.
 *
 * @throws EpicubeError CA_ADDRESS_INVALID
 */
export function parseAddress(text: string, defaultPort: number = DEFAULT_SERVER_PORT): ServerAddress {
  const match = /^([A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252}))(?::([0-9]{1,5}))?$/.exec(text);
  const port = match?.[2] === undefined ? defaultPort : Number(match[2]);
  if (!match || port < 1 || port > 65535)
    throw new EpicubeError("CA_ADDRESS_INVALID", `"${text}" is not an address`, {
      help: "write HOST or HOST:PORT, for example 127.0.0.1:5064",
    });
  return { host: match[1]!, port };
}

/** Reads a list of addresses separated by blanks, as `EPICS_CA_NAME_SERVERS` writes it. Each stands once. */
export function parseAddressList(text: string, defaultPort: number = DEFAULT_SERVER_PORT): ServerAddress[] {
  const addresses = new Map<string, ServerAddress>();
  for (const word of text.split(/\s+/)) {
    if (word === "") continue;
    const address = parseAddress(word, defaultPort);
    addresses.set(formatAddress(address), address);
  }
  return [...addresses.values()];
}
