import { execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import { createTempFolder, findPeer, type TempFolder } from "@epicube/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("../../../scripts/peers.mjs", import.meta.url));

interface Archive {
  readTarGz(bytes: Uint8Array, wanted: (name: string) => boolean): Map<string, Buffer>;
  readZipEntry(zip: Buffer, name: string): Buffer;
}
interface Store {
  isCurrent(record: unknown, recipe: string): boolean;
  installAtomically(
    folder: string,
    name: string,
    recipe: string,
    build: (partial: string, final: string) => Promise<unknown>,
  ): Promise<unknown>;
  lockFolder(folder: string, options: { signal?: AbortSignal; onWait?: (pid: number) => void }): Promise<{ release(): Promise<void> }>;
  readRecords(folder: string): Promise<Record<string, unknown>>;
  writeRecords(folder: string, records: unknown): Promise<void>;
}
const load = (name: string): Promise<unknown> => import(new URL(`../../../scripts/peers/${name}`, import.meta.url).href);
const archive = (await load("archive.mjs")) as Archive;
const store = (await load("store.mjs")) as Store;

let temp: TempFolder;
beforeEach(async () => {
  temp = await createTempFolder("installer");
});
afterEach(() => temp.close());

describe("the zip reader", () => {
  const zip = makeZip([
    ["a.txt", Buffer.from("stored"), 0],
    ["dir/b", Buffer.from("deflated ".repeat(100)), 8],
  ]);

  it("reads stored and deflated entries", () => {
    expect(archive.readZipEntry(zip, "a.txt").toString()).toBe("stored");
    expect(archive.readZipEntry(zip, "dir/b").toString()).toBe("deflated ".repeat(100));
  });

  it("refuses what is absent, damaged or no zip", () => {
    expect(() => archive.readZipEntry(zip, "c")).toThrow("c is not in the zip archive");
    expect(() => archive.readZipEntry(Buffer.from("PK"), "a.txt")).toThrow("not a zip archive");
    const damaged = Buffer.from(zip);
    damaged[damaged.indexOf("stored")] = 0x53;
    expect(() => archive.readZipEntry(damaged, "a.txt")).toThrow("damaged");
  });

  it("is not made to inflate more than the entry says", () => {
    const bomb = makeZip([["x", Buffer.alloc(1_000_000), 8]]);
    bomb.writeUInt32LE(10, bomb.lastIndexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02])) + 24);
    expect(() => archive.readZipEntry(bomb, "x")).toThrow();
  });
});

describe("the tar reader", () => {
  it("reads the wanted files, long names by their prefix too", () => {
    const tar = gzipSync(
      Buffer.concat([tarEntry("a", "1"), tarEntry("p/b", "22", "x".repeat(120)), tarEntry("c", "333"), Buffer.alloc(1024)]),
    );
    const found = archive.readTarGz(tar, (name) => name !== "a");
    expect([...found].map(([name, bytes]) => [name, bytes.toString()])).toEqual([
      [`${"x".repeat(120)}/p/b`, "22"],
      ["c", "333"],
    ]);
  });

  it("refuses a file that is longer than the archive", () => {
    const entry = tarEntry("a", "1");
    entry.write("00000077777\0", 124, "latin1");
    expect(() => archive.readTarGz(gzipSync(entry), () => true)).toThrow("damaged");
  });
});

describe("the store", () => {
  it("puts a peer in its place only when it is whole", async () => {
    const failing = store.installAtomically(temp.path, "x", "0123456789abcdef", async (partial) => {
      writeFileSync(join(partial, "half"), "");
      throw new Error("no network");
    });
    await expect(failing).rejects.toThrow("no network");
    expect(readdirSync(temp.path)).toEqual([]);

    const installed = await store.installAtomically(temp.path, "x", "0123456789abcdef", async (partial, final) => {
      mkdirSync(join(partial, "bin"));
      writeFileSync(join(partial, "bin", "x"), final);
      return { version: "1", paths: { x: "bin/x", elsewhere: "/usr/bin/env" } };
    });
    const final = join(temp.path, "x-0123456789ab");
    expect(installed).toEqual({ version: "1", paths: { x: join(final, "bin", "x"), elsewhere: "/usr/bin/env" } });
    expect(readFileSync(join(final, "bin", "x"), "utf8")).toBe(final);
    expect(store.isCurrent({ ok: true, recipe: "r", ...(installed as object) }, "r")).toBe(true);
    expect(store.isCurrent({ ok: true, recipe: "r", ...(installed as object) }, "another")).toBe(false);
    expect(store.isCurrent({ ok: true, recipe: "r", paths: { x: join(final, "gone") } }, "r")).toBe(false);
    expect(store.isCurrent(undefined, "r")).toBe(false);
  });

  it("takes damaged records for none", async () => {
    for (const text of ["{", "[]", "null", '"x"']) {
      writeFileSync(join(temp.path, "peers.json"), text);
      expect(await store.readRecords(temp.path)).toEqual({});
    }
    await store.writeRecords(temp.path, { helm: { ok: true } });
    expect(await store.readRecords(temp.path)).toEqual({ helm: { ok: true } });
    expect(readdirSync(temp.path)).toEqual(["peers.json"]);
  });
});

describe("the lock", () => {
  const lockOf = (pid: number, host = hostname()) => writeFileSync(join(temp.path, "lock"), JSON.stringify({ pid, host }));

  it("is held by one at a time", async () => {
    // Somebody else that lives, until it is waited for.
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    try {
      lockOf(child.pid!);
      let waitedFor: number | undefined;
      const waiting = store.lockFolder(temp.path, {
        onWait: (pid) => {
          waitedFor = pid;
          child.kill("SIGKILL");
        },
      });
      const lock = await waiting;
      expect(waitedFor).toBe(child.pid);
      expect(JSON.parse(readFileSync(join(temp.path, "lock"), "utf8"))).toEqual({ pid: process.pid, host: hostname() });
      await lock.release();
      expect(readdirSync(temp.path)).toEqual([]);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("is taken over from a process that is gone, and from half a file", async () => {
    lockOf(0x3fffffff);
    await (await store.lockFolder(temp.path, {})).release();
    writeFileSync(join(temp.path, "lock"), "{");
    await (await store.lockFolder(temp.path, {})).release();
    expect(readdirSync(temp.path)).toEqual([]);
  });

  it("of another machine is waited for until the wait is given up", async () => {
    lockOf(1, "another-machine");
    const abort = new AbortController();
    const waiting = store.lockFolder(temp.path, { signal: abort.signal, onWait: () => abort.abort(new Error("given up")) });
    await expect(waiting).rejects.toThrow("given up");
    expect(readdirSync(temp.path)).toEqual(["lock"]);
  });
});

describe("npm run peers", () => {
  it("where nothing is there names each reason, records it, and exits 1", async () => {
    const { code, stdout } = await peers([], { PATH: temp.path });
    const env = { EPICUBE_PEERS: join(temp.path, "peers") };
    expect(code).toBe(1);
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => line.split(/\s+/)[0]),
    ).toEqual([...["helm", "ibek", "epics", "docker-registry", "skopeo", "umoci", "buildah", "crun", "softIoc", "catools"]]);
    expect(findPeer("ibek", env)).toEqual({ missing: "python3 is not installed" });
    expect(findPeer("crun", env)).toEqual({ missing: "crun is not on PATH and there is no apt-get to install it with" });
    expect(findPeer("softIoc", env)).toEqual({ missing: "optional: softIoc is neither on PATH nor in EPICS_BASE" });
    expect(readdirSync(env.EPICUBE_PEERS)).toEqual(["peers.json"]);
  });

  it("finds what is on PATH and in EPICS_BASE; a missing optional one is no failure", async () => {
    const program = (path: string, output: string) => {
      mkdirSync(join(path, ".."), { recursive: true });
      writeFileSync(path, `#!/bin/sh\necho ${output}\n`, { mode: 0o755 });
    };
    program(join(temp.path, "bin", "crun"), "crun version 1.8.1");
    program(join(temp.path, "base", "bin", "linux-x86_64", "softIoc"), "'Base version EPICS 7.0.8.1'");
    const env = { PATH: join(temp.path, "bin"), EPICS_BASE: join(temp.path, "base") };
    expect((await peers(["crun", "softIoc", "catools"], env)).code).toBe(0);
    const found = { EPICUBE_PEERS: join(temp.path, "peers") };
    expect(findPeer("crun", found)).toEqual({ name: "crun", version: "1.8.1", paths: { crun: join(temp.path, "bin", "crun") } });
    expect(findPeer("softIoc", found)).toMatchObject({
      version: "7.0.8.1",
      paths: { softIoc: join(env.EPICS_BASE, "bin/linux-x86_64/softIoc") },
    });
    expect((await peers(["crun"], { PATH: "" })).stdout).toMatch(/^crun +1\.8\.1 +there /);
  });

  it("refuses a name that it does not know", async () => {
    const { code, stderr } = await peers(["helm", "kind"], {});
    expect(code).toBe(2);
    expect(stderr).toMatch(/^unknown: kind\nusage: /);
    expect(existsSync(join(temp.path, "peers"))).toBe(false);
  });
});

function peers(argv: readonly string[], env: Record<string, string>): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const options = { env: { EPICUBE_PEERS: join(temp.path, "peers"), ...env }, timeout: 50_000 };
    execFile(process.execPath, [script, ...argv], options, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

function makeZip(entries: readonly (readonly [string, Buffer, 0 | 8])[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, content, method] of entries) {
    const packed = method === 8 ? deflateRawSync(content) : content;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const header = Buffer.alloc(46);
    header.writeUInt32LE(0x02014b50, 0);
    header.writeUInt16LE(method, 10);
    header.writeUInt32LE(crc32(content), 16);
    header.writeUInt32LE(packed.length, 20);
    header.writeUInt32LE(content.length, 24);
    header.writeUInt16LE(name.length, 28);
    header.writeUInt32LE(at, 42);
    bodies.push(local, Buffer.from(name), packed);
    directory.push(header, Buffer.from(name));
    at += local.length + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...bodies, ...directory, end]);
}

function tarEntry(name: string, content: string, prefix = ""): Buffer {
  const block = Buffer.alloc(512 + Math.ceil(content.length / 512) * 512);
  block.write(name, 0, "latin1");
  block.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124, "latin1");
  block.write("0ustar\0", 156, "latin1");
  block.write("ustar\x0000", 257, "latin1");
  block.write(prefix, 345, "latin1");
  block.write(content, 512, "latin1");
  return block;
}
