import { PyDict, type PyObject, type PyValue } from "../../src/python/value.js";

/** Reads JSON that Python wrote, keeping `10.0` a float and `10` an int. Maps with `__str__` become objects. */
export function parsePythonJson(text: string): PyValue {
  let at = 0;
  const space = () => {
    while (/\s/.test(text[at] ?? "")) at++;
  };
  const value = (): PyValue => {
    space();
    const character = text[at]!;
    if (character === '"') {
      const end = /"(?:[^"\\]|\\.)*"/y;
      end.lastIndex = at;
      const token = end.exec(text)![0];
      at += token.length;
      return JSON.parse(token) as string;
    }
    if (character === "[") {
      at++;
      const items: PyValue[] = [];
      for (space(); text[at] !== "]"; space()) {
        items.push(value());
        space();
        if (text[at] === ",") at++;
      }
      at++;
      return items;
    }
    if (character === "{") {
      at++;
      const dict = new PyDict();
      for (space(); text[at] !== "}"; space()) {
        const key = value();
        space();
        at++;
        dict.set(key, value());
        space();
        if (text[at] === ",") at++;
      }
      at++;
      return dict.has("__str__") ? objectOf(dict) : dict;
    }
    const token = /[^,\]}\s]+/y;
    token.lastIndex = at;
    const word = token.exec(text)![0];
    at += word.length;
    if (word === "true" || word === "false") return word === "true";
    if (word === "null") return null;
    if (word === "NaN") return Number.NaN;
    if (/^-?Infinity$/.test(word)) return word === "Infinity" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    return /[.eE]/.test(word) ? Number(word) : BigInt(word);
  };
  return value();
}

function objectOf(dict: PyDict): PyObject {
  return {
    typeName: "Entity",
    getAttr: (name) => (name === "__str__" ? undefined : dict.get(name)),
    toStr: () => dict.get("__str__") as string,
  };
}
