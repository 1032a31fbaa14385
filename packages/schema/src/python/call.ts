import { PyError, type PyValue } from "./value.js";

/**
 * Puts positional and named arguments into the order of the parameters. A parameter with a default is optional.
 *
 * @throws PyError TypeError for one too many, unknown, twice or missing
 */
export function bindArguments(
  name: string,
  parameters: readonly string[],
  args: readonly PyValue[],
  named: ReadonlyMap<string, PyValue>,
  defaults: readonly PyValue[] = [],
): PyValue[] {
  if (args.length > parameters.length) {
    throw new PyError("TypeError", `${name}() takes ${parameters.length} arguments but ${args.length} were given`);
  }
  const values: (PyValue | undefined)[] = parameters.map((_, index) => args[index]);
  for (const [key, value] of named) {
    const index = parameters.indexOf(key);
    if (index === -1) throw new PyError("TypeError", `${name}() got an unexpected keyword argument '${key}'`);
    if (values[index] !== undefined) throw new PyError("TypeError", `${name}() got multiple values for argument '${key}'`);
    values[index] = value;
  }
  const firstDefault = parameters.length - defaults.length;
  return values.map((value, index) => {
    if (value !== undefined) return value;
    const fallback = index >= firstDefault ? defaults[index - firstDefault] : undefined;
    if (fallback === undefined) throw new PyError("TypeError", `${name}() missing required argument: '${parameters[index]}'`);
    return fallback;
  });
}
