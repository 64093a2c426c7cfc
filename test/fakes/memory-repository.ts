import type { Job, JobChange, MessageRef } from "../../src/domain/model.js";
import type { Checkpoint } from "../../src/engine/process/engine.js";
import type { JobPicture, JobRepository, UnfinishedJob } from "../../src/queue/job-repository.js";
import { defined } from "../../src/shared/defined.js";

interface Entry {
  job: Job;
  readonly address?: string | undefined;
  readonly pictures: Readonly<Record<string, Uint8Array>>;
  result?: JobPicture;
  checkpoint: Checkpoint | undefined;
  /** Keys of every message posted so far. */
  readonly messages: Set<string>;
}

/** Jobs in memory. */
export class MemoryJobRepository implements JobRepository {
  readonly #entries = new Map<string, Entry>();

  async add({ address, ...job }: UnfinishedJob, pictures: Readonly<Record<string, Uint8Array>>): Promise<void> {
    if (this.#entries.has(job.id)) throw new Error(`a second job ${job.id}`);
    this.#entries.set(job.id, { job, address, pictures, checkpoint: undefined, messages: new Set(keysOf(job)) });
  }

  async update(id: string, change: JobChange): Promise<void> {
    const entry = this.#entries.get(id);
    if (!entry) return;
    entry.job = { ...entry.job, ...change };
    for (const key of keysOf(entry.job)) entry.messages.add(key);
    if (!isUnfinished(entry.job)) entry.checkpoint = undefined;
  }

  async keepResult(id: string, picture: JobPicture): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry) entry.result = picture;
  }

  async keepCheckpoint(id: string, checkpoint: Checkpoint): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry && isUnfinished(entry.job)) entry.checkpoint = checkpoint;
  }

  async checkpoint(id: string): Promise<Checkpoint | undefined> {
    return this.#entries.get(id)?.checkpoint;
  }

  async get(id: string): Promise<Job | undefined> {
    return this.#entries.get(id)?.job;
  }

  async find(where: { platform: string; community: string; prefix: string }): Promise<readonly Job[]> {
    return this.#newest((job) => inCommunity(job, where) && job.id.startsWith(where.prefix), 10);
  }

  async latest(where: { platform: string; community: string; author: string }): Promise<Job | undefined> {
    return this.#newest((job) => inCommunity(job, where) && job.author.id === where.author, 1)[0];
  }

  async ofMessage(message: MessageRef): Promise<Job | undefined> {
    const key = keyOf(message);
    return [...this.#entries.values()].find(({ messages }) => messages.has(key))?.job;
  }

  async result(id: string): Promise<JobPicture | undefined> {
    return this.#entries.get(id)?.result;
  }

  async pictures(id: string): Promise<Readonly<Record<string, Uint8Array>> | undefined> {
    return this.#entries.get(id)?.pictures;
  }

  async since(time: number): Promise<readonly Job[]> {
    return [...this.#entries.values()].map((entry) => entry.job).filter((job) => job.createdAt >= time);
  }

  async unfinished(): Promise<readonly UnfinishedJob[]> {
    const entries = [...this.#entries.values()].filter(({ job }) => isUnfinished(job));
    return entries.map(({ job, address }) => ({ ...job, ...defined({ address }) }));
  }

  async lastDone(count: number): Promise<readonly Job[]> {
    const done = [...this.#entries.values()].map((entry) => entry.job).filter(({ state }) => state === "done");
    return done.toSorted((a, b) => (b.finishedAt ?? 0) - (a.finishedAt ?? 0)).slice(0, count);
  }

  async unnotified(): Promise<readonly Job[]> {
    return [...this.#entries.values()].map((entry) => entry.job).filter((job) => job.unnotified === true);
  }

  #newest(matches: (job: Job) => boolean, count: number): Job[] {
    // A Map keeps the order in which jobs came.
    const jobs = [...this.#entries.values()].map((entry) => entry.job);
    return jobs.filter(matches).reverse().slice(0, count);
  }
}

function keyOf({ channel, id }: MessageRef): string {
  return JSON.stringify([channel.platform, channel.community, channel.id, id]);
}

function keysOf({ messages: { announcement, progress, frames, final } }: Job): string[] {
  return [announcement, progress, ...frames, final].flatMap((message) => (message ? [keyOf(message)] : []));
}

function isUnfinished(job: Job): boolean {
  return job.state === "waiting" || job.state === "running";
}

function inCommunity(job: Job, where: { platform: string; community: string }): boolean {
  return job.channel.platform === where.platform && job.channel.community === where.community;
}
