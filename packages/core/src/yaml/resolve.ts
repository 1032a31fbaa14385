import type { YamlStyle } from "./node.js";

/** A scalar before its value is known. */
export interface UnresolvedScalar {
  readonly text: string;
  readonly style: YamlStyle;
  readonly tag?: string;
  /** Of the document, by its `%YAML` directive. */
  readonly version?: "1.1" | "1.2";
}

/** What a resolver gives: a value, or the sentence of an error. */
export type ResolvedScalar = { readonly value: unknown } | { readonly error: string };

/** Decides what a scalar means; each dialect (ibek's, Helm's, ours) has its own. */
export type ScalarResolver = (scalar: UnresolvedScalar) => ResolvedScalar;

const TAG = "tag:yaml.org,2002:";

/**
 * The core schema of YAML 1.2.2 (section 10.3): null, true/false, decimal, 0o and 0x integers, floats, .inf, .nan; all else text.
 * Integers beyond 2^53 lose digits, as in JSON.
 */
export const resolveCoreScalar: ScalarResolver = ({ text, style, tag }) => {
  if (tag === `${TAG}str` || (tag === undefined && style !== "plain")) return { value: text };
  if (tag !== undefined && !tag.startsWith(TAG)) return { error: `unknown tag ${tag}` };
  if (/^(|~|null|Null|NULL)$/.test(text)) return { value: null };
  if (/^(true|True|TRUE)$/.test(text)) return { value: true };
  if (/^(false|False|FALSE)$/.test(text)) return { value: false };
  if (/^[-+]?[0-9]+$/.test(text)) return { value: Number(text) };
  if (/^0o[0-7]+$/.test(text)) return { value: Number.parseInt(text.slice(2), 8) };
  if (/^0x[0-9a-fA-F]+$/.test(text)) return { value: Number.parseInt(text.slice(2), 16) };
  if (/^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/.test(text)) return { value: Number(text) };
  const infinity = /^([-+]?)\.(inf|Inf|INF)$/.exec(text);
  if (infinity) return { value: infinity[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY };
  if (/^\.(nan|NaN|NAN)$/.test(text)) return { value: Number.NaN };
  return { value: text };
};
