import { freemem, totalmem } from "node:os";
import { type Job, workedMs } from "../domain/job.js";
import type { Member } from "../domain/user.js";
import type { EngineStatus } from "../engine/process/engine.js";
import type { Chat } from "../port/adapter.js";
import type {
  AdminChat,
  AdminEngine,
  AdminFailure,
  AdminJob,
  AdminMode,
  AdminOverview,
  AdminWorker,
  ChatAdmin,
} from "../port/admin.js";
import { ChatError } from "../port/chat-error.js";
import type { QueuePosition } from "../queue/queue.js";
import { version } from "../shared/version.js";
import { ChannelNames } from "./channel-names.js";
import type { AppContext } from "./context.js";

/** What the commands cannot see themselves; whoever puts the program together knows it. */
interface AdminFacts {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  engine(): EngineStatus | undefined;
  workers(): readonly AdminWorker[];
  /** The name of the worker that has a job; undefined where there are none, or nobody has it yet. */
  workerOf(job: string): string | undefined;
  disk(): { readonly freeBytes: number; readonly low: boolean } | undefined;
  problems(): Promise<AdminOverview["problems"]>;
}

const JOBS = 200;
const FAILURES = 20;
const FAILURES_DAYS = 7;
const SAID: Readonly<Record<AdminMode, string>> = {
  open: "a moderator has opened the queue again",
  paused: "a moderator has paused the queue",
  draining: "a moderator drains the queue: nothing new is taken or begun",
};

/** What those who run the program see and may do in a chat of their own, as moderators of it. One for the whole program. */
export class Admin implements ChatAdmin {
  readonly #progress = new Map<string, number>();
  readonly #watchers = new Set<() => void>();
  readonly #names: ChannelNames;

  constructor(
    private readonly app: AppContext,
    private readonly chats: readonly Chat[],
    private readonly facts: AdminFacts,
    private readonly now: () => number = Date.now,
  ) {
    this.#names = new ChannelNames(chats, () => this.#changed());
    const { queue } = app;
    queue.on("frame", (job, { progress }) => {
      this.#progress.set(job.id, progress);
      this.#changed();
    });
    for (const event of ["accepted", "resumed", "moved", "started", "retrying"] as const)
      queue.on(event, () => this.#changed());
    const ended = ({ id }: Job) => {
      this.#progress.delete(id);
      this.#changed();
    };
    queue.on("done", ended);
    queue.on("failed", ended);
    queue.on("cancelled", ended);
    queue.on("suspended", ended);
  }

  async overview(user: Member): Promise<AdminOverview> {
    mustModerate(user);
    const { app, facts } = this;
    const line = app.queue.positions();
    const running = line.filter(({ position: place }) => place === 0).length;
    const engine = facts.engine();
    return {
      at: this.now(),
      startedAt: facts.startedAt,
      version,
      node: process.version,
      mode: this.#mode,
      waiting: line.length - running,
      running,
      jobs: line.slice(0, JOBS).map((position) => this.#job(position)),
      failures: this.#failures(),
      ...(engine === undefined ? {} : { engine: engineOf(engine) }),
      workers: facts.workers(),
      chats: this.chats.map(chatOf),
      memory: { botsBytes: process.memoryUsage.rss(), freeBytes: freemem(), totalBytes: totalmem() },
      disk: facts.disk() ?? { freeBytes: 0, low: false },
      problems: await facts.problems(),
    };
  }

  async cancel(user: Member, job: string): Promise<void> {
    mustModerate(user);
    if (!this.app.queue.cancel(job, { by: "person", name: user.name }))
      throw new ChatError("gone", "admin.job-ended", { id: job.slice(0, 16) });
    this.app.logger.info({ job, person: user.id }, "a moderator has cancelled a job");
  }

  async setMode(user: Member, mode: AdminMode): Promise<void> {
    mustModerate(user);
    const { queue, logger } = this.app;
    if (mode === this.#mode) return;
    if (mode === "open") queue.unpause();
    else queue.pause({ refusing: mode === "draining" });
    logger.info({ person: user.id }, SAID[mode]);
    this.#changed();
  }

  watch(user: Member, changed: () => void): () => void {
    mustModerate(user);
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  get #mode(): AdminMode {
    const { refusing, paused } = this.app.queue;
    return refusing ? "draining" : paused ? "paused" : "open";
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  #job({ job, position: place, waitSeconds, runSeconds }: QueuePosition): AdminJob {
    const { createdAt, startedAt = this.now() } = job;
    const running = place === 0;
    const since = (at: number) => Math.max(0, (this.now() - at) / 1000);
    const worker = running ? this.facts.workerOf(job.id) : undefined;
    return {
      id: job.id,
      title: this.#title(job.recipe, job.params),
      recipe: job.recipe,
      person: job.author.name,
      platform: job.channel.platform,
      channel: this.#names.of(job.channel),
      state: running ? "running" : "waiting",
      place,
      progress: running ? (this.#progress.get(job.id) ?? 0) : 0,
      waited: running ? Math.max(0, (startedAt - createdAt) / 1000) : since(createdAt),
      ran: running ? workedMs(job, this.now()) / 1000 : 0,
      startsIn: running ? 0 : waitSeconds,
      takes: runSeconds,
      attempts: job.attempts,
      ...(worker === undefined ? {} : { worker }),
    };
  }

  #failures(): AdminFailure[] {
    const since = this.now() - FAILURES_DAYS * 24 * 3600 * 1000;
    return this.app.store.jobs.failed(since, FAILURES).map((job) => ({
      job: job.id,
      title: this.#title(job.recipe, job.params),
      person: job.author.name,
      platform: job.channel.platform,
      at: job.finishedAt ?? job.createdAt,
      kind: job.failure?.kind ?? "unknown",
      message: job.failure?.message ?? "",
    }));
  }

  /** A recipe that is gone, or parameters of an older version, must not hide the rest. */
  #title(recipe: string, params: Readonly<Record<string, unknown>>): string {
    try {
      return this.app.recipes.get(recipe)?.title(params) ?? recipe;
    } catch {
      return recipe;
    }
  }
}

function mustModerate({ moderator }: Member): void {
  if (!moderator) throw new ChatError("forbidden", "admin.forbidden");
}

function engineOf({ state, runtime, pid, starts, crashes, memoryBytes, devices }: EngineStatus): AdminEngine {
  return {
    ...{ state, starts, crashes },
    ...(runtime === undefined ? {} : { runtime }),
    ...(pid === undefined ? {} : { pid }),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(devices === undefined
      ? {}
      : { devices: devices.map(({ name, state, running, slots }) => ({ name, state, running, slots })) }),
  };
}

function chatOf(chat: Chat): AdminChat {
  return { platform: chat.platform, ...(chat.health?.() ?? { connected: true }) };
}
