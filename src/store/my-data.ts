import { and, asc, eq } from "drizzle-orm";
import type { MessageRef } from "../domain/message.js";
import type { UserKey } from "../domain/user.js";
import type { Database } from "./database.js";
import { StoreError } from "./errors.js";
import type { Favourite, Favourites } from "./favourites.js";
import type { Images, RemovedImages, StoredImage } from "./images.js";
import type { InteractiveMessage, InteractiveMessages } from "./interactive-messages.js";
import type { StoredJob } from "./job-record.js";
import { readJobs } from "./job-rows.js";
import type { Jobs } from "./jobs.js";
import { jobInputTable, jobTable } from "./schema.js";
import type { Style, Styles } from "./styles.js";

/** Everything stored about a person on a platform, as plain data. */
interface PersonData {
  /** Oldest first. */
  readonly jobs: readonly StoredJob[];
  /** The jobs' pictures, inputs and results, each once. */
  readonly pictures: readonly StoredImage[];
  readonly styles: readonly Style[];
  readonly favourites: readonly Favourite[];
  /** Palettes and votes that the person has opened. */
  readonly boards: readonly InteractiveMessage[];
  /** Choices on anybody's palettes and votes. */
  readonly votes: readonly { readonly message: MessageRef; readonly choice: string }[];
}

/** How much was removed. */
interface RemovedData extends RemovedImages {
  readonly jobs: number;
  readonly styles: number;
  readonly favourites: number;
  readonly boards: number;
  readonly votes: number;
}

interface Parts {
  readonly database: Database;
  readonly images: Images;
  readonly jobs: Jobs;
  readonly styles: Styles;
  readonly favourites: Favourites;
  readonly interactiveMessages: InteractiveMessages;
}

/** A person's view of what is stored about them, and its deletion. What was said in a chat is the chat's. */
export class MyData {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  read(person: UserKey): PersonData {
    const { images, styles, favourites, interactiveMessages } = this.#parts;
    const jobs = this.#jobs(person);
    const results = jobs.flatMap(({ picture }) => picture?.sha ?? []);
    const pictures = [...new Set([...this.#inputs(person), ...results])].flatMap((sha) => images.info(sha) ?? []);
    return {
      ...{ jobs, pictures, styles: styles.of(person), favourites: favourites.of(person) },
      ...{ boards: interactiveMessages.of(person), votes: interactiveMessages.votesOf(person) },
    };
  }

  /**
   * Deletes all of {@link read}: jobs with parameters and messages, pictures, styles (also those that others use), favourites, palettes
   * and votes. A picture that somebody else's job or style uses too stays, for that one.
   *
   * @throws StoreError "busy" while a job of the person waits or runs; nothing is deleted then.
   */
  remove(person: UserKey): RemovedData {
    const { database, images, jobs, styles, favourites, interactiveMessages } = this.#parts;
    const own = this.#jobs(person);
    const busy = own.find(({ state }) => state === "waiting" || state === "running");
    if (busy) {
      throw new StoreError("busy", "store.job-unfinished", { id: busy.id });
    }
    let rest: Omit<RemovedData, "images" | "bytes"> | undefined;
    const removed = images.release(() => {
      const shas = [...this.#inputs(person), ...own.flatMap(({ picture }) => picture?.sha ?? [])];
      const ownStyles = styles.of(person);
      rest = {
        favourites: favourites.removeOf(person),
        ...interactiveMessages.removeOf(person),
        jobs: jobs.forget(own.map(({ id }) => id)),
        styles: styles.forget(ownStyles.map(({ id }) => id)),
      };
      return [...shas, ...ownStyles.map(({ picture }) => picture)];
    });
    database.checkpoint();
    return { jobs: 0, styles: 0, favourites: 0, boards: 0, votes: 0, ...rest, ...removed };
  }

  #jobs({ platform, user }: UserKey): StoredJob[] {
    return readJobs(this.#parts.database.orm, and(eq(jobTable.platform, platform), eq(jobTable.authorId, user)), [
      asc(jobTable.createdAt),
      asc(jobTable.seq),
    ]);
  }

  #inputs({ platform, user }: UserKey): string[] {
    const { orm } = this.#parts.database;
    const rows = orm
      .select({ sha: jobInputTable.sha })
      .from(jobInputTable)
      .innerJoin(jobTable, eq(jobTable.id, jobInputTable.job))
      .where(and(eq(jobTable.platform, platform), eq(jobTable.authorId, user)))
      .all();
    return rows.map(({ sha }) => sha);
  }
}
