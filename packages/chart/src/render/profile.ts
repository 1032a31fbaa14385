/** What differs between helm versions and that templates can see. */
export interface HelmProfile {
  readonly version: string;
  readonly gitCommit: string;
  readonly goVersion: string;
  /** Default of `.Capabilities.KubeVersion`. */
  readonly kubeVersion: string;
  /** Default of `.Capabilities.APIVersions`. */
  readonly apiVersions: readonly string[];
}

/** helm 4.1.4. */
export const profile414: HelmProfile = {
  version: "v4.1.4",
  gitCommit: "",
  goVersion: "go1.25.9",
  kubeVersion: "v1.35.0",
  apiVersions: [],
};
