import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isEpicubeError } from "@epicube/core";
import { createTempFolder, type TempFolder } from "@epicube/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadCredentials } from "./credentials.js";

let temp: TempFolder;
beforeEach(async () => {
  temp = await createTempFolder("credentials");
});
afterEach(() => temp.close());

const auth = (text: string) => ({ auth: Buffer.from(text).toString("base64") });
const password = (username: string, secret: string) => ({ kind: "password", username, password: secret });
async function file(content: unknown, name = "config.json"): Promise<string> {
  const path = join(temp.path, name);
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}
/** A credential helper, as a program on the PATH of the options. */
async function helper(name: string, script: string): Promise<Record<string, string>> {
  const bin = join(temp.path, "bin");
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`);
  await chmod(join(bin, `docker-credential-${name}`), 0o755);
  return { PATH: `${bin}:/usr/bin:/bin` };
}
const code = (wanted: string) => (error: unknown) => isEpicubeError(error, wanted);

describe("loadCredentials", () => {
  it("reads the files of docker and podman, the first answer wins", async () => {
    const docker = await file({ auths: { "r.example": auth("u:p:with:colons"), "t.example": { identitytoken: "T" } } });
    const podman = await file({ auths: { "r.example": auth("other:x"), "p.example": auth("a:b") } }, "auth.json");
    const find = loadCredentials({ files: [docker, podman, join(temp.path, "missing.json")] });
    expect(await find("r.example", "a")).toEqual(password("u", "p:with:colons"));
    expect(await find("p.example", "a")).toEqual(password("a", "b"));
    expect(await find("t.example", "a")).toEqual({ kind: "identity-token", token: "T" });
    expect(await find("n.example", "a")).toBeUndefined();
    expect(await find("__proto__", "a")).toBeUndefined();
  });

  it("takes the longest path that fits, and the old forms of keys", async () => {
    const find = loadCredentials({
      files: [
        await file({
          auths: {
            "r.example": auth("host:1"),
            "r.example/team": auth("team:2"),
            "r.example/team/x": auth("x:3"),
            "https://old.example/v1/": auth("old:4"),
          },
        }),
      ],
    });
    expect(await find("r.example", "team/x/y")).toEqual(password("x", "3"));
    expect(await find("r.example", "team/z")).toEqual(password("team", "2"));
    expect(await find("r.example", "teams")).toEqual(password("host", "1"));
    expect(await find("old.example", "a")).toEqual(password("old", "4"));
  });

  it("knows Docker Hub's key", async () => {
    const find = loadCredentials({ files: [await file({ auths: { "https://index.docker.io/v1/": auth("hub:1") } })] });
    expect(await find("docker.io", "library/x")).toEqual(password("hub", "1"));
    expect(await find("registry-1.docker.io", "library/x")).toEqual(password("hub", "1"));
  });

  it("asks helpers: of the host before the store, the store before auths", async () => {
    const env = await helper("one", 'read server; echo "{\\"Username\\":\\"helped\\",\\"Secret\\":\\"$server\\"}"');
    await helper("all", 'echo \'{"Username":"<token>","Secret":"I"}\'');
    const find = loadCredentials({
      files: [await file({ credHelpers: { "r.example": "one" }, credsStore: "all", auths: { "r.example": auth("u:p") } })],
      env,
    });
    expect(await find("r.example", "a")).toEqual(password("helped", "r.example"));
    expect(await find("s.example", "a")).toEqual({ kind: "identity-token", token: "I" });
  });

  it("goes on where a store has nothing", async () => {
    const env = await helper("all", "echo 'credentials not found in native keychain'; exit 1");
    const find = loadCredentials({ files: [await file({ credsStore: "all", auths: { "r.example": auth("u:p") } })], env });
    expect(await find("r.example", "a")).toEqual(password("u", "p"));
  });

  it.each([
    ["fails", "exit 3"],
    ["says no JSON", "echo hello"],
    ["says other fields", "echo '{}'"],
    ["does not end", "exec sleep 60"],
  ])("tells of a helper that %s", async (_, script) => {
    const env = await helper("bad", script);
    const find = loadCredentials({ files: [await file({ credsStore: "bad" })], env, helperTimeoutMs: 300 });
    await expect(find("r.example", "a")).rejects.toSatisfy(code("CREDENTIALS_HELPER"));
  });

  it("runs no helper that is missing or has a path for a name", async () => {
    await expect(
      loadCredentials({ files: [await file({ credsStore: "none" })], env: { PATH: temp.path } })("r.example", "a"),
    ).rejects.toSatisfy(code("CREDENTIALS_HELPER"));
    await expect(loadCredentials({ files: [await file({ credsStore: "../../bin/sh" })] })("r.example", "a")).rejects.toSatisfy(
      code("CREDENTIALS_HELPER"),
    );
  });

  it("says nothing of what stands in a broken file", async () => {
    const find = loadCredentials({ files: [await file('{"auths":{"r.example":{"auth":"c2VjcmV0')] });
    await expect(find("r.example", "a")).rejects.toSatisfy(
      (error) => code("CREDENTIALS_FILE")(error) && !String((error as Error).stack).includes("c2VjcmV0"),
    );
  });
});
