import { type CaClientOptions, parseAddressList } from "@epicube/ca";
import { EpicubeError } from "@epicube/core";
import type { CommandContext } from "./output/terminal.js";

/**
 * Where Channel Access names are asked, from `EPICS_CA_NAME_SERVERS` (TCP) and `EPICS_CA_ADDR_LIST` (UDP), with `EPICS_CA_SERVER_PORT` as the default port.
 *
 * @throws EpicubeError USAGE when there is no address to ask, CA_ADDRESS_INVALID for one that cannot be read
 */
export function caAddresses(env: CommandContext["env"]): Pick<CaClientOptions, "nameServers" | "addressList"> {
  const port = Number(env.EPICS_CA_SERVER_PORT || 5064);
  const nameServers = parseAddressList(env.EPICS_CA_NAME_SERVERS ?? "", port);
  const addressList = parseAddressList(env.EPICS_CA_ADDR_LIST ?? "", port);
  if (nameServers.length + addressList.length === 0) {
    throw new EpicubeError("USAGE", "no address to ask for PVs", { help: "set EPICS_CA_NAME_SERVERS=HOST[:PORT] or EPICS_CA_ADDR_LIST" });
  }
  return { nameServers, addressList };
}
