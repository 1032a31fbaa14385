import { EpicubeError } from "@epicube/core";
import { DEFAULT_SERVER_PORT } from "../tables/commands.js";
import { parseAddressList, type ServerAddress } from "./address.js";

/** What the environment of a client says about where to search. */
export interface CaEnvironment {
  readonly nameServers: readonly ServerAddress[];
  /** UDP destinations; broadcasts of the interfaces are not among them. */
  readonly addressList: readonly ServerAddress[];
  /** True where `EPICS_CA_AUTO_ADDR_LIST` (default YES) asks for the broadcast addresses of all interfaces besides. */
  readonly autoAddressList: boolean;
  readonly serverPort: number;
}

/**
 * Reads `EPICS_CA_NAME_SERVERS`, `EPICS_CA_ADDR_LIST`, `EPICS_CA_AUTO_ADDR_LIST` and `EPICS_CA_SERVER_PORT`.
 *
 * @throws EpicubeError CA_ADDRESS_INVALID, CA_ENVIRONMENT
 */
export function readCaEnvironment(env: Readonly<Record<string, string | undefined>>): CaEnvironment {
  const port = (env.EPICS_CA_SERVER_PORT ?? "").trim();
  const serverPort = port === "" ? DEFAULT_SERVER_PORT : Number(port);
  if (!Number.isInteger(serverPort) || serverPort < 1 || serverPort > 65535)
    throw new EpicubeError("CA_ENVIRONMENT", `EPICS_CA_SERVER_PORT is "${port}", not a port from 1 to 65535`);
  return {
    nameServers: parseAddressList(env.EPICS_CA_NAME_SERVERS ?? "", serverPort),
    addressList: parseAddressList(env.EPICS_CA_ADDR_LIST ?? "", serverPort),
    // libca looks for "no" anywhere in the value.
    autoAddressList: !/no|NO/.test(env.EPICS_CA_AUTO_ADDR_LIST ?? "YES"),
    serverPort,
  };
}
