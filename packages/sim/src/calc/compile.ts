import { INFIX, PAIR, PREFIX, VARIADIC } from "./functions.js";
import { type CalcLexer, CalcSyntaxError, type CalcToken, createCalcLexer } from "./tokens.js";

/** What an expression works on: `args` are A, B, …; assignments change them. */
export interface CalcState {
  readonly args: number[];
  /** The result of the last run, for `VAL`. */
  value: number;
  /** 0 to 1, for `RNDM`. */
  readonly random: () => number;
}

/** A compiled expression. */
export interface CalcProgram {
  /** Runs the expression and gives its value. */
  run(state: CalcState): number;
}

type Evaluate = (state: CalcState) => number;

interface Parser {
  readonly lexer: CalcLexer;
  /** The operator token that ended the last operand. */
  operator: CalcToken;
  depth: number;
}

const DEPTH_LIMIT = 80;

function fail(message: string, token: CalcToken): never {
  throw new CalcSyntaxError(message, token.at);
}

function readArguments(parser: Parser): Evaluate[] {
  const list = [readExpression(parser)];
  while (parser.operator.kind === ",") list.push(readExpression(parser));
  if (parser.operator.kind !== ")") fail("a bracket is not closed", parser.operator);
  parser.operator = parser.lexer.operator();
  return list;
}

function single(list: readonly Evaluate[], at: CalcToken): Evaluate {
  if (list.length !== 1) fail("one argument is expected here", at);
  return list[0]!;
}

function readPrefix(parser: Parser, token: CalcToken & { kind: "prefix" }): Evaluate {
  const { name } = token;
  const pair = PAIR[name];
  const variadic = VARIADIC[name];
  if (!pair && !variadic) {
    const operand = readOperand(parser);
    const apply = PREFIX[name]!;
    return (state) => apply(operand(state));
  }
  const open = parser.lexer.operand();
  if (open.kind !== "(") fail(`${name} needs its arguments in brackets`, open);
  const list = readArguments(parser);
  if (variadic) return (state) => variadic(list.map((argument) => argument(state)));
  const [first, second, extra] = list;
  if (!first || !second || extra || !pair) return fail(`${name} needs two arguments`, token);
  return (state) => pair(first(state), second(state));
}

/** Reads one operand and the operator after it. */
function readOperand(parser: Parser): Evaluate {
  if (++parser.depth > DEPTH_LIMIT) throw new CalcSyntaxError("the expression nests too deep", 0);
  const token = parser.lexer.operand();
  let result: Evaluate;
  switch (token.kind) {
    case "(":
      result = single(readArguments(parser), token);
      break;
    case "prefix":
      result = readPrefix(parser, token);
      break;
    case "number": {
      const { value } = token;
      result = () => value;
      parser.operator = parser.lexer.operator();
      break;
    }
    case "argument": {
      const { index } = token;
      result = (state) => state.args[index] ?? 0;
      parser.operator = parser.lexer.operator();
      break;
    }
    case "value":
      result = (state) => state.value;
      parser.operator = parser.lexer.operator();
      break;
    case "random":
      result = (state) => state.random();
      parser.operator = parser.lexer.operator();
      break;
    default:
      return fail("the expression is incomplete", token);
  }
  parser.depth--;
  return result;
}

/** Reads operands and operators that bind at `level` or tighter. */
function readInfix(parser: Parser, level: number): Evaluate {
  let left = readOperand(parser);
  for (;;) {
    const token = parser.operator;
    const infix = token.kind === "infix" ? INFIX[token.name] : undefined;
    if (!infix || infix.level < level) return left;
    const before = left;
    const right = readInfix(parser, infix.level + 1);
    const { apply } = infix;
    left = (state) => apply(before(state), right(state));
  }
}

function readExpression(parser: Parser): Evaluate {
  const condition = readInfix(parser, 1);
  if (parser.operator.kind !== "?") return condition;
  const yes = readExpression(parser);
  const colon = parser.operator as CalcToken;
  if (colon.kind !== ":") fail("a conditional has no ':'", colon);
  const no = readExpression(parser);
  return (state) => (condition(state) !== 0 ? yes(state) : no(state));
}

/** `A:=…` or a plain expression. */
function readStep(parser: Parser, text: string): { assign?: number; evaluate: Evaluate } {
  const assignment = /^\s*([A-U])\s*:=/i.exec(text);
  if (assignment) {
    parser.lexer.operand();
    parser.lexer.operator();
  }
  const evaluate = readExpression(parser);
  if (parser.operator.kind !== "end") fail("an operator is out of place", parser.operator);
  return assignment ? { assign: assignment[1]!.toUpperCase().charCodeAt(0) - 65, evaluate } : { evaluate };
}

/**
 * Compiles an expression of the EPICS calc language: A to U, VAL, RNDM, constants, functions, `?:`, and assignments `A:=…` separated by `;`,
 * of which exactly one part must be the value.
 *
 * @returns the program, or the reason why there is none and the character it was found at
 */
export function compileCalc(text: string): CalcProgram | { readonly error: string; readonly at: number } {
  const steps: { assign?: number; evaluate: Evaluate }[] = [];
  let offset = 0;
  try {
    for (const part of text.split(";")) {
      if (part.trim() !== "") {
        const lexer = createCalcLexer(part);
        steps.push(readStep({ lexer, operator: { kind: "end", at: 0 }, depth: 0 }, part));
      }
      offset += part.length + 1;
    }
  } catch (error) {
    if (error instanceof CalcSyntaxError) return { error: error.message, at: offset + error.at };
    throw error;
  }
  const values = steps.filter((step) => step.assign === undefined).length;
  if (values === 0) return { error: "the expression has no value", at: 0 };
  if (values > 1) return { error: "the expression has more than one value", at: 0 };
  return {
    run(state) {
      let result = 0;
      for (const { assign, evaluate } of steps) {
        const value = evaluate(state);
        if (assign === undefined) result = value;
        else state.args[assign] = value;
      }
      state.value = result;
      return result;
    },
  };
}
