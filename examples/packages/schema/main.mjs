// Generates the start-up files of an IOC from its ioc.yaml and the definitions of a support module.
import { generateIoc, loadSupport } from "@epicube/schema";

const supportText = `module: vacuum
entity_models:
  - name: gauge
    description: A pressure gauge.
    parameters:
      P:
        type: str
        description: Device name of the gauge
    pre_init:
      - value: gaugeConfigure("{{ P }}")
    databases:
      - file: gauge.template
        args:
          P:
`;
const instance = `ioc_name: bl45p-va-ioc-01
description: Vacuum
entities:
  - type: vacuum.gauge
    P: BL45P-VA-GAUGE-01
`;
const support = loadSupport([{ file: "vacuum.ibek.support.yaml", text: supportText }]);
const { value, diagnostics } = generateIoc({
  instances: [{ file: "ioc.yaml", text: instance }],
  support: support.value,
  env: { IOC: "/epics/ioc", RUNTIME_DIR: "/epics/runtime" },
});
for (const found of [...support.diagnostics, ...diagnostics]) console.log(found.message);
for (const file of value.files) console.log(`--- ${file.path}\n${file.text}`);
