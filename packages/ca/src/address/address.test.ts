import { describe, expect, it } from "vitest";
import { parseAddress, parseAddressList } from "./address.js";
import { readCaEnvironment } from "./environment.js";

describe("addresses", () => {
  it("are HOST or HOST:PORT, in lists by blanks, each once", () => {
    expect(parseAddress("ioc.example")).toEqual({ host: "ioc.example", port: 5064 });
    expect(parseAddressList("  a:1\tb\n a:1 ", 99)).toEqual([
      { host: "a", port: 1 },
      { host: "b", port: 99 },
    ]);
    for (const text of ["", ":1", "a:", "a:0", "a:65536", "a:b", "a b", "-a", "a\u001b[2J"])
      expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: "CA_ADDRESS_INVALID" }));
  });

  it("come from the environment as libca reads it", () => {
    expect(readCaEnvironment({})).toEqual({ nameServers: [], addressList: [], autoAddressList: true, serverPort: 5064 });
    const env = {
      EPICS_CA_NAME_SERVERS: "ns",
      EPICS_CA_ADDR_LIST: "10.0.0.255 ioc:1",
      EPICS_CA_AUTO_ADDR_LIST: "no",
      EPICS_CA_SERVER_PORT: " 6000 ",
    };
    expect(readCaEnvironment(env)).toEqual({
      nameServers: [{ host: "ns", port: 6000 }],
      addressList: [
        { host: "10.0.0.255", port: 6000 },
        { host: "ioc", port: 1 },
      ],
      autoAddressList: false,
      serverPort: 6000,
    });
    expect(() => readCaEnvironment({ EPICS_CA_SERVER_PORT: "0" })).toThrow(expect.objectContaining({ code: "CA_ENVIRONMENT" }));
  });
});
