import { defineConfig } from "vitest/config";

/**
 * What takes minutes: the program as it is installed, killed processes, clusters, platforms that fail, another transport
 * of Slack, attacks, whole recipes on real networks, browsers, the built-in styles drawn again.
 */
const long = [
  "test/attack/**/*.test.ts",
  "test/cli/**/*.test.ts",
  "test/commands/styles/built-in-style-pictures.test.ts",
  "test/e2e/**/*.test.ts",
  "test/fault/**/*.test.ts",
  "test/queue/cluster/**/*.test.ts",
  "test/shared/{film-limits,odd-films}.test.ts",
  "test/docs/examples.test.ts",
  "test/engine/measure/reference.test.ts",
  "test/engine/process/host.test.ts",
  "test/engine/runtimes/onnx.test.ts",
  "test/engine/runtimes/tfjs.test.ts",
  "test/engine/devices/probe.test.ts",
  "test/bots/discord/{faults,outage,shards}.test.ts",
  "test/bots/slack/{contract-http,faults}.test.ts",
  "test/bots/web/{admin,browser*,moderation-page,page-size}.test.ts",
];

/** Tests that put other modules in the place of some: they need them not yet loaded. */
const mocking = [
  "test/port/api-health.test.ts",
  "test/shared/async-retry.test.ts",
  "test/shared/sqlite-synced.test.ts",
];

/** Limits are for hangs: tests pass on a machine that does five other things. */
const shared = {
  testTimeout: 240_000,
  hookTimeout: 240_000,
  expect: { poll: { timeout: 120_000, interval: 20 } },
};

export default defineConfig({
  test: {
    // `npm test` takes three: many of its tests wait for a platform's limits.
    maxWorkers: 2,
    globalSetup: "test/support/run-folder.ts",
    projects: [
      // `npm test`; its files share the modules that they load, which took a third of its time.
      {
        test: {
          ...shared,
          name: "source",
          include: ["test/**/*.test.ts"],
          exclude: [...long, ...mocking],
          isolate: false,
        },
      },
      { test: { ...shared, name: "mocking", include: mocking } },
      // `npm run test:long`; it builds first where the build is older than the sources.
      { test: { ...shared, name: "long", include: long, globalSetup: "test/support/build.ts" } },
    ],
  },
});
