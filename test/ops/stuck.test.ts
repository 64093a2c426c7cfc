import { setImmediate as turn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { EngineHost } from "../../src/engine/process/host.js";
import { EventLoopWatch, type Lag } from "../../src/ops/event-loop.js";
import { Operation } from "../../src/ops/operations.js";
import { ann } from "../fakes/chat.js";
import { newFolder } from "../support/new-folder.js";
import { waitFor } from "../support/wait-for.js";
import { program, scrape } from "./program.js";

const logger = pino({ level: "silent" });

function block(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

describe("a process that is stuck", () => {
  it("is not healthy, and is again when it comes in time", async () => {
    const folder = newFolder();
    let lag: Lag = { p50: 0, p99: 0, max: 0 };
    const loop = {
      get lag() {
        return lag;
      },
      close: () => undefined,
    };
    const settings = { enabled: true, host: "127.0.0.1", port: 0, freeMegabytes: 0 };
    const operation = new Operation({ settings, folder, logger, loop });
    onTestFinished(() => operation.close());
    const address = (await operation.listen()) ?? "";
    const health = async () => {
      const response = await fetch(`${address}/healthz`);
      return [response.status, ((await response.json()) as { status: string }).status];
    };
    expect(await health()).toEqual([200, "alive"]);
    // One long turn is no reason for a restart.
    lag = { p50: 0.9, p99: 30, max: 30 };
    expect(await health()).toEqual([200, "alive"]);
    lag = { p50: 1.1, p99: 2, max: 2 };
    expect(await health()).toEqual([503, "stuck"]);
    expect((await scrape(address)).get('dreamloom_event_loop_lag_seconds{percentile="50"}')).toBe(1.1);
    lag = { p50: 0, p99: 0, max: 0 };
    expect(await health()).toEqual([200, "alive"]);
  });

  it("is known by how late it comes to what it has to do", async () => {
    const watch = new EventLoopWatch(400);
    onTestFinished(() => watch.close());
    await waitFor(() => expect(watch.lag.max).toBeGreaterThan(0));
    for (let turns = 0; turns < 40; turns++) {
      block(60);
      await turn();
    }
    expect(watch.lag.p50).toBeGreaterThan(0.03);
    await waitFor(() => expect(watch.lag.p50).toBeLessThan(0.03));
  });
});

describe("an engine that is stuck", () => {
  it("makes the program not ready, by name, until it answers again", async () => {
    const worker = fileURLToPath(new URL("../support/telling-engine.mjs", import.meta.url));
    const host = new EngineHost({ modelsDir: "/nowhere", modelsPath: [], logger, worker, timings: { ping: 100 } });
    const { address, chat } = await program({ engine: () => host });
    await chat.say(ann, "/dream picture:none");
    await chat.until(() => chat.in("thread").find(({ content }) => content.text.includes("ready")));
    const ready = async () => {
      const response = await fetch(`${address}/readyz`);
      return [response.status, ((await response.json()) as { problems: unknown[] }).problems];
    };
    await waitFor(async () => expect(await ready()).toEqual([200, []]));
    const pid = host.pid ?? Number.NaN;
    process.kill(pid, "SIGSTOP");
    await waitFor(async () =>
      expect(await ready()).toEqual([503, [{ part: "engine", problem: "The engine's process does not answer." }]]),
    );
    process.kill(pid, "SIGCONT");
    await waitFor(async () => expect(await ready()).toEqual([200, []]));
  });
});
