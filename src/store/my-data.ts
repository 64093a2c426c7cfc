import { and, asc, eq, inArray } from "drizzle-orm";
import { isFinal, type UserKey } from "../domain/model.js";
import { StoreError } from "../shared/store-error.js";
import { type Database, matching } from "./database.js";
import type { Favourite, Favourites } from "./favourites.js";
import type { Images, RemovedImages, StoredImage } from "./images.js";
import type { InteractiveMessage, InteractiveMessages, VoteOf } from "./interactive-messages.js";
import { readJobs, type StoredJob } from "./job-rows.js";
import type { Jobs } from "./jobs.js";
import type { Look, Looks } from "./looks.js";
import type { OptOuts } from "./opt-outs.js";
import type { Preset, Presets } from "./presets.js";
import type { Report, Reports } from "./reports.js";
import { jobInputTable, jobTable } from "./schema.js";
import type { NamedSetting, Settings } from "./settings.js";
import type { Style, Styles } from "./styles.js";

/** Everything stored about a person on a platform, as plain data. */
interface PersonData {
  /** Oldest first. */
  readonly jobs: readonly StoredJob[];
  /** The jobs' images, inputs and results, each once. */
  readonly pictures: readonly StoredImage[];
  readonly styles: readonly Style[];
  /** Their own, and those that they have given to communities. */
  readonly presets: readonly Preset[];
  /** Looks that they have taught. */
  readonly looks: readonly Look[];
  /** Looks that others have taught from their works. */
  readonly lent: readonly Look[];
  readonly favourites: readonly Favourite[];
  /** Palettes and votes that the user has opened. */
  readonly boards: readonly InteractiveMessage[];
  /** Choices on anybody's palettes and votes. */
  readonly votes: readonly VoteOf[];
  /** Works that the user has reported. */
  readonly reports: readonly Report[];
  /** What is set in channels in their name. */
  readonly settings: readonly NamedSetting[];
  /** Since when no one else may use their pictures, in milliseconds since the epoch. */
  readonly optedOutAt?: number;
}

/** How much was removed. */
interface RemovedData extends RemovedImages {
  readonly jobs: number;
  readonly styles: number;
  readonly presets: number;
  readonly looks: number;
  readonly favourites: number;
  readonly boards: number;
  readonly votes: number;
  readonly reports: number;
  readonly settings: number;
}

interface Parts {
  readonly database: Database;
  readonly images: Images;
  readonly jobs: Jobs;
  readonly styles: Styles;
  readonly presets: Presets;
  readonly looks: Looks;
  readonly favourites: Favourites;
  readonly interactiveMessages: InteractiveMessages;
  readonly optOuts: OptOuts;
  readonly reports: Reports;
  readonly settings: Settings;
}

/** What is stored about a user, and its deletion. What was said in a chat is the chat's. */
export class MyData {
  constructor(private readonly parts: Parts) {}

  read(person: UserKey): PersonData {
    const { images, styles, presets, looks, favourites, interactiveMessages, optOuts, reports, settings } = this.parts;
    const optedOutAt = optOuts.of(person);
    const jobs = this.#jobs(person);
    const results = jobs.flatMap(({ picture }) => picture?.sha ?? []);
    const pictures = [...new Set([...this.#inputs(person), ...results])].flatMap((sha) => images.info(sha) ?? []);
    return {
      jobs,
      pictures,
      styles: styles.of(person),
      presets: presets.of(person),
      looks: looks.of(person),
      lent: looks.taughtFrom(person),
      favourites: favourites.of(person),
      boards: interactiveMessages.of(person),
      votes: interactiveMessages.votesOf(person),
      reports: reports.of(person),
      settings: settings.of(person),
      ...(optedOutAt !== undefined && { optedOutAt }),
    };
  }

  /**
   * Deletes all of {@link read}: jobs with parameters and messages, images, styles, looks and presets (also those
   * that others use, and looks that others have taught from their works), favourites, palettes and votes, reports, what
   * is set in their name, the opt-out. An image that another user's job or style uses too stays for that one, and what
   * moderators have noted of the user stays.
   *
   * @throws StoreError "busy" while a job of the user waits or runs, or one that learns from their works; nothing is
   * deleted then.
   */
  remove(person: UserKey): RemovedData {
    const { database, images, jobs, styles, presets, looks, favourites, interactiveMessages, optOuts } = this.parts;
    const own = this.#jobs(person);
    const busy = own.find(({ state }) => !isFinal(state));
    if (busy) throw new StoreError("busy", "store.job-unfinished", { id: busy.id });
    const lesson = this.#lessonFrom(person);
    if (lesson !== undefined) throw new StoreError("busy", "store.lesson-unfinished", { id: lesson });
    const none = {
      jobs: 0,
      styles: 0,
      presets: 0,
      looks: 0,
      favourites: 0,
      boards: 0,
      votes: 0,
      reports: 0,
      settings: 0,
    };
    let rest = none;
    const removed = images.release(() => {
      const shas = [...this.#inputs(person), ...own.flatMap(({ picture }) => picture?.sha ?? [])];
      const [ownStyles, ownLooks] = [styles.of(person), [...looks.of(person), ...looks.taughtFrom(person)]];
      optOuts.set(person, false);
      rest = {
        reports: this.parts.reports.removeOf(person),
        settings: this.parts.settings.removeOf(person),
        favourites: favourites.removeOf(person),
        presets: presets.removeOf(person),
        ...interactiveMessages.removeOf(person),
        jobs: jobs.forget(own.map(({ id }) => id)),
        styles: styles.forget(ownStyles.map(({ id }) => id)),
        looks: looks.forget(ownLooks.map(({ id }) => id)),
      };
      return [...shas, ...ownStyles.map(({ picture }) => picture), ...ownLooks.map(({ layer }) => layer)];
    });
    database.checkpoint();
    return { ...rest, ...removed };
  }

  #jobs({ platform, user }: UserKey): StoredJob[] {
    const own = matching(jobTable, { platform, authorId: user });
    return readJobs(this.parts.database, own, [asc(jobTable.createdAt), asc(jobTable.seq)]);
  }

  /** The id of a job that has not ended and teaches a look from a person's works. */
  #lessonFrom({ platform, user }: UserKey): string | undefined {
    const { orm } = this.parts.database;
    const teaching = matching(jobTable, { platform, recipe: "teach" });
    const unended = inArray(jobTable.state, ["waiting", "running"]);
    const rows = orm
      .select({ id: jobTable.id, credits: jobTable.credits })
      .from(jobTable)
      .where(and(teaching, unended));
    return rows.all().find(({ credits }) => credits?.some(({ person }) => person === user))?.id;
  }

  #inputs({ platform, user }: UserKey): string[] {
    const { orm } = this.parts.database;
    const rows = orm
      .select({ sha: jobInputTable.sha })
      .from(jobInputTable)
      .innerJoin(jobTable, eq(jobTable.id, jobInputTable.job))
      .where(matching(jobTable, { platform, authorId: user }))
      .all();
    return rows.map(({ sha }) => sha);
  }
}
