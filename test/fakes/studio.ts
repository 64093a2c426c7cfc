import { pino } from "pino";
import { afterAll, onTestFinished } from "vitest";
import type { BotOptions } from "../../src/commands/bot-options.js";
import { createAppContext } from "../../src/commands/create-context.js";
import { createHandlers } from "../../src/commands/handlers.js";
import { storedStyleLibrary } from "../../src/commands/styles/stored-style-library.js";
import type { Chat } from "../../src/port/adapter.js";
import { Estimator } from "../../src/queue/estimator.js";
import type { JobRepository } from "../../src/queue/job-repository.js";
import { ScheduledQueue, type ScheduledQueueOptions } from "../../src/queue/scheduled-queue.js";
import { openStore } from "../../src/store/open.js";
import { newFolder } from "../support/new-folder.js";
import { FakeChat, source } from "./chat.js";
import { FakeEngine, picture } from "./engine.js";

export const botOptions: BotOptions = {
  looks: [
    { name: "textures", help: "Grain and brush strokes", networks: ["resnet50"] },
    { name: "patterns", help: "Patterns and eyes", networks: ["resnet50", "googlenet"] },
    { name: "creatures", help: "Creatures and scales", networks: ["resnet50"] },
  ],
  networks: [
    { id: "resnet50", help: "The default", classifier: true },
    { id: "googlenet", help: "The original look", classifier: true },
    { id: "bare", help: "Without looks", classifier: false },
  ],
  dream: {
    size: 512,
    maxSize: 1024,
    octaves: 4,
    maxOctaves: 8,
    octaveScale: 1.4,
    steps: 10,
    maxSteps: 100,
    strength: 1,
    look: "creatures",
    network: "resnet50",
  },
  paint: { size: 384, maxSize: 1024, steps: 14, maxSteps: 200, strength: 0.5, network: "resnet50" },
  neuron: { size: 384, maxSize: 1024, steps: 12, maxSteps: 100, network: "resnet50" },
  film: { width: 256, maxWidth: 512, frames: 48, maxFrames: 240, maxSweep: 12 },
  styles: { perCommunity: 10, perPerson: 2 },
  caps: { perPerson: 5, perHour: 100, perChannel: 15, perChannelHour: 200 },
  mapsMegabytes: 3000,
  pictures: { maxBytes: 100_000, seconds: 1, filmFrames: 12, filmSeconds: 6 },
};

export interface StudioOptions {
  /** How long a palette waits for further choices, in milliseconds. */
  readonly settleMs?: number;
  readonly botOptions?: BotOptions;
  readonly chat?: FakeChat;
  readonly engine?: FakeEngine;
  readonly queue?: Partial<ScheduledQueueOptions>;
  /** Wait before the second try of a message, in milliseconds; 1 unless given. */
  readonly backoffMs?: number;
  /** The data folder of a studio that was closed, to go on from; a new one unless given. */
  readonly dir?: string;
}

/** Everything between a chat and an engine, with a fake one of each, and a picture that somebody has posted. */
export async function studio(options: StudioOptions = {}) {
  const chat = options.chat ?? new FakeChat();
  chat.latest ??= source(await picture(48, 32));
  return studioOf(chat, options);
}

/** The same with any chat. */
export async function studioOf<C extends Chat>(chat: C, options: Omit<StudioOptions, "chat"> = {}) {
  const opened = await openStudio(chat, options);
  try {
    onTestFinished(opened.close);
  } catch {
    // Outside a test: one studio for a whole file.
    afterAll(opened.close);
  }
  return opened;
}

/** The same for callers that close it themselves. */
export async function openStudio<C extends Chat>(chat: C, options: Omit<StudioOptions, "chat"> = {}) {
  const engine = options.engine ?? new FakeEngine();
  const logger = pino({ level: "silent" });
  const dir = options.dir ?? newFolder();
  const store = openStore({ dir });
  const repository: JobRepository = store.jobs;
  /** Stops it as the program stops. What is on disk stays. */
  const close = async () => {
    handlers.stop();
    await queue.close(0);
    await app.presenter.idle();
    await store.close();
  };
  const queue = new ScheduledQueue({
    engine,
    repository,
    logger,
    estimator: new Estimator({ dream: 2 }),
    concurrency: 1,
    jobSeconds: 60,
    limits: { length: 20, waitingPerPerson: 5, perHourPerPerson: 100 },
    ...options.queue,
  });
  await queue.remember();
  const app = createAppContext({
    botOptions: options.botOptions ?? botOptions,
    queue,
    jobs: repository,
    styles: storedStyleLibrary(store.styles),
    store,
    logger,
    backoffMs: options.backoffMs ?? 1,
  });
  const handlers = createHandlers(chat, app, { settleMs: options.settleMs ?? 1 });
  await chat.start(handlers);
  handlers.resume();
  /** Resolves when no job waits or runs and everything has been said. */
  const quiet = async () => {
    while (queue.positions().length > 0) {
      await new Promise<void>((resolve) => {
        for (const event of ["done", "failed", "cancelled"] as const) queue.on(event, () => resolve());
      });
    }
    // Ends are told when they are on disk.
    await queue.drain();
    await app.presenter.idle();
    await handlers.idle();
  };
  return { chat, engine, queue, store, repository, app, handlers, quiet, dir, close };
}
