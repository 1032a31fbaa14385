// Says what is wrong with a line of text, and where, the way every epicube command does.
import { createLineIndex, formatDiagnostic, nearest } from "@epicube/core";

const text = "ioc_name: bl45p-mo-ioc-01\nentities:\n  - type: motion.axsi\n";
const at = text.indexOf("motion.axsi");
const [guess] = nearest("motion.axsi", ["motion.controller", "motion.axis", "vacuum.gauge"]);
const diagnostic = {
  code: "TYPE_UNKNOWN",
  severity: "error",
  message: 'there is no entity type "motion.axsi"',
  range: createLineIndex(text).rangeOf("ioc.yaml", at, at + "motion.axsi".length),
  help: `did you mean ${guess}?`,
};
console.log(formatDiagnostic(diagnostic, { source: () => text }));
