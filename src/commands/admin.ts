import { freemem, totalmem } from "node:os";
import { type ChannelRef, channelKey, type Job, type Member, workedMs } from "../domain/model.js";
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
import type { QueueEvents, QueuePosition } from "../queue/queue.js";
import { defined } from "../shared/defined.js";
import { version } from "../shared/version.js";
import { ChannelNames } from "./channel-names.js";
import type { AppContext } from "./context.js";
import { isForAll, titleFor } from "./moderation/moderation.js";

/** What the commands cannot see themselves; the application tells it. */
interface AdminFacts {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  engine(): EngineStatus | undefined;
  workers(): readonly AdminWorker[];
  /** The name of the worker that has a job; undefined where there are none, or none has it yet. */
  workerOf(job: string): string | undefined;
  disk(): { readonly freeBytes: number; readonly low: boolean } | undefined;
  problems(): Promise<AdminOverview["problems"]>;
}

const MAX_JOBS = 200;
const MAX_FAILURES = 20;
const FAILURES_MS = 7 * 24 * 3600 * 1000;
const LOGGED: Readonly<Record<AdminMode, string>> = {
  open: "a moderator has opened the queue again",
  paused: "a moderator has paused the queue",
  draining: "a moderator drains the queue: nothing new is taken or begun",
};

/** What changes the page: all that the queue reports. */
const QUEUE_EVENTS = Object.keys({
  accepted: true,
  resumed: true,
  moved: true,
  started: true,
  frame: true,
  retrying: true,
  done: true,
  failed: true,
  cancelled: true,
  suspended: true,
} satisfies Record<keyof QueueEvents, true>) as (keyof QueueEvents)[];

/** What those who run the program see and may do in a chat of their own. One for the whole program. */
export class Admin implements ChatAdmin {
  readonly #watchers = new Set<() => void>();
  readonly #changed = (): void => {
    for (const watcher of this.#watchers) watcher();
  };
  readonly #names: ChannelNames;

  constructor(
    private readonly app: AppContext,
    private readonly chats: readonly Chat[],
    private readonly facts: AdminFacts,
    private readonly now: () => number = Date.now,
  ) {
    this.#names = new ChannelNames(chats, this.#changed);
  }

  async overview(user: Member): Promise<AdminOverview> {
    mustModerate(user);
    const { app, facts } = this;
    const positions = app.queue.positions();
    const running = positions.filter(({ position }) => position === 0).length;
    const engine = facts.engine();
    return {
      at: this.now(),
      startedAt: facts.startedAt,
      version,
      node: process.version,
      mode: this.#mode,
      waiting: positions.length - running,
      running,
      jobs: positions.slice(0, MAX_JOBS).map((position) => this.#job(position)),
      failures: this.#failures(),
      ...(engine && { engine: engineOf(engine) }),
      workers: facts.workers(),
      chats: this.chats.map(chatOf),
      memory: { botsBytes: process.memoryUsage.rss(), freeBytes: freemem(), totalBytes: totalmem() },
      disk: facts.disk() ?? { freeBytes: 0, low: false },
      problems: await facts.problems(),
    };
  }

  async cancel(user: Member, job: string): Promise<void> {
    mustModerate(user);
    const { queue, moderation } = this.app;
    const known = queue.positions().find((position) => position.job.id === job)?.job;
    if (!queue.cancel(job, { by: "person", name: user.name }))
      throw new ChatError("gone", "admin.job-ended", { id: job.slice(0, 16) });
    if (known) moderation.noteOnOthers(user, "cancel-job", known);
    this.app.logger.info({ job, person: user.id }, "a moderator has cancelled a job");
  }

  async cancelIn(user: Member, channel: ChannelRef): Promise<number> {
    mustModerate(user);
    const { queue, logger } = this.app;
    const by = { by: "person", name: user.name } as const;
    const there = queue.positions().filter(({ job }) => channelKey(job.channel) === channelKey(channel));
    const cancelled = there.filter(({ job }) => queue.cancel(job.id, by)).length;
    if (cancelled > 0) logger.info({ cancelled, person: user.id }, "a moderator has cancelled a channel's jobs");
    return cancelled;
  }

  async setMode(user: Member, mode: AdminMode): Promise<void> {
    mustModerate(user);
    const { queue, logger } = this.app;
    if (mode === this.#mode) return;
    if (mode === "open") queue.unpause();
    else queue.pause({ refusing: mode === "draining" });
    logger.info({ person: user.id }, LOGGED[mode]);
    this.#changed();
  }

  watch(user: Member, changed: () => void): () => void {
    mustModerate(user);
    if (this.#watchers.size === 0) this.#listen("on");
    this.#watchers.add(changed);
    return () => {
      if (this.#watchers.delete(changed) && this.#watchers.size === 0) this.#listen("off");
    };
  }

  get #mode(): AdminMode {
    const { refusing, paused } = this.app.queue;
    return refusing ? "draining" : paused ? "paused" : "open";
  }

  #listen(onOrOff: "on" | "off"): void {
    for (const event of QUEUE_EVENTS) this.app.queue[onOrOff](event, this.#changed);
  }

  #job({ job, position, waitSeconds, runSeconds, progress }: QueuePosition): AdminJob {
    const { createdAt, startedAt } = job;
    const now = this.now();
    const running = position === 0;
    const began = running ? (startedAt ?? now) : now;
    return {
      id: job.id,
      title: this.#title(job),
      recipe: job.recipe,
      person: job.author.name,
      platform: job.channel.platform,
      channel: this.#names.of(job.channel),
      state: running ? "running" : "waiting",
      place: position,
      progress,
      waited: Math.max(0, (began - createdAt) / 1000),
      ran: running ? workedMs(job, now) / 1000 : 0,
      startsIn: running ? 0 : waitSeconds,
      takes: runSeconds,
      attempts: job.attempts,
      ...defined({ worker: running ? this.facts.workerOf(job.id) : undefined }),
    };
  }

  #failures(): AdminFailure[] {
    return this.app.store.jobs.failed(this.now() - FAILURES_MS, MAX_FAILURES).map((job) => ({
      job: job.id,
      title: this.#title(job),
      person: job.author.name,
      platform: job.channel.platform,
      at: job.finishedAt ?? job.createdAt,
      kind: job.failure?.kind ?? "unknown",
      message: job.failure?.message ?? "",
    }));
  }

  /**
   * What people make in private is not the operator's either. A recipe that is gone, or parameters of an older version,
   * do not hide the rest.
   */
  #title(job: Job): string {
    try {
      return titleFor(job, isForAll(job), this.app.recipes);
    } catch {
      return job.recipe;
    }
  }
}

function mustModerate({ moderator }: Member): void {
  if (!moderator) throw new ChatError("forbidden", "admin.forbidden");
}

function engineOf({ state, runtime, pid, starts, crashes, memoryBytes, devices }: EngineStatus): AdminEngine {
  const shown = devices?.map(({ name, state, running, slots }) => ({ name, state, running, slots }));
  return { state, starts, crashes, ...defined({ runtime, pid, memoryBytes, devices: shown }) };
}

function chatOf(chat: Chat): AdminChat {
  const { connected, detail } = chat.health?.() ?? { connected: true };
  return { platform: chat.platform, connected, ...defined({ detail }) };
}
