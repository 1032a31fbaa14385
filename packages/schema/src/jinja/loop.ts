import { equal } from "../python/operators.js";
import { PyError, PyFunction, type PyObject, PyTuple, type PyValue, Undefined } from "../python/value.js";

/** What `namespace(…)` makes: attributes that `{% set ns.x = … %}` changes from inside loops. */
export class Namespace implements PyObject {
  readonly typeName = "jinja2.utils.Namespace";
  private readonly attributes: Map<string, PyValue>;
  constructor(attributes: Iterable<readonly [string, PyValue]>) {
    this.attributes = new Map(attributes);
  }
  getAttr(name: string): PyValue | undefined {
    return this.attributes.get(name);
  }
  setAttr(name: string, value: PyValue): void {
    this.attributes.set(name, value);
  }
  toStr(): string {
    throw new PyError("Unsupported", "a namespace cannot be printed");
  }
}

/** The function `namespace`. */
export const namespaceFunction = new PyFunction("namespace", (args, named) => {
  if (args.length > 0) throw new PyError("Unsupported", "namespace() takes named arguments only");
  return new Namespace(named);
});

/** The variable `loop` over the items of one `for`. */
export function createLoop(items: readonly PyValue[]) {
  let index = -1;
  let changed: PyValue | undefined;
  const total = items.length;
  const object: PyObject = {
    typeName: "jinja2.runtime.LoopContext",
    toStr: () => {
      throw new PyError("Unsupported", "loop cannot be printed");
    },
    getAttr(name) {
      switch (name) {
        case "index":
          return BigInt(index + 1);
        case "index0":
          return BigInt(index);
        case "revindex":
          return BigInt(total - index);
        case "revindex0":
          return BigInt(total - index - 1);
        case "first":
          return index === 0;
        case "last":
          return index === total - 1;
        case "length":
          return BigInt(total);
        case "depth":
          return 1n;
        case "depth0":
          return 0n;
        case "previtem":
          return index > 0 ? items[index - 1]! : new Undefined("there is no previous item");
        case "nextitem":
          return index + 1 < total ? items[index + 1]! : new Undefined("there is no next item");
        case "cycle":
          return new PyFunction("cycle", (args) => {
            if (args.length === 0) throw new PyError("TypeError", "no items for cycling given");
            return args[index % args.length]!;
          });
        case "changed":
          return new PyFunction("changed", (args) => {
            const now = new PyTuple(args);
            const same = changed !== undefined && equal(changed, now);
            changed = now;
            return !same;
          });
        default:
          return undefined;
      }
    },
  };
  return { items, object, advance: () => void index++ };
}
