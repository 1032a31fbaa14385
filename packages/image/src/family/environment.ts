import type { FamilyNode, ImageFamily, ImageTarget } from "./family.js";

/** A `${NAME}` without a value. */
export interface UnknownVariable {
  readonly node: string;
  /** Unset where it stands on the node itself. */
  readonly target?: ImageTarget;
  readonly variable: string;
  readonly name: string;
}

/** The node and its parents, the lowest first. */
export function chainOf(family: ImageFamily, name: string): FamilyNode[] {
  const byName = new Map(family.nodes.map((node) => [node.name, node]));
  const chain: FamilyNode[] = [];
  for (let node = byName.get(name); node; node = node.parent === undefined ? undefined : byName.get(node.parent)) chain.unshift(node);
  return chain;
}

/** The environment of a target: parents first, then the node's, then the target's; `${NAME}` is the value so far. */
export function environmentOf(
  family: ImageFamily,
  name: string,
  target: ImageTarget,
  unknown?: (problem: UnknownVariable) => void,
): Record<string, string> {
  const environment = new Map<string, string>();
  for (const node of chainOf(family, name)) {
    const levels = [{ env: node.env }, { env: node.targets[target]?.env ?? {}, target }] as const;
    for (const level of levels)
      for (const [variable, text] of Object.entries(level.env)) {
        const value = text.replace(/\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (whole, wanted: string | undefined) => {
          if (wanted === undefined) return whole.slice(1);
          const found = environment.get(wanted);
          if (found === undefined)
            unknown?.({ node: node.name, ...("target" in level ? { target: level.target } : {}), variable, name: wanted });
          return found ?? "";
        });
        environment.set(variable, value);
      }
  }
  return Object.fromEntries(environment);
}

/** Every `${NAME}` of a family that has no value, each once. */
export function checkEnvironment(family: ImageFamily): UnknownVariable[] {
  const found = new Map<string, UnknownVariable>();
  for (const node of family.nodes)
    for (const target of Object.keys(node.targets) as ImageTarget[])
      environmentOf(family, node.name, target, (problem) => {
        found.set(JSON.stringify([problem.node, problem.target ?? "", problem.variable, problem.name]), problem);
      });
  return [...found.values()];
}
