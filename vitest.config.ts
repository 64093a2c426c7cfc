import { defineConfig } from "vitest/config";

/** Tests of the program as it is installed: they run what `npm run build` writes. */
const built = ["test/cli/**/*.test.ts", "test/e2e/**/*.test.ts", "test/fault/**/*.test.ts"];

const shared = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { ...shared, name: "source", include: ["test/**/*.test.ts"], exclude: built } },
      { test: { ...shared, name: "built", include: built, globalSetup: "test/support/build.ts" } },
    ],
  },
});
