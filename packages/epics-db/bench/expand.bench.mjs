import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** A substitution file of 5,000 rows of four records each: the whole command, from process start. */
export default ({ root, peer, temp }) => {
  const epics = peer("epics");
  const figure = "expand 20,000 records";
  if (!epics) return [{ figure, skip: "msi is not installed: npm run peers -- epics" }];
  const record = (type, name) => `record(${type}, "$(P):$(N):${name}") {\n  field(DESC, "$(DESC=nothing)")\n  field(SCAN, "1 second")\n}\n`;
  writeFileSync(
    join(temp, "axis.template"),
    ["VAL", "RBV", "VELO", "STAT"].map((name) => record(name === "STAT" ? "bi" : "ai", name)).join("\n"),
  );
  const rows = Array.from({ length: 5000 }, (_, index) => `  { "BL45P-MO-${index}", "A${index % 7}", "axis ${index}" }`);
  writeFileSync(join(temp, "all.subst"), `file axis.template {\n  pattern { P, N, DESC }\n${rows.join("\n")}\n}\n`);
  return [
    {
      figure,
      ours: [
        process.execPath,
        join(root, "packages", "cli", "bin", "epicube.js"),
        "db",
        "expand",
        "-I",
        temp,
        "-S",
        join(temp, "all.subst"),
      ],
      peer: [epics.msi, "-I", temp, "-S", join(temp, "all.subst")],
      peerName: "msi",
    },
  ];
};
