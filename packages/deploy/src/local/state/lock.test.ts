import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTempFolder } from "@epicube/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import { acquireLock, readLock } from "./lock.js";

async function folder(): Promise<string> {
  const temp = await createTempFolder("lock");
  onTestFinished(() => temp.close());
  return temp.path;
}

describe("acquireLock", () => {
  it("lets one of many in, and the next when that one has left", async () => {
    const path = await folder();
    const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => acquireLock(path)));
    const winners = attempts.flatMap((attempt) => (attempt.status === "fulfilled" ? [attempt.value] : []));
    expect(winners).toHaveLength(1);
    for (const attempt of attempts) if (attempt.status === "rejected") expect(attempt.reason).toMatchObject({ code: "BEAMLINE_LOCKED" });
    expect(readdirSync(path)).toEqual(["lock"]);
    expect(await readLock(path)).toMatchObject({ pid: process.pid });
    await winners[0]!.release();
    expect(readdirSync(path)).toEqual([]);
    await (await acquireLock(path)).release();
  });

  it.each([
    ["a process that has ended", { pid: 4_000_000, identity: "x:1" }],
    ["an earlier process with a number in use now", { pid: process.pid, identity: "an earlier boot:1" }],
    ["nonsense", undefined],
  ])("takes over the lock of %s, for one of many", async (_what, holder) => {
    const path = await folder();
    const { hostname } = await import("node:os");
    writeFileSync(join(path, "lock"), holder ? JSON.stringify({ ...holder, host: hostname() }) : "{");
    const attempts = await Promise.allSettled(Array.from({ length: 10 }, () => acquireLock(path)));
    expect(attempts.filter((attempt) => attempt.status === "fulfilled")).toHaveLength(1);
    expect(readdirSync(path)).toEqual(["lock"]);
  });

  it("does not take over from another host, of which nothing is known", async () => {
    const path = await folder();
    writeFileSync(join(path, "lock"), JSON.stringify({ pid: 1, identity: "x", host: "elsewhere.example" }));
    await expect(acquireLock(path)).rejects.toMatchObject({
      code: "BEAMLINE_LOCKED",
      message: expect.stringContaining("elsewhere.example"),
    });
    expect(readFileSync(join(path, "lock"), "utf8")).toContain("elsewhere");
  });
});
