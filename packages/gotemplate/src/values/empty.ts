import { isTrue } from "./kind.js";
import { GoStruct, type GoValue } from "./value.js";

/** sprig's `empty`: false, 0, "", nil and empty lists and maps; never a struct. */
export function isEmpty(value: GoValue): boolean {
  return value instanceof GoStruct ? false : !isTrue(value);
}
