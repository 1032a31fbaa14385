import { quoteGo } from "../text/quote.js";
import type { NumberConstant } from "./number.js";

/** The text a node stands in, for positions. */
export interface Source {
  /** Name given to `parse`: the file. */
  readonly name: string;
  readonly text: string;
}

interface Base {
  /** UTF-16 offset in the source. */
  readonly at: number;
  readonly source: Source;
}

export interface TextNode extends Base {
  readonly kind: "text";
  readonly text: string;
}
export interface ListNode extends Base {
  readonly kind: "list";
  readonly nodes: Node[];
}
export interface PipeNode extends Base {
  readonly kind: "pipe";
  readonly isAssign: boolean;
  readonly declarations: readonly VariableNode[];
  readonly commands: readonly CommandNode[];
}
export interface CommandNode extends Base {
  readonly kind: "command";
  readonly words: readonly Operand[];
}
export interface ActionNode extends Base {
  readonly kind: "action";
  readonly pipe: PipeNode;
}
export interface BranchNode extends Base {
  readonly kind: "if" | "range" | "with";
  readonly pipe: PipeNode;
  readonly body: ListNode;
  readonly otherwise: ListNode | undefined;
}
export interface TemplateNode extends Base {
  readonly kind: "template";
  readonly name: string;
  readonly pipe: PipeNode | undefined;
}
export interface JumpNode extends Base {
  readonly kind: "break" | "continue";
}
export interface EndNode extends Base {
  readonly kind: "end" | "else";
}
export interface IdentifierNode extends Base {
  readonly kind: "identifier";
  readonly name: string;
}
export interface VariableNode extends Base {
  readonly kind: "variable";
  /** The variable with its `$`, then fields. */
  readonly path: readonly string[];
}
export interface FieldNode extends Base {
  readonly kind: "field";
  readonly path: readonly string[];
}
export interface ChainNode extends Base {
  readonly kind: "chain";
  readonly node: Operand;
  readonly path: readonly string[];
}
export interface DotNode extends Base {
  readonly kind: "dot";
}
export interface NilNode extends Base {
  readonly kind: "nil";
}
export interface BoolNode extends Base {
  readonly kind: "bool";
  readonly value: boolean;
}
export interface StringNode extends Base {
  readonly kind: "string";
  readonly quoted: string;
  readonly value: string;
}
export interface NumberNode extends Base {
  readonly kind: "number";
  readonly text: string;
  readonly constant: NumberConstant;
}

export type Operand =
  | IdentifierNode
  | VariableNode
  | FieldNode
  | ChainNode
  | DotNode
  | NilNode
  | BoolNode
  | StringNode
  | NumberNode
  | PipeNode;

export type Node = TextNode | ListNode | ActionNode | BranchNode | TemplateNode | JumpNode | EndNode | CommandNode | Operand;

/** A node as Go prints it in messages. */
export function showNode(node: Node): string {
  switch (node.kind) {
    case "text":
      return quoteGo(node.text);
    case "list":
      return node.nodes.map(showNode).join("");
    case "action":
      return `{{${showNode(node.pipe)}}}`;
    case "if":
    case "range":
    case "with":
      return `{{${node.kind} ${showNode(node.pipe)}}}${showNode(node.body)}${node.otherwise ? `{{else}}${showNode(node.otherwise)}` : ""}{{end}}`;
    case "template":
      return `{{template ${quoteGo(node.name)}${node.pipe ? " " + showNode(node.pipe) : ""}}}`;
    case "break":
    case "continue":
    case "end":
    case "else":
      return `{{${node.kind}}}`;
    case "pipe": {
      const names = node.declarations.map(showNode).join(", ");
      return (names ? `${names} ${node.isAssign ? "=" : ":="} ` : "") + node.commands.map(showNode).join(" | ");
    }
    case "command":
      return node.words.map((word) => (word.kind === "pipe" ? `(${showNode(word)})` : showNode(word))).join(" ");
    case "identifier":
      return node.name;
    case "variable":
      return node.path.join(".");
    case "field":
      return "." + node.path.join(".");
    case "chain":
      return (node.node.kind === "pipe" ? `(${showNode(node.node)})` : showNode(node.node)) + "." + node.path.join(".");
    case "dot":
      return ".";
    case "nil":
      return "nil";
    case "bool":
      return String(node.value);
    case "string":
      return node.quoted;
    case "number":
      return node.text;
  }
}
