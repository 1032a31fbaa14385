import { join } from "node:path";

/** One instance of the example beamline as text: the whole command, from process start. */
export default ({ root, peer }) => {
  const helm = peer("helm");
  const figure = "template bl45p-mo-ioc-01";
  if (!helm) return [{ figure, skip: "helm is not installed: npm run peers -- helm" }];
  const example = join(root, "examples", "bl45p");
  const args = [
    "bl45p-mo-ioc-01",
    join(example, "services", "bl45p-mo-ioc-01"),
    "-n",
    "bl45p",
    "-f",
    join(example, "services", "values.yaml"),
  ];
  return [
    {
      figure,
      ours: [process.execPath, join(root, "packages", "cli", "bin", "epicube.js"), "chart", "template", ...args],
      peer: [helm.helm, "template", ...args],
      peerName: "helm template",
    },
  ];
};
