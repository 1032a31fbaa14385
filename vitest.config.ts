import { defineConfig } from "vitest/config";

const source = {
  conditions: ["@epicube/source", "node", "import", "default"],
  externalConditions: ["@epicube/source", "node", "import", "default"],
};
const shared = {
  resolve: { conditions: source.conditions },
  ssr: { resolve: source },
};
const setupFiles = [new URL("./vitest.setup.ts", import.meta.url).pathname];

/** `unit`: everything that needs only Node. `peers`: the same code against the real programs (`npm run peers`). */
export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", "packages/*/test/**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/*.peer.test.ts", "**/*.soak.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          env: { TZ: "UTC" },
          setupFiles,
        },
      },
      {
        ...shared,
        test: {
          name: "peers",
          include: ["packages/*/test/**/*.peer.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          env: { TZ: "UTC" },
          setupFiles,
        },
      },
      {
        ...shared,
        test: {
          name: "soak",
          include: ["packages/*/test/**/*.soak.test.ts"],
          testTimeout: 1_800_000,
          hookTimeout: 300_000,
          env: { TZ: "UTC" },
          setupFiles,
        },
      },
    ],
    maxWorkers: 2,
  },
});
