import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** st.cmd and ioc.subst of an instance of the example beamline: the whole command, from process start. */
export default ({ root, peer, temp }) => {
  const ibek = peer("ibek");
  const example = join(root, "examples", "bl45p");
  const supports = readdirSync(join(example, "support")).map((name) => join(example, "support", name));
  const files = supports.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".ibek.support.yaml"))
      .map((name) => join(folder, name)),
  );
  const instance = join(example, "services", "bl45p-mo-ioc-01", "config", "ioc.yaml");
  const figure = "generate bl45p-mo-ioc-01";
  if (!ibek) return [{ figure, skip: "ibek is not installed: npm run peers -- ibek" }];
  // ibek makes folders below EPICS_ROOT.
  for (const side of ["ours", "ibek", "opi"]) mkdirSync(join(temp, side));
  const epicube = join(root, "packages", "cli", "bin", "epicube.js");
  return [
    {
      figure,
      ours: [
        process.execPath,
        epicube,
        "generate",
        instance,
        ...supports.flatMap((path) => ["--support", path]),
        "--out",
        join(temp, "ours"),
      ],
      peer: ["env", `EPICS_ROOT=${temp}`, ibek.ibek, "runtime", "generate", instance, ...files, "--output", join(temp, "ibek")],
      peerName: "ibek runtime generate",
    },
  ];
};
