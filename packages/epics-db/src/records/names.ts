/** Characters that a record name may have at most. */
export const RECORD_NAME_LIMIT = 60;

/** What is wrong with a record or alias name, if anything. */
export function checkRecordName(name: string): { readonly severity: "error" | "warning"; readonly message: string } | undefined {
  if (name === "") return { severity: "error", message: "a record name is empty" };
  const macro = /\$[({]([^)},=]*)/.exec(name);
  if (macro) return { severity: "error", message: `record name "${name}" still holds macro ${macro[1]}` };
  const bad = /[ \t"'.$]/.exec(name);
  if (bad)
    return { severity: "error", message: `record name "${name}" has the character ${JSON.stringify(bad[0])}, which no name may have` };
  const bytes = new TextEncoder().encode(name).length;
  if (bytes > RECORD_NAME_LIMIT)
    return { severity: "error", message: `record name "${name}" has ${bytes} characters; ${RECORD_NAME_LIMIT} are allowed` };
  if (/^[-+[{]/.test(name)) return { severity: "warning", message: `record name "${name}" begins with '${name[0]}'` };
  if (/[^\x21-\x7e]/.test(name)) return { severity: "warning", message: `record name "${name}" has characters that do not print` };
  return undefined;
}
