import type { HealthTarget, ImagePins, KubeObject } from "@epicube/core/seams";

/** What is deployed for one IOC: rendered manifests and what is needed to judge, record and repeat them. Plain data. */
export interface Release {
  /** The IOC's name: a DNS-1123 label. */
  readonly name: string;
  readonly namespace: string;
  /** `git describe --tags` of the services repository, else the chart's version. */
  readonly version: string;
  readonly chart: { readonly name: string; readonly version: string; readonly appVersion?: string };
  readonly objects: readonly KubeObject[];
  readonly hooks: readonly KubeObject[];
  readonly images: ImagePins;
  /** The manifests as rendered text. */
  readonly text: string;
  readonly userValues: unknown;
  readonly chartValues: unknown;
  readonly notes?: string;
  /** The health gate; without one an IOC counts as released when it runs. */
  readonly health?: HealthTarget;
}
