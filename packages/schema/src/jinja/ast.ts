import type { BinaryOperator, OrderOperator } from "../python/operators.js";
import type { PyValue } from "../python/value.js";
import type { Span } from "./error.js";

export interface Argument {
  readonly name?: string;
  /** `*` or `**` before it. */
  readonly spread?: 1 | 2;
  readonly value: Expression;
}

export type CompareOperator = OrderOperator | "==" | "!=" | "in" | "not in";

export type Expression = Span &
  (
    | { readonly type: "constant"; readonly value: PyValue }
    | { readonly type: "name"; readonly name: string }
    | { readonly type: "list"; readonly items: readonly Expression[] }
    | { readonly type: "tuple"; readonly items: readonly Expression[] }
    | { readonly type: "dict"; readonly entries: readonly (readonly [Expression, Expression])[] }
    | { readonly type: "attribute"; readonly target: Expression; readonly name: string }
    | { readonly type: "item"; readonly target: Expression; readonly key: Expression }
    | {
        readonly type: "slice";
        readonly target: Expression;
        readonly from: Expression | null;
        readonly to: Expression | null;
        readonly by: Expression | null;
      }
    | { readonly type: "call"; readonly target: Expression; readonly args: readonly Argument[] }
    | { readonly type: "filter"; readonly target: Expression | null; readonly name: string; readonly args: readonly Argument[] }
    | {
        readonly type: "test";
        readonly target: Expression;
        readonly name: string;
        readonly args: readonly Argument[];
        readonly negated: boolean;
      }
    | { readonly type: "unary"; readonly operator: "-" | "+" | "not"; readonly operand: Expression }
    | { readonly type: "binary"; readonly operator: BinaryOperator; readonly left: Expression; readonly right: Expression }
    | { readonly type: "and" | "or"; readonly left: Expression; readonly right: Expression }
    | { readonly type: "concat"; readonly items: readonly Expression[] }
    | {
        readonly type: "compare";
        readonly first: Expression;
        readonly rest: readonly { readonly operator: CompareOperator; readonly operand: Expression }[];
      }
    | { readonly type: "condition"; readonly test: Expression; readonly value: Expression; readonly otherwise: Expression | null }
  );

/** What a `for` or `set` assigns to: a name, names, or an attribute of a namespace. */
export type Target = Span &
  (
    | { readonly type: "name"; readonly name: string }
    | { readonly type: "tuple"; readonly items: readonly Target[] }
    | { readonly type: "attribute"; readonly object: string; readonly name: string }
  );

export type Node = Span &
  (
    | { readonly type: "text"; readonly text: string }
    | { readonly type: "output"; readonly value: Expression }
    | {
        readonly type: "if";
        readonly branches: readonly { readonly test: Expression; readonly body: readonly Node[] }[];
        readonly otherwise: readonly Node[];
      }
    | {
        readonly type: "for";
        readonly target: Target;
        readonly items: Expression;
        readonly filter: Expression | null;
        readonly body: readonly Node[];
        readonly otherwise: readonly Node[];
      }
    | { readonly type: "set"; readonly target: Target; readonly value: Expression }
    | { readonly type: "capture"; readonly target: Target; readonly filter: Expression | null; readonly body: readonly Node[] }
    | { readonly type: "with"; readonly assignments: readonly (readonly [Target, Expression])[]; readonly body: readonly Node[] }
    | { readonly type: "filterBlock"; readonly filter: Expression; readonly body: readonly Node[] }
  );
