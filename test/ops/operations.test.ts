import { describe, expect, it } from "vitest";
import type { EngineStatus } from "../../src/engine/process/engine.js";
import type { ChatHandlers, ChatHealth } from "../../src/port/adapter.js";
import { ChatError } from "../../src/port/chat-error.js";
import { ann, ben, FakeChat } from "../fakes/chat.js";
import { FakeEngine } from "../fakes/engine.js";
import { freePort } from "../support/free-port.js";
import { takenPort } from "../support/taken-port.js";
import { waitFor } from "../support/wait-for.js";
import { program, scrape } from "./program.js";

async function ask(address: string, path: string) {
  const response = await fetch(address + path);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** A chat whose connection a test cuts, and which is told to slow down. */
class ShakyChat extends FakeChat {
  connected = true;
  shards: ChatHealth["shards"];
  handlers: ChatHandlers | undefined;
  override async start(handlers: ChatHandlers): Promise<void> {
    this.handlers = handlers;
    await super.start(handlers);
  }
  health(): ChatHealth {
    const health = this.connected ? { connected: true } : { connected: false, detail: "the gateway reconnects" };
    return { ...health, ...(this.shards && { shards: this.shards }) };
  }
}

class WatchedEngine extends FakeEngine {
  state: EngineStatus["state"] = "ready";
  status(): EngineStatus {
    return { state: this.state, starts: 3, crashes: 2, running: 0, memoryBytes: 123_000_000, runtime: "fake", pid: 7 };
  }
}

describe("health", () => {
  it("is told as long as the program lives, and with its version", async () => {
    const { address } = await program();
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const { status, body } = await ask(address, "/healthz");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: "alive",
      version: expect.stringMatching(/^\d/),
      uptimeSeconds: expect.any(Number),
    });
  });

  it("is told of each part: a chat, the engine, the disk", async () => {
    const chat = new ShakyChat();
    const engine = new WatchedEngine();
    const { address } = await program({ chats: [chat], engine: () => engine });
    expect(await ask(address, "/readyz")).toEqual({ status: 200, body: { status: "ready", problems: [] } });
    chat.connected = false;
    engine.state = "silent";
    expect(await ask(address, "/readyz")).toEqual({
      status: 503,
      body: {
        status: "not ready",
        problems: [
          { part: "engine", problem: "The engine's process does not answer." },
          { part: "fake", problem: "the gateway reconnects" },
        ],
      },
    });
    const metrics = await scrape(address);
    expect(metrics.get('dreamloom_ready{part="engine"}')).toBe(0);
    expect(metrics.get('dreamloom_ready{part="store"}')).toBe(1);
    expect(metrics.get('dreamloom_chat_connected{platform="fake"}')).toBe(0);
    chat.connected = true;
    engine.state = "idle";
    expect((await ask(address, "/readyz")).status).toBe(200);
  });

  it("shows each shard of a chat that has several", async () => {
    const chat = new ShakyChat();
    const { address } = await program({ chats: [chat] });
    expect([...(await scrape(address)).keys()].filter((name) => name.includes("shard"))).toEqual([]);
    chat.connected = false;
    chat.shards = [true, false, true].map((connected, id) => ({ id, connected }));
    const metrics = await scrape(address);
    const ofShard = (id: number) => metrics.get(`dreamloom_chat_shard_connected{platform="fake",shard="${id}"}`);
    expect([0, 1, 2].map(ofShard)).toEqual([1, 0, 1]);
    expect(metrics.get('dreamloom_chat_connected{platform="fake"}')).toBe(0);
  });

  it("is not well with little space left on the disk, which the log says once", async () => {
    const { address, lines } = await program({ env: { OPS_FREE_MEGABYTES: "99000000" } });
    const { status, body } = await ask(address, "/readyz");
    expect(status).toBe(503);
    expect(body.problems).toEqual([
      { part: "store", problem: expect.stringMatching(/^The disk of .* has \d+ MB left: free some/) },
    ]);
    await ask(address, "/readyz");
    expect(lines.filter(({ msg }) => String(msg).startsWith("the disk is nearly full"))).toHaveLength(1);
  });

  it("is not well while the program starts and while it stops", async () => {
    let started: () => void = () => undefined;
    class SlowChat extends FakeChat {
      override start(): Promise<void> {
        return new Promise((resolve) => {
          started = resolve;
        });
      }
    }
    const port = await freePort();
    const starting = program({ chats: [new SlowChat()], env: { OPS_PORT: String(port) } });
    const address = `http://127.0.0.1:${port}`;
    await waitFor(async () => expect((await ask(address, "/readyz")).status).toBe(503));
    expect((await ask(address, "/readyz")).body.problems).toEqual([
      { part: "program", problem: "It is starting." },
      { part: "fake", problem: "It has not been started yet." },
    ]);
    expect((await ask(address, "/healthz")).status).toBe(200);
    started();
    const { running } = await starting;
    expect((await ask(address, "/readyz")).status).toBe(200);
    const stopped = running.stop();
    await stopped;
    await expect(fetch(`${address}/healthz`)).rejects.toThrow();
  });

  it("is served to readers only, and nothing else is", async () => {
    const { address } = await program();
    expect((await fetch(`${address}/healthz`, { method: "POST" })).status).toBe(405);
    expect((await fetch(`${address}/healthz`, { method: "HEAD" })).status).toBe(200);
    expect((await ask(address, "/constructor")).body).toEqual({
      error: "There is nothing here. Try /healthz, /readyz, /metrics.",
    });
  });

  it("can be switched off, and a port that is taken does not keep the program from serving people", async () => {
    const off = await program({ env: { OPS_ENABLED: "false" } });
    expect(off.running.operationAddress).toBeUndefined();
    const port = String(await takenPort());
    const { running, lines, chat, engine } = await program({ env: { OPS_PORT: port } });
    expect(running.operationAddress).toBeUndefined();
    expect(lines.map(({ msg }) => msg)).toContain(
      `health and metrics are not served: 127.0.0.1:${port} cannot be had; set OPS_PORT, or OPS_ENABLED=false`,
    );
    await chat.say(ann, "/dream picture:none");
    await engine.next();
  });
});

describe("metrics", () => {
  it("count a job from its line to its picture", async () => {
    const { address, chat, engine, dir } = await program();
    await chat.say(ann, "/dream picture:none octaves:2 size:256");
    const run = await engine.next();
    await chat.until(() => chat.in("thread").find((message) => message.content.progress));
    await chat.say(ben, "/dream picture:none");
    await chat.until(() => chat.in("channel")[1]);
    const during = await scrape(address);
    expect(during.get('dreamloom_jobs{state="running"}')).toBe(1);
    expect(during.get('dreamloom_jobs{state="waiting"}')).toBe(1);
    await run.preview(1, 2);
    await run.preview(1, 6);
    await run.octave(1);
    await run.preview(2, 3);
    await run.octave(2);
    await run.finish();
    await chat.until(() => chat.in("thread").find((message) => message.content.text.includes("ready")));
    (await engine.next()).fail("input");
    await chat.until(() => chat.in("channel").find((message) => message.content.text.includes("failed: input")));
    const metrics = await scrape(address);
    const value = (name: string) => metrics.get(`dreamloom_${name}`);
    expect(value('jobs_accepted_total{recipe="dream"}')).toBe(2);
    expect(value('jobs_ended_total{recipe="dream",state="done"}')).toBe(1);
    expect(value('jobs_ended_total{recipe="dream",state="failed"}')).toBe(1);
    expect(value('jobs_failed_total{kind="input"}')).toBe(1);
    expect(value("job_wait_seconds_count")).toBe(2);
    expect(value('job_run_seconds_count{recipe="dream"}')).toBe(1);
    // Octave 1: steps 2 -> 6 -> 10; octave 2: 3 -> 10.
    expect(value('step_seconds_count{recipe="dream",network="resnet50"}')).toBe(3);
    expect(value('frames_posted_total{platform="fake"}')).toBeGreaterThanOrEqual(2);
    expect(value('deliveries_total{platform="fake",outcome="posted"}')).toBe(1);
    expect(value('deliveries_total{platform="fake",outcome="failed"}')).toBe(0);
    expect(value('jobs{state="running"}')).toBe(0);
    expect(value('store_bytes{part="pictures"}')).toBeGreaterThan(0);
    expect(value('store_bytes{part="database"}')).toBeGreaterThan(0);
    expect(value(`disk_free_bytes{folder="${dir}"}`)).toBeGreaterThan(1e6);
    expect(value('memory_bytes{process="bots"}')).toBeGreaterThan(1e7);
    expect(value('event_loop_lag_seconds{percentile="99"}')).toBeLessThan(60);
    expect(value("start_time_seconds")).toBeGreaterThan(Date.now() / 1000 - 600);
  });

  it("count what is refused, dropped, tried again, and waited for", async () => {
    const chat = new ShakyChat();
    const engine = new WatchedEngine();
    const { address } = await program({ chats: [chat], engine: () => engine, env: { QUEUE_PER_PERSON: "1" } });
    let refusals = 0;
    chat.fault = (call, { content }) => {
      if (call !== "post" || !content?.text.startsWith("Your picture is ready") || refusals >= 1) return undefined;
      refusals += 1;
      return new ChatError("rate-limited", { message: "Slow down." });
    };
    await chat.say(ann, "/dream picture:none octaves:1 size:64");
    await chat.say(ann, "/dream picture:none");
    (await engine.next()).fail("crashed");
    const run = await engine.next();
    // At once, so that the chat takes only some of them, however slow the machine is.
    await Promise.all(Array.from({ length: 9 }, (_, index) => run.preview(1, index + 1)));
    await run.finish();
    chat.handlers?.slowedDown?.(1500);
    await chat.until(() => chat.in("thread").find((message) => message.content.text.includes("ready")));
    const metrics = await scrape(address);
    const value = (name: string) => metrics.get(`dreamloom_${name}`);
    expect(value('jobs_refused_total{reason="person-waiting"}')).toBe(1);
    expect(value('jobs_retried_total{kind="crashed"}')).toBe(1);
    expect(value('frames_dropped_total{platform="fake",reason="overtaken"}')).toBeGreaterThan(3);
    expect(value('chat_failures_total{platform="fake",kind="rate-limited"}')).toBe(1);
    expect(value('rate_limit_waits_total{platform="fake"}')).toBe(1);
    expect(value('rate_limit_wait_seconds_total{platform="fake"}')).toBe(1.5);
    expect(value("engine_up")).toBe(1);
    expect(value("engine_starts_total")).toBe(3);
    expect(value("engine_crashes_total")).toBe(2);
    expect(value('memory_bytes{process="engine"}')).toBe(123_000_000);
  });
});
