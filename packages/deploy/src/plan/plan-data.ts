import type { Release } from "../releases/release.js";

/** One field that differs between what is recorded and what is asked for. */
export interface FieldChange {
  /** JSON pointer below the object, such as `/spec/template/spec/containers/0/image`. */
  readonly path: string;
  /** Absent when the field is new, or when it is secret. */
  readonly from?: unknown;
  /** Absent when the field goes away, or when it is secret. */
  readonly to?: unknown;
  /** Data of a Secret: the change is told, the values are not. */
  readonly secret?: boolean;
}

/** What happens to one object. */
export interface PlannedChange {
  readonly release: string;
  readonly object: { readonly apiVersion: string; readonly kind: string; readonly name: string; readonly namespace?: string };
  readonly action: "create" | "update" | "delete" | "none";
  readonly fields: readonly FieldChange[];
  /** True when a running IOC is stopped and started again because of this object. */
  readonly restartsPod: boolean;
  readonly because?: string;
}

/** What an apply would do, made without writing anything. Plain data. */
export interface Plan {
  readonly target: string;
  /** Digest of the record that the plan was made against; an apply refuses a plan whose record has changed since. */
  readonly base: string;
  readonly changes: readonly PlannedChange[];
  /** Number of changes whose action is not `none`. */
  readonly writes: number;
  /** What was asked for: an apply needs nothing else. */
  readonly releases: readonly Release[];
}
