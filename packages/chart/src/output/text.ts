import { type Hook, type Manifest, trimSpace } from "./manifests.js";

/** What {@link manifestText} puts together. */
export interface OutputParts {
  /** CRD files in front, as they stand in the chart. */
  readonly crds: readonly { readonly source: string; readonly text: string }[];
  readonly manifests: readonly Manifest[];
  readonly hooks: readonly Hook[];
}

const withSource = (part: { readonly source: string; readonly text: string }) => `---\n# Source: ${part.source}\n${part.text}\n`;

/** The bytes that `helm template` prints. */
export function manifestText(parts: OutputParts): string {
  const body = [...parts.crds, ...parts.manifests].map(withSource).join("");
  return `${trimSpace(body)}\n${parts.hooks.map(withSource).join("")}`;
}
