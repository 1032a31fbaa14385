import { binary, contains, equal, ordered } from "../python/operators.js";
import { str } from "../python/text.js";
import { isObject, PyDict, PyError, PyFunction, PyRange, PyTuple, type PyValue, PyView, Undefined } from "../python/value.js";

type Test = (value: PyValue, ...args: PyValue[]) => boolean;

function rest(value: PyValue, by: PyValue, wanted: bigint): boolean {
  return equal(binary("%", value, by), wanted);
}

function isSequence(value: PyValue): boolean {
  if (value instanceof Undefined) return !value.strict;
  return (
    typeof value === "string" || Array.isArray(value) || value instanceof PyTuple || value instanceof PyDict || value instanceof PyRange
  );
}

function isIterable(value: PyValue): boolean {
  if (value instanceof Undefined) return !value.strict || value.fail();
  if (isSequence(value) || value instanceof PyView) return true;
  return value !== null && isObject(value) && value.iterate !== undefined;
}

function cased(value: PyValue, change: (text: string) => string, other: (text: string) => string): boolean {
  const text = str(value);
  return text === change(text) && text !== other(text);
}

const equalTo: Test = (a, b) => equal(a, b!);
const lower = (text: string) => text.toLowerCase();
const upper = (text: string) => text.toUpperCase();

/** Number of arguments and body of each test. */
const TESTS: Record<string, readonly [number, Test]> = {
  boolean: [0, (value) => typeof value === "boolean"],
  callable: [0, (value) => value instanceof PyFunction || value instanceof Undefined],
  defined: [0, (value) => !(value instanceof Undefined)],
  divisibleby: [1, (value, by) => rest(value, by!, 0n)],
  eq: [1, equalTo],
  equalto: [1, equalTo],
  "==": [1, equalTo],
  even: [0, (value) => rest(value, 2n, 0n)],
  false: [0, (value) => value === false],
  float: [0, (value) => typeof value === "number"],
  ge: [1, (a, b) => ordered(">=", a, b!)],
  gt: [1, (a, b) => ordered(">", a, b!)],
  greaterthan: [1, (a, b) => ordered(">", a, b!)],
  in: [1, (value, container) => contains(container!, value)],
  integer: [0, (value) => typeof value === "bigint"],
  iterable: [0, isIterable],
  le: [1, (a, b) => ordered("<=", a, b!)],
  lower: [0, (value) => cased(value, lower, upper)],
  lessthan: [1, (a, b) => ordered("<", a, b!)],
  lt: [1, (a, b) => ordered("<", a, b!)],
  mapping: [0, (value) => value instanceof PyDict],
  ne: [1, (a, b) => !equal(a, b!)],
  none: [0, (value) => value === null],
  number: [0, (value) => typeof value === "bigint" || typeof value === "number" || typeof value === "boolean"],
  odd: [0, (value) => rest(value, 2n, 1n)],
  sameas: [1, (a, b) => a === b],
  sequence: [0, isSequence],
  string: [0, (value) => typeof value === "string"],
  true: [0, (value) => value === true],
  undefined: [0, (value) => value instanceof Undefined],
  upper: [0, (value) => cased(value, upper, lower)],
};
const SYMBOLS: Record<string, string> = { "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge" };

/** True for a test that this engine has. */
export function knowsTest(name: string): boolean {
  return Object.hasOwn(TESTS, name);
}

/** Applies a test by name (`is defined`, `select('odd')`). */
export function applyTest(name: string, value: PyValue, args: readonly PyValue[]): boolean {
  const key = SYMBOLS[name] ?? name;
  if (!knowsTest(key)) {
    throw new PyError(["escaped", "filter", "test"].includes(name) ? "Unsupported" : "ValueError", `no test named '${name}'`);
  }
  const [count, test] = TESTS[key]!;
  if (args.length !== count) throw new PyError("TypeError", `the test '${name}' takes ${count} arguments, got ${args.length}`);
  return test(value, ...args);
}
