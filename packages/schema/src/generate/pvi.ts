import { str } from "../python/text.js";
import { problemAt } from "../yaml/spot.js";
import type { Entity } from "./entity.js";
import { renderAt } from "./make-entity.js";
import { Reported, type Run } from "./run.js";
import type { DatabaseOf } from "./subst.js";

/** Databases that display definitions add. Texts are rendered when ibek renders them, since counters advance; the definitions themselves are not read. */
export function collectPvi(run: Run, entities: readonly Entity[]): DatabaseOf[] {
  const databases: DatabaseOf[] = [];
  for (const entity of entities) {
    const pvi = entity.model?.pvi;
    if (!pvi) continue;
    try {
      const path = str(renderAt(run, pvi.yamlPath.text, entity, "", pvi.yamlPath.spot, entity));
      const stem = path.slice(path.lastIndexOf("/") + 1).split(".")[0]!;
      if (pvi.pv) {
        const file = { text: `${stem}.pvi.template`, spot: pvi.yamlPath.spot };
        databases.push({ database: { file, enabled: undefined, args: pvi.macros, spot: pvi.yamlPath.spot }, entity });
      }
      if (!pvi.uiIndex) continue;
      if (!pvi.macros) {
        run.diagnostics.push(
          problemAt(pvi.yamlPath.spot, "PVI_MACROS", "a display in the index needs ui_macros: ibek fails without", {
            help: "give ui_macros, or set ui_index to false",
            labels: [{ range: entity.top, message: `in this entity of type ${entity.type}` }],
          }),
        );
        continue;
      }
      for (const [name, { value, spot, keySpot }] of pvi.macros) {
        if (value === null) renderAt(run, `{{ ${name} }}`, entity, "", keySpot, entity, (offset) => offset - 3);
        else renderAt(run, value, entity, "", spot, entity);
      }
    } catch (error) {
      if (!(error instanceof Reported)) throw error;
    }
  }
  return databases;
}
