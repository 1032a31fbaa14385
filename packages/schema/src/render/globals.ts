import { bindArguments } from "../python/call.js";
import { binary, ordered } from "../python/operators.js";
import { repr, str } from "../python/text.js";
import { PyDict, PyError, PyFunction, type PyObject, PyTuple, type PyValue, PyView, Undefined } from "../python/value.js";

/** State that all templates of one run share. */
export interface SharedState {
  /** What `_global.set` and counters hold, by name. */
  readonly variables: PyDict;
  readonly env: Readonly<Record<string, string>>;
  /** Names of `env` that templates asked for. */
  readonly envRead: Set<string>;
  /** Counters with the start and stop of their first use, as text. */
  readonly counters: Map<string, string>;
  /** Remarks on what the last render did, to be reported where its text stands. */
  readonly remarks: { readonly code: string; readonly message: string }[];
  iocName: string;
  /** Name of the first instance file without its last ending. */
  fileName: string;
}

/** State at the beginning of a run. */
export function createSharedState(env: Readonly<Record<string, string>> = {}): SharedState {
  return { variables: new PyDict(), env, envRead: new Set(), counters: new Map(), remarks: [], iocName: "", fileName: "" };
}

function readEnv(state: SharedState, name: string): string | undefined {
  if (!Object.hasOwn(state.env, name)) return undefined;
  state.envRead.add(name);
  return state.env[name];
}

/** A value without the place it came from, since that is another template. */
function detached(value: PyValue): PyValue {
  return value instanceof Undefined ? new Undefined(value.message, value.strict) : value;
}

/** The object `_global`. */
export function createGlobal(state: SharedState): PyObject {
  const { variables } = state;
  const functions: Record<string, PyFunction> = {
    get_env: new PyFunction("get_env", (args, named) => {
      const [key] = bindArguments("get_env", ["key"], args, named);
      if (typeof key !== "string") throw new PyError("TypeError", "str expected, not " + (key === null ? "NoneType" : typeof key));
      return readEnv(state, key) ?? "";
    }),
    set: new PyFunction("set", (args, named) => {
      const [key, value] = bindArguments("set", ["key", "value"], args, named);
      variables.set(str(key!), detached(value!));
      return value!;
    }),
    get: new PyFunction("get", (args, named) => {
      const [key, fallback] = bindArguments("get", ["key", "default"], args, named, [""]);
      const value = variables.get(str(key!));
      return value === undefined ? fallback! : value;
    }),
    incrementor: new PyFunction("incrementor", (args, named) => {
      const [name, start, increment, stop] = bindArguments("incrementor", ["name", "start", "increment", "stop"], args, named, [
        0n,
        1n,
        null,
      ]);
      const key = str(name!);
      const limits = `start=${str(start!)}, stop=${str(stop!)}`;
      const before = state.counters.get(key);
      if (before === undefined) state.counters.set(key, limits);
      else if (before !== limits) {
        state.remarks.push({
          code: "COUNTER_REDEFINED",
          message: `the counter ${key} is used with ${limits} here, and with ${before} before`,
        });
      }
      const counter = variables.get(key);
      if (counter === undefined || counter === null) {
        variables.set(key, start!);
        return start!;
      }
      if (typeof counter !== "bigint" && typeof counter !== "boolean") throw new PyError("ValueError", `Variable ${key} is not an integer`);
      const next = binary("+", counter, increment!);
      variables.set(key, next);
      if (stop !== null && ordered(">", next, stop!))
        throw new PyError("ValueError", `Counter ${key} exceeded maximum value of ${str(stop!)}`);
      return next;
    }),
  };
  return {
    typeName: "ibek.utils.Utils",
    getAttr(name) {
      if (Object.hasOwn(functions, name)) return functions[name];
      if (name === "variables") return variables;
      if (name === "ioc_name") return state.iocName;
      if (name === "file_name") return state.fileName;
      if (["render", "render_map", "set_ioc_name", "set_file_name", "re_get_type", "typs"].includes(name)) {
        throw new PyError("Unsupported", `_global.${name} is not supported`);
      }
      return undefined;
    },
    toStr() {
      throw new PyError("Unsupported", "_global cannot be printed");
    },
  };
}

/** The read-only mapping `env`. */
export function createEnv(state: SharedState): PyObject {
  const all = () => {
    for (const name of Object.keys(state.env)) state.envRead.add(name);
    return Object.entries(state.env);
  };
  const methods: Record<string, PyFunction> = {
    get: new PyFunction("get", (args, named) => {
      const [key, fallback] = bindArguments("get", ["key", "default"], args, named, [null]);
      const value = typeof key === "string" ? readEnv(state, key) : undefined;
      return value === undefined ? fallback! : value;
    }),
    keys: new PyFunction(
      "keys",
      () =>
        new PyView(
          "dict_keys",
          all().map(([key]) => key),
        ),
    ),
    values: new PyFunction(
      "values",
      () =>
        new PyView(
          "dict_values",
          all().map(([, value]) => value),
        ),
    ),
    items: new PyFunction(
      "items",
      () =>
        new PyView(
          "dict_items",
          all().map((pair) => new PyTuple(pair)),
        ),
    ),
    copy: new PyFunction("copy", () => PyDict.of(all())),
  };
  return {
    typeName: "mappingproxy",
    getAttr: (name) => (Object.hasOwn(methods, name) ? methods[name] : undefined),
    getItem(key) {
      if (typeof key !== "string") throw new PyError("TypeError", `str expected, not ${repr(key)}`);
      return readEnv(state, key);
    },
    contains: (key) => typeof key === "string" && readEnv(state, key) !== undefined,
    iterate: () => all().map(([key]) => key),
    toStr() {
      throw new PyError("Unsupported", "env cannot be printed whole; name a variable");
    },
  };
}
