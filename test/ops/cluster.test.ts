import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebChat } from "../../src/bots/web/chat.js";
import type { AdminOverview } from "../../src/port/admin.js";
import { Visitor } from "../bots/web/harness.js";
import { ann, FakeChat, source } from "../fakes/chat.js";
import { FakeEngine, picture } from "../fakes/engine.js";
import { clusterSettings, recordingLogger, startWorker } from "../queue/cluster/harness.js";
import { newFolder } from "../support/new-folder.js";
import { hasRedis, type RedisServer, redisHint, startRedis } from "../support/redis.js";
import { waitFor } from "../support/wait-for.js";
import { program, scrape } from "./program.js";

describe.skipIf(!hasRedis)(`the program with workers on other machines (${redisHint})`, () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.stop());

  async function bots() {
    const cluster = clusterSettings(redis.url);
    const { url, prefix, lockSeconds, heartbeatSeconds } = cluster;
    const times = { CLUSTER_LOCK_SECONDS: String(lockSeconds), CLUSTER_HEARTBEAT_SECONDS: String(heartbeatSeconds) };
    const chat = new FakeChat();
    const web = new WebChat({ dataDir: newFolder(), port: 0, logger: pino({ level: "silent" }) });
    const parts = await program({ chats: [web, chat], env: { REDIS_URL: url, CLUSTER_PREFIX: prefix, ...times } });
    const operator = await Visitor.enter(web);
    const jobs = async () => ((await (await operator.request("GET", "/api/admin")).json()) as AdminOverview).jobs;
    return { ...parts, cluster, chat, operator, jobs };
  }

  it("tells the thread of a download, and of a worker that has gone; operators see who has the job", async () => {
    const { chat, cluster, jobs, address, lines } = await bots();
    const [one, two] = [new FakeEngine(), new FakeEngine()];
    const log = recordingLogger();
    const first = await startWorker(cluster, one, { logger: log.logger });
    await chat.say(ann, "/dream picture:none octaves:2");
    const run = await one.next();
    first.downloading({ network: "vgg19", received: 20_000_000, total: 80_000_000 });
    const thread = (text: string) =>
      chat.until(() => chat.in("thread").find(({ content }) => content.text.includes(text)));
    await thread("Fetching the network vgg19, which happens only once: 20 of 80 MB.");
    await waitFor(async () => expect(await jobs()).toMatchObject([{ state: "running", worker: first.id }]));

    await run.octave(1);
    await thread("Octave 1 of 2");
    const [, second] = await Promise.all([first.stop(0), startWorker(cluster, two)]);
    const taken = await two.next();
    await thread("The machine that worked on this has stopped; another one continues.");
    await waitFor(async () => expect(await jobs()).toMatchObject([{ state: "running", worker: second.id }]));
    expect((await scrape(address)).get('dreamloom_jobs_retried_total{kind="moved"}')).toBe(1);
    await taken.octave(2);
    await taken.finish();
    await thread("Your picture is ready");
    expect(await jobs()).toEqual([]);
    const { job } = lines.find(({ msg }) => msg === "job accepted") ?? {};
    // One id on all machines.
    expect(log.lines.filter((line) => line.job === job).map(({ msg }) => msg)).toEqual([
      "run begins",
      "job handed back",
    ]);
    expect(lines.filter(({ msg }) => msg === "a worker has the job")).toMatchObject([
      { job, worker: first.id },
      { job, worker: second.id },
    ]);
  });

  it("teaches on a worker: the pictures go there, the look comes back, and goes there with a dream", async () => {
    const { chat, cluster } = await bots();
    const engine = new FakeEngine();
    await startWorker(cluster, engine);
    const attachments = await Promise.all([1, 2, 3, 4, 5].map(async (i) => source(await picture(40 + i, 30))));
    await chat.say(ann, "/teach name:moths", { attachments });
    const lesson = await engine.next();
    expect(Object.keys(lesson.request.pictures)).toHaveLength(5);
    const file = Buffer.from("a layer");
    await lesson.finish({ taught: { file: file.toString("base64"), preference: 42 } });
    await chat.until(() => chat.in("thread").find(({ content }) => content.text.includes("Learnt from 5 pictures")));
    await chat.say(ann, "/dream look:moths picture:none");
    const dream = await engine.next();
    expect(Buffer.from(dream.request.pictures.taught ?? []).equals(file)).toBe(true);
    await dream.finish();
    await chat.until(() => chat.in("thread").find(({ content }) => content.text.includes("Look moths by Ann")));
  });

  it("says to those who wait that no worker is there, or that the queue is paused", async () => {
    const { address, chat, cluster, operator, lines } = await bots();
    await waitFor(() =>
      expect(lines.map(({ msg }) => msg)).toContain("No worker is there just now; jobs wait until one comes."),
    );
    await chat.say(ann, "/dream picture:none octaves:2");
    await chat.until(() =>
      chat.in("channel").find(({ content }) => content.text.includes("No worker is there just now")),
    );
    const ready = async () => (await (await fetch(`${address}/readyz`)).json()) as unknown;
    const problem = "No worker is there just now; jobs wait until one comes.";
    expect(await ready()).toEqual({ status: "not ready", problems: [{ part: "workers", problem }] });
    const painter = new FakeEngine();
    await startWorker(cluster, painter);
    const run = await painter.next();
    expect(await ready()).toEqual({ status: "ready", problems: [] });
    expect((await operator.request("POST", "/api/admin/mode", { mode: "paused" })).status).toBe(204);
    await chat.say(ann, "/dream picture:none octaves:2");
    await chat.until(() =>
      chat
        .in("channel")
        .find(({ content }) => content.text.includes("1st in line") && content.text.includes("The queue is paused")),
    );
    // Jobs that wait already are reported again.
    expect((await operator.request("POST", "/api/admin/mode", { mode: "open" })).status).toBe(204);
    await chat.until(() =>
      chat.in("channel").find(({ content }) => content.text.includes("1st in line, starts in about")),
    );
    await run.finish();
  });
});
