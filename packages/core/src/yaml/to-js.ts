import { EpicubeError } from "../errors/error.js";
import { dereference, type YamlNode } from "./node.js";

/** How {@link yamlToJs} converts. */
export interface YamlToJsOptions {
  /** Most nodes the result may have once aliases are expanded; beyond it YAML_ALIAS_BOMB is thrown. Default 1,000,000. */
  readonly maxNodes?: number;
}

/**
 * Plain data of a node: maps as objects without prototype surprises (`__proto__` is a key like any other), sequences as arrays.
 * Keys are the text of the key scalar.
 *
 * @throws EpicubeError YAML_ALIAS_BOMB, YAML_COMPLEX_KEY
 */
export function yamlToJs(root: YamlNode | null, options: YamlToJsOptions = {}): unknown {
  const { maxNodes = 1_000_000 } = options;
  let count = 0;
  const convert = (node: YamlNode): unknown => {
    if (++count > maxNodes) throw new EpicubeError("YAML_ALIAS_BOMB", `the document expands to more than ${maxNodes} nodes`);
    const target = dereference(node);
    if (target.kind === "scalar") return target.value;
    if (target.kind === "sequence") return target.items.map(convert);
    const object: Record<string, unknown> = {};
    for (const entry of target.entries) {
      const key = dereference(entry.key);
      if (key.kind !== "scalar") throw new EpicubeError("YAML_COMPLEX_KEY", "a key that is a map or list cannot be a name");
      Object.defineProperty(object, key.text, { value: convert(entry.value), enumerable: true, writable: true, configurable: true });
    }
    return object;
  };
  return root ? convert(root) : null;
}
