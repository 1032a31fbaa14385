import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { conformanceFolder } from "@epicube/testkit";
import { describe, expect, it } from "vitest";
import { TemplateError } from "../src/jinja/error.js";
import { namesOf, type TemplateCache } from "../src/jinja/template.js";
import { repr } from "../src/python/text.js";
import { PyDict, type PyObject, type PyValue } from "../src/python/value.js";
import { createSharedState } from "../src/render/globals.js";
import { createRenderer } from "../src/render/render.js";
import { parsePythonJson } from "./support/python-json.js";

const folder = conformanceFolder("ibek");

describe("renders recorded from real runs of ibek", () => {
  it("gives the recorded text and value for every one", (context) => {
    if (!folder) return context.skip("no shared conformance data on this machine");
    const lines = gunzipSync(readFileSync(join(folder, "render.jsonl.gz")))
      .toString("utf8")
      .trimEnd()
      .split("\n");
    const templates: TemplateCache = new Map();
    const wrong: string[] = [];
    for (const line of lines) {
      const record = parsePythonJson(line) as PyDict;
      const state = createSharedState({ IOC: "/epics/ioc", RUNTIME_DIR: "/epics/runtime", IOC_NAME: "TEST_IOC" });
      state.iocName = record.get("ioc_name") as string;
      state.fileName = record.get("file_name") as string;
      for (const [key, value] of (record.get("variables") as PyDict).entries()) state.variables.set(key, value);
      const fields = record.get("context") as PyDict | PyObject;
      const names = { get: (name: string) => (fields instanceof PyDict ? fields.get(name) : fields.getAttr(name)) };
      let actual: string;
      try {
        actual = repr(createRenderer(state, templates).renderText(record.get("template") as string, names, record.get("type") as string));
      } catch (error) {
        if (!(error instanceof TemplateError)) throw error;
        actual = "error";
      }
      const expected = record.has("error") ? "error" : repr(record.get("value") as PyValue);
      if (actual !== expected) wrong.push(`${record.get("template")}: ${actual} instead of ${expected}`);
    }
    expect(wrong).toEqual([]);
    expect(lines.length).toBe(14298);
  });
});

describe("expression forms answered by Jinja2 3.1.6", () => {
  it("gives the same text, or the same error, for every one", (context) => {
    if (!folder) return context.skip("no shared conformance data on this machine");
    const forms = JSON.parse(readFileSync(join(folder, "jinja-forms.json"), "utf8")) as [string, string][];
    const wrong: string[] = [];
    for (const [template, expected] of forms) {
      const control = new Map<string, PyValue>([
        ["P", "BL01"],
        ["slot", 3n],
        ["xs", [1n, 2n]],
      ]);
      const ctrl: PyObject = { typeName: "__main__.O", getAttr: (name) => control.get(name), toStr: () => "CTRL1" };
      const state = createSharedState({ IOC_NAME: "bl01t" });
      state.iocName = "bl01t";
      state.variables.set("fvMask", 4n);
      const names = namesOf({
        name: "n1",
        a: 5n,
        b: 2n,
        f1: 1,
        f2: 4.3e-5,
        f3: 1e6,
        f4: 0.1,
        f5: 1e16,
        f6: 1e22,
        f7: 123456789.123,
        big: 2n ** 40n,
        t: true,
        f: false,
        s: "abc",
        dom: "SR03C-VA",
        ids: "007",
        lst: [3n, 1n, 2n],
        strs: ["x", "y"],
        d: PyDict.of([["k", 1n]]),
        text: " l1 \n l2\n",
        ctrl,
        is_cs: true,
        gaugeNum: 3n,
        empty: "",
        num: "12",
      });
      let actual: string;
      try {
        actual = createRenderer(state, new Map()).renderText(template, names, "str") as string;
      } catch (error) {
        if (!(error instanceof TemplateError)) throw error;
        actual = `ERR ${error.kind}: ${error.message}`;
      }
      if (actual !== expected) wrong.push(`${template}: ${actual} instead of ${expected}`);
    }
    expect(wrong).toEqual([]);
    expect(forms.length).toBe(89);
  });
});
