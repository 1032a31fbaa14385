import { FAULT_KINDS, type Fault } from "@epicube/ca";
import type { HealthLevel, HealthTarget, Verdict } from "@epicube/core/seams";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { probeIoc } from "../src/index.js";
import { startTestIoc, type TestIoc, targetOf } from "./rig.js";

let ioc: TestIoc;
beforeAll(async () => {
  ioc = await startTestIoc();
});
afterAll(() => ioc.close());

/** What each fault of a whole server means for each preset, with a heartbeat and a severity rule. */
const EXPECTED: Readonly<Record<Fault["kind"], Readonly<Record<HealthTarget["preset"], `${Verdict} ${HealthLevel}`>>>> = {
  "hang-reads": { startup: "healthy L2", liveness: "unhealthy L3", readiness: "unhealthy L3" },
  freeze: { startup: "healthy L2", liveness: "unhealthy L4", readiness: "unhealthy L4" },
  invalid: { startup: "healthy L2", liveness: "healthy L4", readiness: "unhealthy L5" },
  drop: { startup: "unhealthy L2", liveness: "unhealthy L2", readiness: "unhealthy L2" },
  delay: { startup: "unhealthy L2", liveness: "unhealthy L2", readiness: "unhealthy L2" },
  reset: { startup: "unhealthy L1", liveness: "unhealthy L1", readiness: "unhealthy L1" },
  "half-open": { startup: "unhealthy L1", liveness: "unhealthy L1", readiness: "unhealthy L1" },
  malformed: { startup: "healthy L2", liveness: "unhealthy L3", readiness: "unhealthy L3" },
};

/** Faults that are known only by waiting. */
const SLOW: readonly Fault["kind"][] = ["hang-reads", "freeze", "drop", "delay", "half-open"];

describe("every fault and every preset", () => {
  for (const kind of FAULT_KINDS)
    for (const preset of ["startup", "liveness", "readiness"] as const)
      it(`${kind}, ${preset}: ${EXPECTED[kind][preset]}`, async () => {
        ioc.server.setFaults([{ kind }]);
        const target = targetOf(ioc.address, {
          preset,
          deadlineMs: SLOW.includes(kind) ? 500 : 10_000,
          heartbeatPv: "I:HEARTBEAT",
          expect: [{ pv: "I:OK" }],
        });
        const { verdict, level, cause } = await probeIoc(target);
        expect(`${verdict} ${level}`).toBe(EXPECTED[kind][preset]);
        expect(cause === undefined).toBe(verdict === "healthy");
      });

  it("a fault of one PV is that PV's alone, and never passes for health", async () => {
    const pvs = ["I:OK", "I:MAJOR", "I:NEVER", "I:STATE", "I:NONE"];
    const faults = fc.array(fc.record({ kind: fc.constantFrom("hang-reads", "malformed", "drop" as const), pv: fc.constantFrom(...pvs) }), {
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(faults, fc.subarray(pvs, { minLength: 1 }), async (list, asked) => {
        ioc.server.setFaults(list as Fault[]);
        const verdict = await probeIoc(targetOf(ioc.address, { pvs: asked, deadlineMs: 500 }));
        const bad = asked.filter((pv) => pv === "I:NONE" || list.some((fault) => fault.pv === pv));
        expect(verdict.pvs.filter((row) => row.verdict !== "healthy").map((row) => row.pv)).toEqual(bad);
        expect(verdict.verdict).toBe(bad.length === 0 ? "healthy" : "unhealthy");
      }),
      { numRuns: 12 },
    );
  });
});
