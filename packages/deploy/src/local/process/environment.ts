import type { Workload } from "../../releases/workload.js";
import type { IocPaths } from "../../target/target.js";
import { LOCAL_HOST } from "../ports/ports.js";

/** What a process needs of the machine. Everything else of the caller's environment stays outside, its EPICS_CA_* above all. */
const FROM_HOST = ["PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "EPICS_BASE", "EPICS_HOST_ARCH"];

/** What {@link iocEnvironment} joins. */
export interface IocEnvironmentParts {
  readonly host: Readonly<Record<string, string | undefined>>;
  readonly workload: Workload;
  readonly program: Readonly<Record<string, string>>;
  readonly paths: IocPaths;
  readonly port: number;
  /** Ports of the beamline's other IOCs, whose PVs it can reach. */
  readonly otherPorts: readonly number[];
}

/**
 * The whole environment of an IOC's process, later ones winning: of the machine, of the manifest, of the program, of the target (its
 * folders, its port, and Channel Access and pvAccess kept on loopback: no search, no beacon and no server reaches a network).
 */
export function iocEnvironment(parts: IocEnvironmentParts): Record<string, string> {
  const host: Record<string, string> = {};
  for (const name of FROM_HOST) {
    const value = parts.host[name];
    if (value !== undefined) host[name] = value;
  }
  const { paths } = parts;
  const port = String(parts.port);
  return {
    ...host,
    ...parts.workload.environment,
    ...parts.program,
    IOC: paths.ioc,
    IOC_NAME: parts.workload.name,
    RUNTIME_DIR: paths.runtime,
    AUTOSAVE_DIR: paths.autosave,
    EPICS_CA_SERVER_PORT: port,
    EPICS_CAS_SERVER_PORT: port,
    EPICS_CAS_INTF_ADDR_LIST: LOCAL_HOST,
    EPICS_CAS_BEACON_ADDR_LIST: LOCAL_HOST,
    EPICS_CAS_AUTO_BEACON_ADDR_LIST: "NO",
    // By UDP, not as name servers: libca tries a refused TCP connection again only after half a minute.
    EPICS_CA_ADDR_LIST: parts.otherPorts.map((other) => `${LOCAL_HOST}:${other}`).join(" ") || LOCAL_HOST,
    EPICS_CA_AUTO_ADDR_LIST: "NO",
    EPICS_CA_NAME_SERVERS: "",
    EPICS_PVA_ADDR_LIST: LOCAL_HOST,
    EPICS_PVA_AUTO_ADDR_LIST: "NO",
    EPICS_PVAS_INTF_ADDR_LIST: LOCAL_HOST,
    EPICS_PVAS_BEACON_ADDR_LIST: LOCAL_HOST,
    EPICS_PVAS_AUTO_BEACON_ADDR_LIST: "NO",
  };
}
