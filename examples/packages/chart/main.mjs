// Renders the chart in hello/ as `helm template bl45p-mo-ioc-01 hello --set port=5065` does, to the byte.
import { fileURLToPath } from "node:url";
import { loadChart, renderRelease } from "@epicube/chart";

const chart = await loadChart(fileURLToPath(new URL("hello", import.meta.url)));
if (!chart.value) throw new Error(chart.diagnostics.map((found) => found.message).join("\n"));
const release = renderRelease(chart.value, { name: "bl45p-mo-ioc-01", set: ["port=5065"] });
if (!release.value) throw new Error(release.diagnostics.map((found) => found.message).join("\n"));
process.stdout.write(release.value.text);
