import { describePeer } from "@epicube/testkit";
import fc from "fast-check";
import { expect, it } from "vitest";
import { TemplateError } from "../src/jinja/error.js";
import { namesOf, type TemplateCache } from "../src/jinja/template.js";
import { repr } from "../src/python/text.js";
import { PyDict, type PyValue } from "../src/python/value.js";
import { createSharedState } from "../src/render/globals.js";
import { createRenderer } from "../src/render/render.js";
import { runIbek } from "./support/ibek-batch.js";
import { CONTEXT, templates } from "./support/templates.js";

const SEED = Number(process.env.EPICUBE_SEED ?? "20261122");

function toPython(value: unknown): PyValue {
  if (typeof value === "number") return BigInt(value);
  if (Array.isArray(value)) return value.map(toPython);
  if (value !== null && typeof value === "object")
    return PyDict.of(Object.entries(value).map(([key, item]) => [key, toPython(item)] as const));
  return value as PyValue;
}

function ours(template: string, type: string, cache: TemplateCache): { repr: string } | { error: string } {
  const state = createSharedState({});
  state.iocName = "test-ioc";
  const context = Object.fromEntries(Object.entries(CONTEXT).map(([key, value]) => [key, toPython(value)]));
  try {
    return { repr: repr(createRenderer(state, cache).renderText(template, namesOf(context), type)) };
  } catch (error) {
    if (error instanceof TemplateError) return { error: error.kind };
    throw error;
  }
}

describePeer(["ibek"], "real Jinja2 as ibek runs it", ({ ibek }) => {
  it("renders 4,000 random templates the same, or both fail; what is not supported says so", async () => {
    const list = [...new Set(fc.sample(templates, { numRuns: 4000, seed: SEED }))];
    const types = ["", "str", "int", "float", "bool", "list"];
    const jobs = list.map((template, index) => ({ op: "render" as const, template, type: types[index % types.length]!, context: CONTEXT }));
    const answers = await runIbek(ibek.paths.python!, jobs);
    const cache: TemplateCache = new Map();
    const wrong: unknown[] = [];
    let equal = 0;
    let failed = 0;
    let unsupported = 0;
    jobs.forEach(({ template, type }, index) => {
      const theirs = answers[index]!;
      const mine = ours(template, type, cache);
      if ("error" in mine && (mine.error === "Unsupported" || mine.error === "LimitExceeded")) unsupported++;
      else if (theirs.repr === undefined && "error" in mine) failed++;
      else if ("repr" in mine && theirs.repr === mine.repr) equal++;
      else wrong.push({ template, type, jinja: theirs.repr ?? theirs.error?.split("\n").at(-1), ours: mine });
    });
    expect(wrong.slice(0, 20)).toEqual([]);
    expect(equal).toBeGreaterThan(500);
    expect(unsupported).toBeLessThan(list.length / 20);
    expect(equal + failed + unsupported).toBe(list.length);
  });
});
