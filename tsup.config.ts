import { defineConfig } from "tsup";

/**
 * The one build preset: JavaScript by tsup, declarations by `tsc -p tsconfig.build.json`. Each package's build script names its entries.
 */
export default defineConfig({
  format: ["esm"],
  platform: "node",
  target: "node20",
  sourcemap: true,
  clean: ["!**/*.d.ts", "!**/*.d.ts.map"],
  dts: false,
  splitting: true,
  silent: true,
});
