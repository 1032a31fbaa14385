// Expands a substitution file and lists the PVs that come of it, each with the place of its record.
import { expandSubstitutions, inventoryOf, loadDatabase } from "@epicube/epics-db";

const template = { file: "temp.template", text: 'record(ai, "$(P)TEMP") {\n  field(EGU, "$(EGU=C)")\n}\n' };
const substitutions = 'file temp.template {\n  pattern { P }\n  { "BL45P-VA-01:" }\n  { "BL45P-VA-02:" }\n}\n';
const expanded = expandSubstitutions({ file: "ioc.subst", text: substitutions, resolve: () => template });
if (!expanded.value) throw new Error(expanded.diagnostics.map((found) => found.message).join("\n"));
const database = loadDatabase([{ file: "ioc.db", ...expanded.value }]);
for (const row of inventoryOf(database.value, { ioc: "bl45p-va-ioc-01" })) {
  const record = row.provenance.at(-1);
  console.log(`${row.pv} (${row.recordType}) from ${record.file}:${record.startLine}`);
}
