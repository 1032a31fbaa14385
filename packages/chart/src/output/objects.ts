import type { YamlData } from "../yaml/decode.js";

/** A YAML document as plain, JSON-safe data. Keys such as `__proto__` are keys like any other. */
export function toPlain(data: YamlData): unknown {
  if (typeof data === "bigint") return Number(data);
  if (Array.isArray(data)) return data.map(toPlain);
  if (data instanceof Map) {
    const object: Record<string, unknown> = {};
    for (const [key, item] of data) {
      if (key === "__proto__")
        Object.defineProperty(object, key, { value: toPlain(item), enumerable: true, writable: true, configurable: true });
      else object[key] = toPlain(item);
    }
    return object;
  }
  return data;
}
