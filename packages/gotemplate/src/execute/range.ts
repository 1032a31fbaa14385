import { formatGo } from "../format/print.js";
import type { BranchNode } from "../parse/node.js";
import { GoInt, goInt, goInteger } from "../values/int.js";
import { sortedKeys } from "../values/map.js";
import { type GoValue, goTypeOf } from "../values/value.js";
import { BREAK, compileList, type Execute, innerScope, NEXT, type Scope } from "./compile.js";
import { compilePipe, findVariable } from "./expressions.js";
import type { State } from "./state.js";

/** Compiles `range`: over lists, maps in sorted order, and integers. */
export function compileRange(node: BranchNode, scope: Scope): Execute {
  const typeSlot = scope.nextSlot();
  const inner = innerScope(scope);
  const pipe = compilePipe(node.pipe, inner, typeSlot);
  const { declarations, isAssign } = node.pipe;
  const slotOf = (index: number) => {
    const declaration = declarations[index];
    return declaration ? findVariable(inner, declaration.path[0]!)?.slot : undefined;
  };
  const both = declarations.length > 1;
  const indexSlot = both ? slotOf(0) : undefined;
  const elementSlot = both ? slotOf(1) : slotOf(0);
  const body = compileList(node.body, { ...innerScope(inner), dotTypeSlot: typeSlot });
  const otherwise = node.otherwise ? compileList(node.otherwise, innerScope(inner)) : undefined;
  void isAssign;

  const round = (state: State, index: GoValue, element: GoValue): boolean => {
    state.step();
    if (elementSlot !== undefined) state.slots[elementSlot] = element;
    if (indexSlot !== undefined) state.slots[indexSlot] = index;
    return body(state, element) !== BREAK;
  };

  return (state, dot) => {
    state.step();
    state.node = node;
    const value = pipe(state, dot);
    let rounds = false;
    if (Array.isArray(value)) {
      rounds = value.length > 0;
      state.slots[typeSlot] = goTypeOf(value)?.element ?? "interface {}";
      for (let i = 0; i < value.length; i++) if (!round(state, goInt(i), value[i] ?? null)) break;
    } else if (value instanceof Map) {
      rounds = value.size > 0;
      state.slots[typeSlot] = goTypeOf(value)?.element ?? "interface {}";
      // Go reads all entries first: a body that changes the map does not change the rounds.
      const entries = sortedKeys(value).map((key): [string, GoValue] => [key, value.get(key) ?? null]);
      for (const [key, element] of entries) if (!round(state, key, element)) break;
    } else if (value instanceof GoInt) {
      if (both) state.fail(`can't use ${value} to iterate over more than one variable`);
      state.slots[typeSlot] = undefined;
      rounds = value.value > 0n;
      for (let i = 0n; i < value.value; i++) if (!round(state, undefined, goIntegerOf(value, i))) break;
    } else if (value instanceof Uint8Array) {
      rounds = value.length > 0;
      state.slots[typeSlot] = undefined;
      for (let i = 0; i < value.length; i++) if (!round(state, goInt(i), goInteger("uint8", value[i]!))) break;
    } else if (value !== undefined) {
      state.fail(`range can't iterate over ${formatGo(value)}`);
    }
    if (rounds) return NEXT;
    return otherwise ? otherwise(state, dot) : NEXT;
  };
}

function goIntegerOf(like: GoInt, value: bigint): GoInt {
  return like.type === "int" ? goInt(Number(value)) : new GoInt(like.type, value);
}
