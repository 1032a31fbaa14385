import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createTempFolder } from "@epicube/testkit";
import { describe, expect, it } from "vitest";
import { findSupportFiles } from "../sources/support-files.js";
import { createDirectoryTemplateSource } from "../sources/template-source.js";
import { loadSupport } from "../support/load.js";
import { generateInstance } from "./generate.js";
import { loadBeamline } from "./load.js";

const CHART = "apiVersion: v2\nname: bl01t\nversion: 1.0.0\ndependencies:\n  - name: ioc-instance\n    version: 1.0.0\n";
const VALUES = "ioc-instance:\n  image: registry.example.org/ioc-demo-runtime:1.2.3\n";
const IOC = "ioc_name: x\ndescription: d\nentities:\n  - {type: demo.Line, text: 'hello {{ ioc_name }}'}\n";
const SUPPORT =
  "module: demo\nentity_models:\n  - {name: Line, description: d, parameters: {text: {type: str, description: d}}, pre_init: [{value: '{{ text }}'}]}\n";

async function withTree(
  files: Record<string, string>,
  links: Record<string, string>,
  body: (root: string) => Promise<void>,
): Promise<void> {
  await using temp = await createTempFolder("beamline");
  const root = join(temp.path, "bl01t");
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  for (const [path, target] of Object.entries(links)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await symlink(target, join(root, path));
  }
  await body(root);
}

describe("loadBeamline", () => {
  it("reads the services layout: links, shared values, hidden templates, other services", async () => {
    const files = {
      "services/values.yaml": "global: {domain: bl01t}\n",
      "services/.helm-shared/Chart.yaml": CHART,
      "services/.ioc_template/config/ioc.yaml": IOC,
      "services/bl01t-ea-ioc-01/values.yaml": VALUES,
      "services/bl01t-ea-ioc-01/config/ioc.yaml": IOC,
      "services/bl01t-ea-ioc-01/config/runtime.yaml": IOC,
      "services/bl01t-ea-ioc-02/values.yaml": "image: {repository: registry.example.org/other, tag: 2.0.0}\n",
      "services/bl01t-ea-ioc-02/config/st.cmd": "iocInit\n",
      "services/gateway/values.yaml": "replicas: 1\n",
      "services/gateway/Chart.yaml": CHART.replace("ioc-instance", "gateway"),
      "services/README.md": "text",
    };
    await withTree(files, { "services/bl01t-ea-ioc-01/Chart.yaml": "../.helm-shared/Chart.yaml" }, async (root) => {
      const { value, diagnostics } = await loadBeamline(root);
      expect(diagnostics).toEqual([]);
      expect(value).toMatchObject({
        name: "bl01t",
        sharedValues: "services/values.yaml",
        services: [{ name: "gateway", folder: "services/gateway" }],
      });
      expect(value!.instances).toMatchObject([
        {
          name: "bl01t-ea-ioc-01",
          chart: "services/bl01t-ea-ioc-01/Chart.yaml",
          valuesFiles: ["services/values.yaml", "services/bl01t-ea-ioc-01/values.yaml"],
          instanceFiles: ["services/bl01t-ea-ioc-01/config/ioc.yaml", "services/bl01t-ea-ioc-01/config/runtime.yaml"],
          image: "registry.example.org/ioc-demo-runtime:1.2.3",
          range: { file: "services/bl01t-ea-ioc-01/config/ioc.yaml", startLine: 1 },
        },
        { name: "bl01t-ea-ioc-02", chart: "", instanceFiles: [], image: "registry.example.org/other:2.0.0" },
      ]);
    });
  });

  it("reads the older layout with iocs/", async () => {
    await withTree({ "iocs/bl45p-mo-ioc-01/config/ioc.yaml": IOC }, {}, async (root) => {
      expect((await loadBeamline(root)).value!.instances.map((instance) => instance.folder)).toEqual(["iocs/bl45p-mo-ioc-01"]);
    });
  });

  it("refuses links that leave the repository, dangling links and loops, and reads nothing through them", async () => {
    const files = {
      "services/a/config/ioc.yaml": IOC,
      "services/a/values.yaml": VALUES,
      "services/c/values.yaml": VALUES,
      "../secret/ioc.yaml": IOC,
      "../secret/values.yaml": VALUES,
    };
    const links = {
      "services/b": "../../secret",
      "services/a/Chart.yaml": "/etc/hostname",
      "services/c/config": "../../../secret",
      "services/d/config/ioc.yaml": "../../nowhere.yaml",
      "services/e/config": "../e/config",
    };
    await withTree(files, links, async (root) => {
      const { value, diagnostics } = await loadBeamline(root);
      expect(value!.instances).toEqual([]);
      expect(diagnostics.map((entry) => `${entry.range!.file} ${entry.code}`).sort()).toEqual([
        "services/a/Chart.yaml LINK_OUTSIDE",
        "services/b LINK_OUTSIDE",
        "services/c/config LINK_OUTSIDE",
        "services/d/config/ioc.yaml LINK_BROKEN",
        "services/e/config LINK_LOOP",
      ]);
    });
  });

  it("checks names, sizes and images", async () => {
    const files = {
      "services/Bad_Name/config/ioc.yaml": IOC,
      "services/Bad_Name/values.yaml": VALUES,
      "services/big/config/ioc.yaml": IOC,
      "services/big/config/data.bin": "x".repeat(1024 * 1024),
      "services/big/values.yaml": "ioc-instance:\n  image: registry.example.org/a:latest\n",
      "services/none/values.yaml": "ioc-instance: {}\n",
      "services/none/Chart.yaml": CHART,
      "services/plain/Chart.yaml": CHART,
      "services/plain/config/st.cmd": "iocInit\n",
    };
    await withTree(files, {}, async (root) => {
      const { diagnostics } = await loadBeamline(root);
      expect(
        diagnostics.map(
          (entry) => `${entry.range!.file}:${entry.range!.startLine}:${entry.range!.startColumn} ${entry.severity} ${entry.code}`,
        ),
      ).toEqual([
        "services/Bad_Name/config/ioc.yaml:1:1 error NAME_INVALID",
        "services/big/config/ioc.yaml:1:1 error CONFIG_TOO_LARGE",
        "services/big/values.yaml:2:10 warning IMAGE_UNPINNED",
        "services/none/values.yaml:1:1 warning INSTANCE_MISSING",
        "services/plain/Chart.yaml:1:1 warning IMAGE_MISSING",
      ]);
    });
  });

  it("says what is a folder in place of a file, or a file in place of a folder, instead of leaving the IOC out", async () => {
    const files = {
      "services/a/config/ioc.yaml/x": "",
      "services/b/config/st.cmd/x": "",
      "services/c/config/ioc.yaml": IOC,
      "services/c/values.yaml/x": "",
      "services/d/config": "",
      "services/d/values.yaml": VALUES,
    };
    await withTree(files, {}, async (root) => {
      const { value, diagnostics } = await loadBeamline(root);
      expect(diagnostics.map((entry) => `${entry.range!.file} ${entry.severity} ${entry.code}: ${entry.message}; ${entry.help}`)).toEqual([
        "services/a/config/ioc.yaml error FILE_UNREADABLE: services/a/config/ioc.yaml cannot be read: it is a folder; it must be a file",
        "services/b/config/st.cmd error FILE_UNREADABLE: services/b/config/st.cmd cannot be read: it is a folder; it must be a file",
        "services/c/values.yaml error FILE_UNREADABLE: services/c/values.yaml cannot be read: it is a folder; it must be a file",
        "services/d/config error FILE_UNREADABLE: services/d/config cannot be read: it is a file; it must be a folder",
      ]);
      expect(value!.services).toEqual([]);
    });
  });

  it("an IOC that has lost its instance file is an error, another service is none", async () => {
    const files = {
      "services/lost/Chart.yaml": CHART,
      "services/lost/values.yaml": VALUES,
      "services/own-start/Chart.yaml": CHART,
      "services/own-start/values.yaml": VALUES,
      "services/own-start/config/start.sh": "exec ioc\n",
      "services/gateway/Chart.yaml": CHART.replace("ioc-instance", "gateway"),
      "services/gateway/values.yaml": "image: registry.example.org/gateway:1.0.0\n",
    };
    await withTree(files, {}, async (root) => {
      const { value, diagnostics } = await loadBeamline(root);
      expect(diagnostics.map((entry) => `${entry.range!.file}:${entry.range!.startLine} ${entry.severity} ${entry.code}`)).toEqual([
        "services/lost/values.yaml:2 error INSTANCE_MISSING",
        "services/own-start/values.yaml:2 warning INSTANCE_MISSING",
      ]);
      expect(value!.services.map((service) => service.name)).toEqual(["gateway", "lost", "own-start"]);
    });
  });

  it("a values file that cannot be understood is one finding", async () => {
    const latin1 = Buffer.from("# caf\xe9\nioc-instance: {}\n", "latin1") as unknown as string;
    const files = {
      "services/a/config/ioc.yaml": IOC,
      "services/a/Chart.yaml": CHART,
      "services/a/values.yaml": "ioc-instance:\n\timage: x\n",
    };
    await withTree(
      { ...files, "services/b/config/ioc.yaml": IOC, "services/b/Chart.yaml": CHART, "services/b/values.yaml": latin1 },
      {},
      async (root) => {
        const { diagnostics } = await loadBeamline(root);
        expect(diagnostics.map((entry) => `${entry.range!.file} ${entry.code}`)).toEqual([
          "services/a/values.yaml YAML_SYNTAX",
          "services/b/values.yaml FILE_ENCODING",
        ]);
      },
    );
  });

  it("says when a folder is no beamline, and fails where none can be read", async () => {
    await withTree({ "README.md": "" }, {}, async (root) => {
      expect((await loadBeamline(root)).diagnostics.map((entry) => entry.code)).toEqual(["NOT_A_BEAMLINE"]);
      await expect(loadBeamline(join(root, "nowhere"))).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
    });
  });
});

describe("generateInstance", () => {
  it("generates from ioc.yaml, and passes hand-written files through", async () => {
    const files = {
      "services/a/config/ioc.yaml": IOC,
      "services/a/values.yaml": VALUES,
      "services/b/config/st.cmd": "iocInit\r\n",
      "services/b/config/ioc.subst": "file a.db {}\n",
      "services/b/values.yaml": VALUES,
      "support/demo.ibek.support.yaml": SUPPORT,
    };
    await withTree(files, {}, async (root) => {
      const { value } = await loadBeamline(root);
      const found = await findSupportFiles(["support"], { base: root });
      const { value: support } = loadSupport(found.value!);
      const made = await Promise.all(
        value!.instances.map((instance) =>
          generateInstance(value!, instance, { support: support!, env: { IOC: "/i", RUNTIME_DIR: "/r" } }),
        ),
      );
      expect(made.map((entry) => entry.value!.name)).toEqual(["a", "b"]);
      expect(made[0]!.value!.files[0]!.text).toContain("\nhello x\n");
      expect(made[0]!.value!.environment).toEqual({ IOC: "/i", RUNTIME_DIR: "/r", IOC_NAME: "a" });
      expect(made[1]!.value!.files).toEqual([
        { path: "st.cmd", text: "iocInit\r\n" },
        { path: "ioc.subst", text: "file a.db {}\n" },
      ]);
    });
  });

  it("does not read a file that became a link to the outside after loading", async () => {
    await withTree({ "services/a/config/st.cmd": "x\n", "services/a/values.yaml": VALUES, "../secret": "s" }, {}, async (root) => {
      const { value } = await loadBeamline(root);
      await symlink("../../../../secret", join(root, "services/a/config/ioc.subst"));
      const made = await generateInstance(value!, value!.instances[0]!, { support: loadSupport([]).value! });
      expect(made.value).toBeUndefined();
      expect(made.diagnostics.map((entry) => entry.code)).toEqual(["LINK_OUTSIDE"]);
    });
  });

  it("names the first byte that is not UTF-8: an error in YAML, a warning in hand-written files", async () => {
    const latin1 = (text: string) => Buffer.from(text, "latin1") as unknown as string;
    const files = {
      "services/a/config/ioc.yaml": latin1(IOC.replace("hello", "caf\xe9")),
      "services/b/config/st.cmd": latin1('# ok\nepicsEnvSet("EGU", "\xb0C")\niocInit\n'),
      "services/b/config/ioc.subst": latin1("# \xe9\n"),
      "support/demo.ibek.support.yaml": latin1(SUPPORT.replace("description: d,", "description: caf\xe9,")),
    };
    await withTree(files, {}, async (root) => {
      const { value } = await loadBeamline(root);
      const found = await findSupportFiles(["support"], { base: root });
      expect(found.diagnostics).toEqual([]);
      const { value: support, diagnostics } = loadSupport(found.value!);
      expect(support!.types).toEqual(["demo.Line"]);
      const [a, b] = await Promise.all(value!.instances.map((instance) => generateInstance(value!, instance, { support: support! })));
      const shown = [...diagnostics, ...a!.diagnostics, ...b!.diagnostics].map(
        ({ code, severity, range, help }) => `${range!.file}:${range!.startLine}:${range!.startColumn} ${severity} ${code} ${help}`,
      );
      expect(shown).toEqual([
        "support/demo.ibek.support.yaml:3:34 error FILE_ENCODING save it as UTF-8",
        "services/a/config/ioc.yaml:4:33 error FILE_ENCODING save it as UTF-8",
        "services/b/config/st.cmd:2:21 warning FILE_ENCODING save it as UTF-8",
        "services/b/config/ioc.subst:1:3 warning FILE_ENCODING save it as UTF-8",
      ]);
      expect(a!.value).toBeUndefined();
      expect(b!.value!.files.map((file) => file.path)).toEqual(["st.cmd", "ioc.subst"]);
    });
  });

  it("a st.cmd that loads ioc.db without an ioc.subst is an error at its line", async () => {
    const load = 'cd /epics/ioc\n  dbLoadRecords("$(RUNTIME_DIR)/ioc.db", "P=x")\niocInit\n';
    const files = {
      "services/a/config/st.cmd": load,
      "services/b/config/st.cmd": "dbLoadRecords ${RUNTIME_DIR}/ioc.db\n",
      "services/c/config/st.cmd": "dbLoadRecords /epics/runtime/ioc.db\n",
      "services/d/config/st.cmd": load,
      "services/d/config/ioc.subst": "file a.db { {} }\n",
      "services/e/config/st.cmd": load,
      "services/e/config/start.sh": "exec ioc\n",
      "services/f/config/st.cmd":
        '# dbLoadRecords("$(RUNTIME_DIR)/ioc.db")\ndbLoadRecords("config/ioc.db")\ndbLoadRecords("$(TOP)/ioc.db")\n',
    };
    await withTree(files, {}, async (root) => {
      const { value } = await loadBeamline(root);
      const support = loadSupport([]).value!;
      const env = { RUNTIME_DIR: "/epics/runtime" };
      const made = await Promise.all(value!.instances.map((instance) => generateInstance(value!, instance, { support, env })));
      const shown = made.flatMap(({ diagnostics }) =>
        diagnostics.map(({ code, severity, range }) => `${range!.file}:${range!.startLine}:${range!.startColumn} ${severity} ${code}`),
      );
      expect(shown).toEqual([
        "services/a/config/st.cmd:2:3 error DATABASE_MISSING",
        "services/b/config/st.cmd:1:1 error DATABASE_MISSING",
        "services/c/config/st.cmd:1:1 error DATABASE_MISSING",
        "services/e/config/st.cmd:2:3 warning DATABASE_MISSING",
      ]);
      expect(made.map((entry) => entry.value !== undefined)).toEqual([false, false, false, true, true, true]);
    });
  });

  it("warns of an ioc_name that is not the folder's", async () => {
    const named = (name: string) => IOC.replace("ioc_name: x", `ioc_name: ${name}`);
    const files = {
      "services/a/config/ioc.yaml": named("a"),
      "services/b/config/ioc.yaml": named("a"),
      "services/c/config/ioc.yaml": named("'{{ _global.get_env(\"IOC_NAME\") }}'"),
      "support/demo.ibek.support.yaml": SUPPORT,
    };
    await withTree(files, {}, async (root) => {
      const { value } = await loadBeamline(root);
      const support = loadSupport((await findSupportFiles(["support"], { base: root })).value!).value!;
      const made = await Promise.all(value!.instances.map((instance) => generateInstance(value!, instance, { support })));
      expect(made.flatMap((entry) => entry.diagnostics)).toMatchObject([
        {
          code: "IOC_NAME_DIFFERS",
          severity: "warning",
          message: 'ioc_name is "a", but the IOC is called "b"',
          range: { file: "services/b/config/ioc.yaml", startLine: 1, startColumn: 11 },
        },
      ]);
      expect(made.every((entry) => entry.value !== undefined)).toBe(true);
    });
  });
});

describe("findSupportFiles", () => {
  it("finds files and folders in order, each once, and fails on what is not there", async () => {
    const files = {
      "s/b/b.ibek.support.yaml": "b",
      "s/a.ibek.support.yaml": "a",
      "s/other.yaml": "",
      "s/.hidden/c.ibek.support.yaml": "",
      "../out/d.ibek.support.yaml": "d",
    };
    await withTree(files, { "s/d": "../../out", "s/loop": "." }, async (root) => {
      const found = await findSupportFiles(["s/b", "s"], { base: root, within: root });
      expect(found.value!.map((entry) => [entry.file, entry.text])).toEqual([
        ["s/b/b.ibek.support.yaml", "b"],
        ["s/a.ibek.support.yaml", "a"],
      ]);
      expect(
        (await findSupportFiles([join(root, "s/d/d.ibek.support.yaml")], { base: root, within: root })).diagnostics.map(
          (entry) => entry.code,
        ),
      ).toEqual(["LINK_OUTSIDE"]);
      expect((await findSupportFiles(["s"], { base: root })).value!.length).toBe(3);
      await expect(findSupportFiles(["nope"], { base: root })).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
    });
  });
});

describe("createDirectoryTemplateSource", () => {
  it("reads what is inside and nothing else", async () => {
    await withTree({ "db/a.template": "record", "../secret": "s" }, { "db/out": "../../secret", "db/in": "a.template" }, async (root) => {
      const source = createDirectoryTemplateSource(join(root, "db"));
      const read = async (path: string) => {
        const bytes = await source.read(path);
        return bytes && new TextDecoder().decode(bytes);
      };
      expect(await read("a.template")).toBe("record");
      expect(await read("in")).toBe("record");
      for (const path of ["missing", "out", "../../secret", "/etc/hostname", ".", "a.template/x", "a\0b"])
        expect(await read(path), path).toBeUndefined();
      await expect(source.read("a.template", AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
    });
  });
});
