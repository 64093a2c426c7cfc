import type { Job, JobChange } from "../domain/job.js";
import type { MessageRef } from "../domain/message.js";
import type { Checkpoint } from "../engine/process/engine.js";
import type { Jobs } from "../store/jobs.js";
import type { JobPicture, JobRepository } from "./job-repository.js";

/** The repository on disk: jobs, their messages and their pictures live through a restart. */
export class SqliteJobRepository implements JobRepository {
  constructor(private readonly jobs: Jobs) {}

  async add(job: Job, pictures: Readonly<Record<string, Uint8Array>>): Promise<void> {
    await this.jobs.add(job, pictures);
  }

  async update(id: string, change: JobChange): Promise<void> {
    this.jobs.update(id, change);
  }

  async keepResult(id: string, picture: JobPicture): Promise<void> {
    await this.jobs.keepPicture(id, picture);
  }

  async keepCheckpoint(id: string, { octave, state }: Checkpoint): Promise<void> {
    await this.jobs.keepCheckpoint(id, { octave, bytes: state });
  }

  async checkpoint(id: string): Promise<Checkpoint | undefined> {
    const kept = await this.jobs.checkpoint(id);
    return kept && { octave: kept.octave, state: kept.bytes };
  }

  async get(id: string): Promise<Job | undefined> {
    return this.jobs.get(id);
  }

  async find(where: { platform: string; community: string; prefix: string }): Promise<readonly Job[]> {
    return this.jobs.find(where);
  }

  async latest(where: { platform: string; community: string; author: string }): Promise<Job | undefined> {
    return this.jobs.latest(where);
  }

  async ofMessage(message: MessageRef): Promise<Job | undefined> {
    return this.jobs.jobOfMessage(message)?.job;
  }

  async pictures(id: string): Promise<Readonly<Record<string, Uint8Array>> | undefined> {
    return this.jobs.inputs(id);
  }

  async result(id: string): Promise<JobPicture | undefined> {
    return this.jobs.picture(id);
  }

  async since(time: number): Promise<readonly Pick<Job, "channel" | "author" | "createdAt">[]> {
    return this.jobs.since(time);
  }

  async unfinished(): Promise<readonly Job[]> {
    return this.jobs.unfinished();
  }

  async unnotified(): Promise<readonly Job[]> {
    return this.jobs.unnotified();
  }
}
