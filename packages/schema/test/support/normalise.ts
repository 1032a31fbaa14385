type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A schema with its references followed, without titles and descriptions, its lists in one order: two that mean the same are equal. */
export function normaliseSchema(schema: unknown): unknown {
  const root = JSON.parse(JSON.stringify(schema)) as { [key: string]: Json };
  const definitions = (root.$defs ?? {}) as { [key: string]: Json };
  const { $defs: _definitions, $schema: _schema, ...rest } = root;
  return walk(rest, definitions, false);
}

function walk(node: Json, definitions: { [key: string]: Json }, names: boolean): Json {
  if (Array.isArray(node)) {
    const items = node.map((item) => walk(item, definitions, false));
    return items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (node === null || typeof node !== "object") return node;
  const result: { [key: string]: Json } = {};
  const entries: [string, Json][] = [];
  for (const [key, value] of Object.entries(node)) {
    if (!names && (key === "title" || key === "description")) continue;
    if (!names && key === "$ref") {
      const target = walk(definitions[String(value).slice("#/$defs/".length)] ?? null, definitions, false);
      entries.push(...Object.entries(target as { [key: string]: Json }));
    } else if (!names && (key === "default" || key === "const" || key === "mapping")) entries.push([key, value]);
    else entries.push([key, walk(value, definitions, !names && key === "properties")]);
  }
  for (const [key, value] of entries.sort((a, b) => (a[0] < b[0] ? -1 : 1))) result[key] = value;
  return result;
}
