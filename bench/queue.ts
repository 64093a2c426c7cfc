/**
 * What the queues themselves cost: an engine that paints nothing, so all that is measured is taking jobs, handing them
 * on, and bringing frames and results back, with the jobs on disk.
 *
 *   npx tsx bench/queue.ts [--jobs 200]
 *
 * Needs redis-server for the cluster's half. Prints Markdown tables: the first says what it costs the processor to tell
 * a job's place in a long queue.
 */
import { parseArgs } from "node:util";
import { pino } from "pino";
import { loadConfig } from "../src/app/settings/load-settings.js";
import { ClusterQueue } from "../src/queue/cluster/cluster-queue.js";
import { Estimator } from "../src/queue/estimator.js";
import type { JobRequest } from "../src/queue/job-request.js";
import type { JobQueue } from "../src/queue/queue.js";
import { ScheduledQueue } from "../src/queue/scheduled-queue.js";
import type { Jobs } from "../src/store/jobs.js";
import { openStore } from "../src/store/open.js";
import { StubEngine } from "../test/fakes/stub-engine.js";
import { newFolder } from "../test/support/new-folder.js";
import { startRedis } from "../test/support/redis.js";
import { setup } from "../test/support/run-folder.js";
import { endProcess, startWorkerProcess } from "../test/support/worker-processes.js";

const { jobs: JOBS } = {
  jobs: Number(parseArgs({ options: { jobs: { type: "string", default: "200" } } }).values.jobs),
};
/** A photo as people send it, and a frame of 512 px. */
const [INPUT_BYTES, FRAME_BYTES] = [200_000, 350_000];
const PACED_JOBS = 20;
const PLACES_ASKED = 100;
const logger = pino({ level: "silent" });
const removeFolder = setup();
const limits = { length: 100_000, waitingPerPerson: 100_000, perHourPerPerson: 100_000 };

function request(person: number, params: Readonly<Record<string, unknown>>): JobRequest {
  const place = { platform: "bench", community: "bench", id: "bench" };
  const image = new Uint8Array(INPUT_BYTES).fill(person % 256);
  return {
    channel: place,
    author: { id: `p${person}`, name: "p" },
    recipe: "dream",
    params,
    pictures: { image },
    cost: 1,
    costKey: "dream",
  };
}

/** Takes all jobs first, then runs them: each figure has its own time. */
async function run(queue: JobQueue, count: number, params: Readonly<Record<string, unknown>>) {
  const delays: number[] = [];
  queue.on("frame", (_job, { picture }) => {
    const left = new DataView(picture.buffer, picture.byteOffset).getFloat64(0);
    delays.push(performance.timeOrigin + performance.now() - left);
  });
  let ended = 0;
  const over = new Promise<void>((resolve, reject) => {
    queue.on("done", () => ++ended === count && resolve());
    queue.on("failed", (_job, failure) => reject(new Error(failure.message)));
  });
  queue.pause();
  const start = performance.now();
  for (let job = 0; job < count; job++) await queue.submit(request(job % 50, params));
  const accepted = performance.now();
  queue.unpause();
  await over;
  const finished = performance.now();
  delays.sort((a, b) => a - b);
  const at = (share: number) => delays[Math.min(delays.length - 1, Math.floor(share * delays.length))] ?? Number.NaN;
  return {
    accepted: (count / (accepted - start)) * 1000,
    finished: (count / (finished - accepted)) * 1000,
    median: at(0.5),
    late: at(0.95),
  };
}

type Open = (repository: Jobs) => Promise<{ readonly queue: JobQueue; readonly close: () => Promise<void> }>;

async function measure(open: Open, count: number, params: Readonly<Record<string, unknown>>) {
  const dir = newFolder();
  const store = openStore({ dir });
  const { queue, close } = await open(store.jobs);
  try {
    return await run(queue, count, params);
  } finally {
    await queue.close(0);
    await close();
    await store.close();
  }
}

const common = { estimator: new Estimator({}), limits, jobSeconds: 600, logger };
const local =
  (workers: number): Open =>
  async (repository) => ({
    queue: new ScheduledQueue({ ...common, repository, engine: new StubEngine(), concurrency: workers }),
    close: async () => undefined,
  });
const cluster =
  (workers: number): Open =>
  async (repository) => {
    const redis = await startRedis();
    const settings = { ...loadConfig({}).cluster, url: redis.url };
    const children = await Promise.all(
      Array.from({ length: workers }, () => startWorkerProcess({ cluster: settings, slots: 1 })),
    );
    const queue = new ClusterQueue({ ...common, repository, cluster: settings });
    while (queue.workers().length < workers) await new Promise((resolve) => setTimeout(resolve, 20));
    const close = async () => {
      await Promise.all(children.map((child) => endProcess(child, "SIGTERM")));
      await redis.stop();
    };
    return { queue, close };
  };

/** Milliseconds of the processor's time for a place that is asked for after each change, while `count` jobs wait. */
async function placeMs(count: number): Promise<number> {
  const dir = newFolder();
  const store = openStore({ dir });
  const { queue } = await local(1)(store.jobs);
  queue.pause();
  const ids: string[] = [];
  for (let job = 0; job < count + PLACES_ASKED; job++)
    ids.push((await queue.submit({ ...request(job % 100, {}), pictures: {} })).id);
  const before = process.cpuUsage();
  for (const id of ids.slice(0, PLACES_ASKED)) {
    queue.cancel(id, { by: "person", name: "p" });
    queue.position(ids.at(-1) ?? "");
  }
  const { user } = process.cpuUsage(before);
  await queue.close(0);
  await store.close();
  return user / 1000 / PLACES_ASKED;
}

process.stdout.write("| jobs that wait | a place, processor's time |\n| --- | --- |\n");
for (const count of [200, 1_000, 4_000])
  process.stdout.write(`| ${count} | ${(await placeMs(count)).toFixed(1)} ms |\n`);
process.stdout.write(
  "\n| queue | workers | accepted a second | finished a second | frame to chat, median | 95 % |\n| --- | --- | --- | --- | --- | --- |\n",
);
for (const [name, open] of [
  ["local", local],
  ["cluster", cluster],
] as const) {
  for (const workers of [1, 2, 4]) {
    const empty = await measure(open(workers), JOBS, { octaves: 1, octaveMs: 0, bytes: FRAME_BYTES, stamp: true });
    const paced = await measure(open(workers), PACED_JOBS * workers, {
      octaves: 4,
      octaveMs: 100,
      bytes: FRAME_BYTES,
      stamp: true,
    });
    const cells = [
      name,
      workers,
      empty.accepted.toFixed(0),
      empty.finished.toFixed(0),
      `${paced.median.toFixed(1)} ms`,
      `${paced.late.toFixed(1)} ms`,
    ];
    process.stdout.write(`| ${cells.join(" | ")} |\n`);
  }
}

removeFolder();
