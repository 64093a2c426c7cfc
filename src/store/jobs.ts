import { and, asc, count, desc, eq, gte, inArray, isNotNull, lt, or, type SQL, sql } from "drizzle-orm";
import { type Community, isFinal, type Job, type JobChange, type MessageRef, type User } from "../domain/model.js";
import { defined } from "../shared/defined.js";
import { type Database, matching } from "./database.js";
import type { Images, NewImage, RemovedImages, StoredImage } from "./images.js";
import { channelOf, columnsOf, messagesOf, type NewJob, readJobs, rowOf, type StoredJob } from "./job-rows.js";
import { HIDDEN_BY, jobInputTable, jobMessageTable, jobTable } from "./schema.js";

/** Written out rather than bound, so that SQLite sees that the index on unfinished jobs serves. */
const UNFINISHED = sql`${jobTable.state} IN ('waiting', 'running')`;
const UNNOTIFIED = sql`${jobTable.owed} = 1`;
const CHECKPOINT_TYPE = "application/octet-stream";
const NEWEST = [desc(jobTable.createdAt), desc(jobTable.seq)];

/** Which jobs are meant; what is left out is not asked for. */
interface JobScope {
  readonly platform: string;
  readonly community?: string;
  readonly channel?: string;
  /** A whole channel reference is no scope: its id goes into `channel`. */
  readonly id?: never;
  readonly author?: string;
}

/** What an unfinished job can resume from: the engine's `Checkpoint`. */
interface StoredCheckpoint {
  readonly octave: number;
  readonly state: Uint8Array;
}

/** All jobs with their images and messages: the queue's `JobRepository`. */
export class Jobs {
  constructor(
    private readonly database: Database,
    private readonly images: Images,
  ) {}

  /**
   * Keeps a new job with its input images by role. Resolves when both are on disk.
   *
   * @throws StoreError when the disk is full or cannot be written.
   */
  async add(job: NewJob, pictures: Readonly<Record<string, Uint8Array>>): Promise<void> {
    const roles = Object.keys(pictures);
    const images = Object.values(pictures).map((bytes) => ({ bytes }));
    const refer = (stored: readonly StoredImage[]): void => {
      if (this.#has(job.id)) throw new Error(`a second job ${job.id}`);
      this.database.orm.insert(jobTable).values(rowOf(job)).run();
      const inputs = stored.map(({ sha }, index) => ({ job: job.id, role: roles[index] ?? "", sha }));
      if (inputs.length > 0) this.database.orm.insert(jobInputTable).values(inputs).run();
      this.#index(job.id, job.messages);
    };
    await this.images.keep(images, refer, { undo: () => this.forget([job.id]) });
  }

  /**
   * Changes a job; one that is not kept is ignored. When it ends, its checkpoint goes. Resolves when a new state is on
   * the disk; anything else follows there at once, and what a power cut takes of it, a kill just before would have.
   */
  async update(id: string, change: JobChange): Promise<void> {
    const columns = columnsOf(change);
    if (Object.keys(columns).length === 0) return;
    const dropped = this.database.write(() => this.#change(id, change, columns), { durable: false });
    // An end waits for one of those who have sent new jobs, not for them all; what the engine does meanwhile, for none.
    const ends = change.state !== undefined && isFinal(change.state);
    const synced = this.database.synced(ends ? { who: id } : { atOnce: true });
    if (change.state === undefined) return void synced.catch(() => undefined);
    try {
      await synced;
    } catch (cause) {
      // Not to be tried again like what the file has refused: something newer may be in it by then.
      throw new Error(`The disk may lose what became of job ${id} when the power fails.`, { cause });
    }
    // Only now: a job whose end is lost goes on from it.
    if (dropped !== null) this.images.removeUnused([dropped]);
  }

  /** @returns the checkpoint that has become useless */
  #change(id: string, change: JobChange, columns: ReturnType<typeof columnsOf>): string | null {
    const { orm } = this.database;
    const { changes } = orm.update(jobTable).set(columns).where(eq(jobTable.id, id)).run();
    if (changes > 0 && change.messages) this.#index(id, change.messages);
    if (change.state === undefined || !isFinal(change.state)) return null;
    orm
      .update(jobTable)
      .set({ address: null })
      .where(and(eq(jobTable.id, id), isNotNull(jobTable.address)))
      .run();
    const { checkpoint } = this.#checkpointOf(id);
    if (checkpoint === null) return null;
    orm.update(jobTable).set({ checkpoint: null, checkpointInfo: null }).where(eq(jobTable.id, id)).run();
    return checkpoint;
  }

  /** Keeps what an unfinished job can resume from, in place of an earlier one; for any other job it is ignored. */
  async keepCheckpoint(id: string, { octave, state: bytes }: StoredCheckpoint): Promise<void> {
    const refer = (images: readonly StoredImage[]): string | null => {
      const sha = images[0]?.sha ?? null;
      const before = this.#checkpointOf(id).checkpoint;
      const change = { checkpoint: sha, checkpointInfo: { octave } };
      const { changes } = this.database.orm
        .update(jobTable)
        .set(change)
        .where(and(eq(jobTable.id, id), UNFINISHED))
        .run();
      return changes > 0 ? before : sha;
    };
    const old = await this.images.keep([{ bytes, type: CHECKPOINT_TYPE }], refer, { atOnce: true });
    if (old) this.images.removeUnused([old]);
  }

  /** What an unfinished job can resume from; undefined when there is nothing, or it is damaged. */
  async checkpoint(id: string): Promise<StoredCheckpoint | undefined> {
    const { checkpoint, info } = this.#checkpointOf(id);
    const state = checkpoint ? await this.images.read(checkpoint) : undefined;
    return state && info ? { octave: info.octave, state } : undefined;
  }

  /** Keeps a job's result; a job that is not kept is ignored. */
  async keepResult(id: string, picture: NewImage): Promise<void> {
    const refer = (images: readonly StoredImage[]): readonly StoredImage[] => {
      const sha = images[0]?.sha ?? null;
      this.database.orm.update(jobTable).set({ picture: sha }).where(eq(jobTable.id, id)).run();
      return images;
    };
    const stored = await this.images.keep([picture], refer, { atOnce: true });
    // The job may have been removed while the file was written.
    if (!this.#has(id)) this.images.removeUnused(stored.map(({ sha }) => sha));
  }

  /**
   * Takes a job out of the gallery, or puts it back: a moderator whatever its author has done, an author as far as no
   * moderator has taken it out. Returns whether there is such a job.
   */
  setHidden(id: string, on: boolean, by: keyof typeof HIDDEN_BY = "author"): boolean {
    const bit = HIDDEN_BY[by];
    const shown = by === "moderator" ? sql`0` : sql`${jobTable.hidden} & ~${bit}`;
    const hidden = on ? sql`${jobTable.hidden} | ${bit}` : shown;
    return this.database.write(
      () => this.database.orm.update(jobTable).set({ hidden }).where(eq(jobTable.id, id)).run().changes > 0,
    );
  }

  /**
   * A moderator takes all of a person's jobs out of the gallery, or puts them back; what the person has taken out stays
   * out. Returns how many works that concerns, those that are still being made among them.
   */
  setAllHidden(scope: JobScope & { readonly author: string }, on: boolean): number {
    const bit = HIDDEN_BY.moderator;
    const other = and(inScope(scope), sql`(${jobTable.hidden} & ${bit}) <> ${on ? bit : 0}`);
    const hidden = on ? sql`${jobTable.hidden} | ${bit}` : sql`${jobTable.hidden} & ~${bit}`;
    return this.database.write(() => {
      const finished = and(eq(jobTable.state, "done"), isNotNull(jobTable.picture));
      const works = this.#count(and(other, or(finished, UNFINISHED)));
      this.database.orm.update(jobTable).set({ hidden }).where(other).run();
      return works;
    });
  }

  #has(id: string): boolean {
    return this.database.orm.select({ id: jobTable.id }).from(jobTable).where(eq(jobTable.id, id)).get() !== undefined;
  }

  get(id: string): StoredJob | undefined {
    return this.#read(eq(jobTable.id, id), [], 1)[0];
  }

  /** The job that a message was posted for. The thread that the message is in does not matter. */
  ofMessage({ channel: { platform, community, id: channel }, id: message }: MessageRef): StoredJob | undefined {
    const posted = matching(jobMessageTable, { platform, community, channel, message });
    const row = this.database.orm.select({ job: jobMessageTable.job }).from(jobMessageTable).where(posted).get();
    return row && this.get(row.job);
  }

  /** Jobs of one community whose id begins with `prefix`, newest first, 10 at most. */
  find(where: Community & { readonly prefix: string }): StoredJob[] {
    const { platform, community, prefix } = where;
    const begins = and(gte(jobTable.id, prefix), lt(jobTable.id, `${prefix}\u{10ffff}`));
    // The plus signs keep SQLite from going by the community's index, which holds far more than the ids' one.
    const here = sql`+${jobTable.platform} = ${platform} AND +${jobTable.community} = ${community}`;
    return this.#read(and(begins, here), NEWEST, 10);
  }

  /** A person's newest job in a community. */
  latest({ author, ...community }: Community & { readonly author: string }): StoredJob | undefined {
    return this.#read(inScope({ ...community, author }), NEWEST, 1)[0];
  }

  /** A person's jobs in a community that have a result, newest first. */
  finishedBy({ author, ...community }: Community & { readonly author: string }, limit: number): StoredJob[] {
    const done = and(inScope({ ...community, author }), eq(jobTable.state, "done"), isNotNull(jobTable.picture));
    return this.#read(done, NEWEST, limit);
  }

  /** All who have jobs in a community, as they were called at the latest, in the order in which those came. */
  authors({ platform, community }: Community): User[] {
    const { authorId: id, authorName: name, seq } = jobTable;
    const rows = this.database.orm
      .select({ id, name, last: sql<number>`max(${seq})` })
      .from(jobTable)
      .where(inScope({ platform, community }))
      .groupBy(id)
      .orderBy(sql`max(${seq})`)
      .all();
    return rows.map(({ id, name }) => ({ id, name }));
  }

  /** Jobs that failed after a time (milliseconds since the epoch), the latest first. */
  failed(since: number, limit: number): StoredJob[] {
    // By the index on ends alone: failures are few, but so are the days that are asked for.
    const failed = and(gte(jobTable.finishedAt, since), eq(jobTable.state, "failed"));
    return this.#read(failed, [desc(jobTable.finishedAt)], limit);
  }

  /** Jobs that wait or run, in the order in which they came. */
  unfinished(): (StoredJob & { readonly address?: string })[] {
    const { id, address } = jobTable;
    const known = this.database.orm.select({ id, address }).from(jobTable).where(UNFINISHED).all();
    const addresses = new Map(known.map((row) => [row.id, row.address ?? undefined]));
    // The plus sign keeps SQLite from going through all jobs in their order.
    const jobs = this.#read(UNFINISHED, [sql`+${jobTable.seq}`]);
    return jobs.map((job) => ({ ...job, ...defined({ address: addresses.get(job.id) }) }));
  }

  /** Jobs that are done, the last to end first. */
  lastDone(count: number): StoredJob[] {
    return this.#read(eq(jobTable.state, "done"), [desc(jobTable.finishedAt)], count);
  }

  /** Jobs that have ended and whose end was not posted, in the order in which they came. */
  unnotified(): StoredJob[] {
    return this.#read(UNNOTIFIED, [asc(jobTable.seq)]);
  }

  /**
   * The jobs that were asked for at `time` (milliseconds since the epoch) or later, in the order in which they came.
   */
  since(time: number): Pick<StoredJob, "channel" | "author" | "createdAt">[] {
    const { platform, community, channel, thread, authorId, authorName, createdAt, seq } = jobTable;
    const rows = this.database.orm
      .select({ platform, community, channel, thread, authorId, authorName, createdAt })
      .from(jobTable)
      .where(gte(createdAt, time))
      .orderBy(asc(seq))
      .all();
    return rows.map((row) => ({
      channel: channelOf(row),
      author: { id: row.authorId, name: row.authorName },
      createdAt: row.createdAt,
    }));
  }

  /** A job's input images by role; undefined when they are no longer kept, or one of them is damaged. */
  async pictures(id: string): Promise<Readonly<Record<string, Uint8Array>> | undefined> {
    const job = this.get(id);
    if (!job) return undefined;
    const { role, sha } = jobInputTable;
    const rows = this.database.orm.select({ role, sha }).from(jobInputTable).where(eq(jobInputTable.job, id)).all();
    const pictures: Record<string, Uint8Array> = {};
    for (const name of job.pictures) {
      const row = rows.find((input) => input.role === name);
      const bytes = row && (await this.images.read(row.sha));
      if (!bytes) return undefined;
      pictures[name] = bytes;
    }
    return pictures;
  }

  /** The SHA-256, in hex, of an input image; undefined when a job has none in this role, or it is no longer kept. */
  inputSha(id: string, role: string): string | undefined {
    const { job, sha } = jobInputTable;
    const input = and(eq(job, id), eq(jobInputTable.role, role));
    return this.database.orm.select({ sha }).from(jobInputTable).where(input).get()?.sha;
  }

  /** A job's result; undefined when there is none, or it is no longer kept. */
  async result(id: string): Promise<{ readonly bytes: Uint8Array; readonly type: string } | undefined> {
    const image = this.get(id)?.picture;
    const bytes = image && (await this.images.read(image.sha));
    return bytes && { bytes, type: image.type };
  }

  /** Where the file of a job's result is; {@link result} tells whether it is there and sound. */
  resultPath(id: string): string | undefined {
    const image = this.get(id)?.picture;
    return image && this.images.path(image.sha);
  }

  /** What a job was made from, nearest first: its job, that one's job and so on, as far as they are kept. */
  origins(id: string, limit = 20): StoredJob[] {
    const rows = this.database.orm.all<{ id: string }>(sql`
      WITH RECURSIVE chain (id, before, step) AS (
        SELECT id, from_job, 0 FROM job WHERE id = ${id}
        UNION ALL SELECT job.id, job.from_job, step + 1 FROM chain JOIN job ON job.id = chain.before
          WHERE step < ${limit}
      ) SELECT id FROM chain WHERE step > 0 ORDER BY step`);
    const ids = rows.map((row) => row.id);
    const jobs = new Map(this.#read(inArray(jobTable.id, ids), []).map((job) => [job.id, job]));
    return ids.flatMap((origin) => jobs.get(origin) ?? []);
  }

  /** What was made from a job directly, oldest first. */
  remixes(id: string, limit = 50): StoredJob[] {
    return this.#read(eq(jobTable.from, id), [asc(jobTable.seq)], limit);
  }

  /** Removes jobs with all that belongs to them: messages, favourites, and the images that nothing else uses. */
  remove(ids: readonly string[]): RemovedImages {
    return this.images.release(() => {
      const shas = ids.flatMap((id) => this.#imagesOf(id));
      this.forget(ids);
      return shas;
    });
  }

  /**
   * Removes jobs alone; the caller removes their images. What was made from one counts as made from its origin then.
   * Returns how many there were.
   */
  forget(ids: readonly string[]): number {
    return this.database.write(() => {
      const { orm } = this.database;
      const { from, repeats } = jobTable;
      const removed = ids.filter((id) => {
        const [gone] = orm.delete(jobTable).where(eq(jobTable.id, id)).returning({ from, repeats }).all();
        if (!gone) return false;
        // A variation of a variation is one of the first; anything else made from what is gone is a remix of its
        // origin.
        const change = { from: gone.from, ...(gone.from && gone.repeats ? {} : { repeats: false }) };
        orm.update(jobTable).set(change).where(eq(jobTable.from, id)).run();
        return true;
      });
      return removed.length;
    });
  }

  /** Removes jobs' images; the jobs stay known. */
  removePictures(ids: readonly string[]): RemovedImages {
    return this.images.release(() => {
      const shas = ids.flatMap((id) => this.#imagesOf(id));
      for (const id of ids) {
        this.database.orm.delete(jobInputTable).where(eq(jobInputTable.job, id)).run();
        this.database.orm.update(jobTable).set({ picture: null }).where(eq(jobTable.id, id)).run();
      }
      return shas;
    });
  }

  /** SHA-256 of a job's inputs, result and checkpoint. */
  #imagesOf(id: string): string[] {
    const { sha } = jobInputTable;
    const inputs = this.database.orm.select({ sha }).from(jobInputTable).where(eq(jobInputTable.job, id)).all();
    const others = [this.get(id)?.picture?.sha, this.#checkpointOf(id).checkpoint];
    return [...inputs.map((row) => row.sha), ...others.flatMap((other) => other ?? [])];
  }

  #checkpointOf(id: string) {
    const { checkpoint, checkpointInfo: info } = jobTable;
    const row = this.database.orm.select({ checkpoint, info }).from(jobTable).where(eq(jobTable.id, id)).get();
    return row ?? { checkpoint: null, info: null };
  }

  /** Once posted, a message leads to its job for as long as that is kept. */
  #index(job: string, messages: Job["messages"]): void {
    const rows = messagesOf(messages).map(([role, { channel, id: message }]) => {
      const { platform, community } = channel;
      return { platform, community, channel: channel.id, message, job, role };
    });
    if (rows.length > 0) this.database.orm.insert(jobMessageTable).values(rows).onConflictDoNothing().run();
  }

  #read(where: SQL | undefined, order: readonly SQL[], limit?: number): StoredJob[] {
    return readJobs(this.database, where, order, limit);
  }

  #count(where: SQL | undefined): number {
    return this.database.orm.select({ jobs: count() }).from(jobTable).where(where).get()?.jobs ?? 0;
  }
}

function inScope({ platform, community, channel, author: authorId }: JobScope): SQL | undefined {
  return matching(jobTable, { platform, community, channel, authorId });
}
