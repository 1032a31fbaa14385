import { goLocation, positionOf } from "../errors/position.js";
import { TemplateError, type TemplateErrorCode, type TemplateFrame } from "../errors/template-error.js";
import type { ExecutionContext } from "../functions/function.js";
import { type Node, showNode } from "../parse/node.js";
import { quoteGo } from "../text/quote.js";
import type { GoValue } from "../values/value.js";
import type { CompiledTemplate } from "./compile.js";
import type { Templates } from "./templates.js";

/** What all templates of one outermost execution share. */
export interface Run {
  /** Steps left. */
  steps: number;
  readonly maxSteps: number;
  depth: number;
  readonly maxDepth: number;
  /** UTF-16 units of output left. */
  output: number;
  readonly maxOutput: number;
  /** Longest text and, by eight units an item, longest list that a function may give. */
  readonly maxText: number;
  readonly shared: Map<unknown, unknown>;
  /** The template at work, to tell where the stack ended. */
  current: State | undefined;
}

/** The execution of one template into one text. */
export class State implements ExecutionContext {
  readonly set: Templates;
  readonly run: Run;
  template: CompiledTemplate;
  /** Slots of the variables of the template that is executing; slot 0 is `$`. */
  slots: GoValue[];
  /** The node at work, for errors: kept exactly where Go keeps its own. */
  node: Node | undefined;
  out = "";

  readonly #caller: State | undefined;

  constructor(set: Templates, run: Run, template: CompiledTemplate, data: GoValue) {
    this.#caller = run.current;
    this.set = set;
    this.run = run;
    this.template = template;
    this.slots = [data];
  }

  get templateName(): string {
    return this.template.name;
  }

  get depth(): number {
    return this.run.depth;
  }

  get shared(): Map<unknown, unknown> {
    return this.run.shared;
  }

  execute(set: Templates, name: string, data: GoValue): string {
    return new State(set, this.run, set.find(name), data).render(data);
  }

  executeText(text: string, data: GoValue): string {
    const set = this.set.clone();
    return new State(set, this.run, set.addText(text), data).render(data);
  }

  /** Executes the template to its text. Few calls lie between an `include` and the next one, so that the stack holds helm's thousand. */
  render(data: GoValue): string {
    const { run } = this;
    const outer = run.current;
    this.enter();
    run.current = this;
    this.template.execute(this, data);
    run.current = outer;
    run.depth--;
    return this.out;
  }

  write(text: string): void {
    this.run.output -= text.length;
    if (this.run.output < 0) this.limit(`the output is longer than ${this.run.maxOutput} characters`);
    this.out += text;
  }

  step(): void {
    if (--this.run.steps < 0) this.limit(`more than ${this.run.maxSteps} steps`);
  }

  /** Big results cost steps by their size, so that no few calls can do endless work. */
  charge(value: GoValue): GoValue {
    const size = typeof value === "string" ? value.length : Array.isArray(value) ? value.length * 8 : 0;
    if (size > 512) {
      if (size > this.run.maxText) this.limit(`a result is larger than ${this.run.maxText} characters`);
      this.run.steps -= size >> 6;
      if (this.run.steps < 0) this.limit(`more than ${this.run.maxSteps} steps`);
    }
    return value;
  }

  enter(): void {
    if (++this.run.depth > this.run.maxDepth) this.limit(`templates nest deeper than ${this.run.maxDepth}`);
  }

  /** Ends the execution with Go's message for the current node. */
  fail(message: string, cause?: unknown): never {
    throw this.error("TEMPLATE_EXECUTE", message, cause);
  }

  limit(message: string): never {
    // A template that was only just entered has no node of its own yet: the place that called it tells where.
    this.node ??= this.#caller?.node;
    throw this.error("TEMPLATE_LIMIT", `limit reached: ${message}`);
  }

  error(code: TemplateErrorCode, message: string, cause?: unknown): TemplateError {
    const inner = innerError(cause);
    const node = this.node;
    if (!node) {
      return new TemplateError(code, `template: ${this.template.name}: ${message}`, {
        cause,
        frames: [{ template: this.template.name }, ...(inner?.frames ?? [])],
        reason: inner?.reason ?? message,
      });
    }
    const expression = showNode(node);
    const position = positionOf(node.source, node.at);
    const frame: TemplateFrame = { template: this.template.name, position, expression };
    const text = `template: ${goLocation(node.source, node.at)}: executing ${quoteGo(this.template.name)} at <${expression}>: ${message}`;
    return new TemplateError(code, text, {
      cause,
      position,
      frames: [frame, ...(inner?.frames ?? [])],
      reason: inner?.reason ?? message,
    });
  }
}

function innerError(cause: unknown): TemplateError | undefined {
  for (let error = cause; error instanceof Error; error = error.cause) if (error instanceof TemplateError) return error;
  return undefined;
}
