import { and, count, desc, eq, gt, gte, lt, type SQL, sql } from "drizzle-orm";
import type { Community, Job, PublicChoices, PublicQuery, PublicScope } from "../domain/model.js";
import { defined } from "../shared/defined.js";
import { StoreError } from "../shared/store-error.js";
import { type Database, matching } from "./database.js";
import { calledBeside, LINE, readJobs, type StoredJob, TITLE } from "./job-rows.js";
import { jobTable, optOutTable } from "./schema.js";

export interface GalleryQuery extends Community {
  /** One channel instead of the whole community. */
  readonly channel?: string;
  /** A whole channel reference is no scope: its id goes into `channel`. */
  readonly id?: never;
  /** One user's works. */
  readonly author?: string;
  /** Each is, or begins, a word of the title, the line, the recipe's name or the author's. */
  readonly words?: readonly string[];
  /** Painted in the style of this name, among others. */
  readonly style?: string;
  /** Dreamt with the look of this name. */
  readonly look?: string;
  /** The engine's name of one recipe. */
  readonly recipe?: string;
  readonly by: "date" | "favourites";
  /** Jobs a page. */
  readonly limit: number;
  /** A page's `next`, to read the one after it. */
  readonly after?: string;
}

/** So many of the newest works say what there is to choose by: a page must not read all that was ever made. */
const CHOSEN_FROM = 1000;
const MAX_CHOICES = 200;
/** Works read in one go, while nothing else can be done. */
const RENEWED_AT_ONCE = 100;

type CalledJob = Pick<StoredJob, "recipe" | "params" | "pictures">;

type GalleryScope = Pick<GalleryQuery, "platform" | "community" | "channel" | "id">;

export interface GalleryPage {
  readonly jobs: readonly StoredJob[];
  /** Where the next page begins; missing on the last one. */
  readonly next?: string;
}

interface GalleryAuthor {
  readonly id: string;
  readonly name: string;
  readonly works: number;
}

/** The same words as in the indexes, so that SQLite uses them. */
const SHOWN = sql`${jobTable.state} = 'done' AND ${jobTable.picture} IS NOT NULL AND ${jobTable.hidden} = 0`;
/** Works of threads with members of their own are not for all who read the channel. */
const SHOWN_IN_CHANNEL = sql`${SHOWN} AND ${jobTable.audience} <> 'thread'`;
/** Works of closed and of restricted channels are shown there only. */
const SHOWN_TO_ALL = sql`${SHOWN} AND ${jobTable.audience} = 'community'`;

/** Somebody who lets no one else use their pictures has made a work, one that it came from, or its photo. */
const OPTED_OUT = sql`EXISTS (
  WITH RECURSIVE chain (author, origin, credits) AS (
    VALUES (${jobTable.authorId}, ${jobTable.from}, ${jobTable.credits})
    UNION SELECT older.author_id, older.from_job, older.credits FROM chain JOIN job older ON older.id = chain.origin)
  SELECT 1 FROM chain JOIN ${optOutTable} ON ${optOutTable.platform} = ${jobTable.platform} AND (
    ${optOutTable.person} = chain.author OR
    ${optOutTable.person} IN (SELECT json_extract(value, '$.person') FROM json_each(chain.credits))))`;

/** What may stand before a word in names and parameters; titles and lines are kept as words. */
const BETWEEN = [..."-\"[(:/,._'’+"];
const spaced = (text: SQL) => BETWEEN.reduce((all, mark) => sql`replace(${all}, ${mark}, ' ')`, text);

/** A work's words, a space before each: its recipe, its author, and texts beside and among its parameters. */
const wordsIn = (texts: SQL) => sql`' ' || ${jobTable.recipe} || ' ' || ${spaced(sql`${jobTable.authorName}`)} || ' ' ||
  (SELECT ${spaced(sql`coalesce(group_concat(value, ' '), '')`)}
  FROM json_tree(${jobTable.params}) WHERE type = 'text' AND (${texts}))`;

/** With what a result is shown with: the seed that was used, and its job. */
const SAID = sql`${wordsIn(sql`1`)} || ' ' || ${jobTable.id} ||
  ' ' || coalesce(json_extract(${jobTable.result}, '$.seed'), '')`;

/** The title, and what titles are made of. The rest of a line is not shown to people from outside. */
const TITLED = wordsIn(
  sql.raw(`key = '${TITLE}' OR
  fullkey IN ('$.look', '$.style', '$.into', '$.away', '$.find') OR fullkey LIKE '$.styles[%].name'`),
);

/** The finished works of communities: those whose result is kept and that their author has not taken out. */
export class Gallery {
  constructor(private readonly database: Database) {}

  /**
   * A page, newest first or by favourites (then newest). Works that come or go in between are neither skipped nor shown
   * twice.
   *
   * @throws StoreError "cursor" when `after` is not a page's `next`.
   */
  page(query: GalleryQuery): GalleryPage {
    const { author: authorId, recipe, words = [], style, look } = query;
    const filters = [...words.map((word) => says(SAID, word)), ...chosen(style, look)];
    return this.#page(and(shownIn(query), matching(jobTable, { authorId, recipe }), ...filters), query);
  }

  /** As {@link page}, of what people from outside are shown, newest first. */
  publicPage({ limit, after, words = [], style, look, person, ...scope }: PublicScope & PublicQuery): GalleryPage {
    const filters = [...words.map((word) => says(TITLED, word)), ...chosen(style, look)];
    const by = matching(jobTable, { authorName: person });
    return this.#page(and(shownOutside(scope), by, ...filters), { by: "date", limit, ...defined({ after }) });
  }

  /** What {@link publicPage} can be asked for, of the newest works. */
  publicChoices(scope: PublicScope): PublicChoices {
    const newest = this.database.orm
      .select({ params: jobTable.params, name: jobTable.authorName })
      .from(jobTable)
      .where(shownOutside(scope))
      .orderBy(desc(jobTable.finishedAt), desc(jobTable.seq))
      .limit(CHOSEN_FROM)
      .all();
    return {
      styles: mostFrequent(newest.flatMap(({ params }) => stylesIn(params))),
      looks: mostFrequent(newest.flatMap(({ params: { look } }) => (typeof look === "string" ? look : []))),
      people: mostFrequent(newest.map(({ name }) => name)),
    };
  }

  /** A work, if people from outside are shown it. */
  publicWork(id: string, scope: PublicScope): StoredJob | undefined {
    return readJobs(this.database, and(eq(jobTable.id, id), shownOutside(scope)), [desc(jobTable.seq)], 1)[0];
  }

  #page(shown: SQL | undefined, { by, limit, after }: Pick<GalleryQuery, "by" | "limit" | "after">): GalleryPage {
    const order = [...(by === "favourites" ? [jobTable.favourites] : []), jobTable.finishedAt, jobTable.seq];
    const columns = sql.join(order, sql`, `);
    const beyond = after === undefined ? undefined : sql`(${columns}) < (${readCursor(after, order.length)})`;
    const jobs = readJobs(this.database, and(shown, beyond), order.map(desc), limit + 1);
    const page = jobs.slice(0, limit);
    const last = page.at(-1);
    return { jobs: page, ...(last && jobs.length > limit && { next: this.#cursor(last, by) }) };
  }

  /** A channel's works since then that people have hearted, those with the most hearts first, then the newest. */
  mostHearted(scope: GalleryScope, since: number, limit = 20): StoredJob[] {
    const where = and(shownIn(scope), gte(jobTable.finishedAt, since), gt(jobTable.favourites, 0));
    return readJobs(this.database, where, [desc(jobTable.favourites), desc(jobTable.finishedAt)], limit);
  }

  /** How many works a whole gallery has. */
  count(scope: GalleryScope): number {
    const shown = shownIn(scope);
    return this.database.orm.select({ jobs: count() }).from(jobTable).where(shown).get()?.jobs ?? 0;
  }

  /**
   * Keeps, of the next works before one, what they are called today: they may have been begun by an earlier version.
   * @param called undefined where it is not known
   * @returns where to go on; undefined when all are done
   */
  renewCalled(called: (job: CalledJob) => Job["called"] | undefined, before?: number): number | undefined {
    const { orm } = this.database;
    const { seq, recipe, params, roles } = jobTable;
    const works = orm
      .select({ seq, recipe, params, pictures: roles })
      .from(jobTable)
      .where(and(SHOWN, before === undefined ? undefined : lt(seq, before)))
      .orderBy(desc(seq))
      .limit(RENEWED_AT_ONCE)
      .all();
    const renewed = works.flatMap(({ seq, params: { [TITLE]: title, [LINE]: line, ...params }, ...job }) => {
      const is = called({ ...job, params });
      const beside = is && calledBeside(is);
      return beside && (beside[TITLE] !== title || beside[LINE] !== line) ? { seq, beside } : [];
    });
    const keep = () => {
      for (const { seq: at, beside } of renewed)
        orm
          .update(jobTable)
          .set({ params: sql`json_patch(${params}, ${JSON.stringify(beside)})` })
          .where(eq(seq, at))
          .run();
    };
    if (renewed.length > 0) this.database.write(keep, { durable: false });
    return works.length < RENEWED_AT_ONCE ? undefined : works.at(-1)?.seq;
  }

  /** Users who have works in a gallery, those with the most first. */
  authors(scope: GalleryScope, limit: number): GalleryAuthor[] {
    // The name is that of the latest work.
    const rows = this.database.orm
      .select({
        id: jobTable.authorId,
        name: jobTable.authorName,
        last: sql`max(${jobTable.seq})`,
        works: count(),
      })
      .from(jobTable)
      .where(shownIn(scope))
      .groupBy(jobTable.authorId)
      .orderBy(sql`count(*) DESC`)
      .limit(limit)
      .all();
    return rows.map(({ id, name, works }) => ({ id, name, works }));
  }

  #cursor(job: StoredJob, by: GalleryQuery["by"]): string {
    const row = this.database.orm.select({ seq: jobTable.seq }).from(jobTable).where(eq(jobTable.id, job.id)).get();
    const values = [...(by === "favourites" ? [job.favourites] : []), job.finishedAt ?? 0, row?.seq ?? 0];
    return values.map((value) => value.toString(36)).join(".");
  }
}

function shownIn({ platform, community, channel }: GalleryScope): SQL | undefined {
  return and(
    channel === undefined ? SHOWN_TO_ALL : SHOWN_IN_CHANNEL,
    matching(jobTable, { platform, community, channel }),
  );
}

/** Nothing that is veiled, and nothing of people who have opted out. */
function shownOutside({ platform, community, channels }: PublicScope): SQL | undefined {
  const open = sql`${jobTable.channel} IN (SELECT value FROM json_each(${JSON.stringify(channels)}))`;
  const where = matching(jobTable, { platform, community, spoiler: false });
  return and(SHOWN_TO_ALL, where, open, sql`NOT ${OPTED_OUT}`);
}

/** One of the texts above has a word, or a word that begins so; of numbers only the same, as seeds begin like sizes. */
function says(text: SQL, word: string): SQL {
  if (/^[0-9]+$/.test(word)) return sql`(${text} || ' ') GLOB ${`* ${word}[^0-9]*`}`;
  return sql`${text} LIKE ${`% ${word.replace(/[%_\\]/g, "\\$&")}%`} ESCAPE '\\'`;
}

function chosen(style: string | undefined, look: string | undefined): SQL[] {
  return [style !== undefined && paintedIn(style), look !== undefined && dreamtOf(look)].filter(isSql);
}

/** The names of the styles that something was painted in, each once. */
function stylesIn({ styles }: Readonly<Record<string, unknown>>): string[] {
  const all: readonly unknown[] = Array.isArray(styles) ? styles : [];
  const names = all.flatMap((style) =>
    typeof style === "object" && style !== null && "name" in style && typeof style.name === "string" ? style.name : [],
  );
  return [...new Set(names)];
}

function mostFrequent(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const ordered = [...counts].sort(([a, many], [b, most]) => most - many || a.localeCompare(b));
  return ordered.slice(0, MAX_CHOICES).map(([name]) => name);
}

function paintedIn(style: string): SQL {
  return sql`EXISTS (SELECT 1 FROM json_each(${jobTable.params}, '$.styles')
    WHERE json_extract(json_each.value, '$.name') = ${style})`;
}

function dreamtOf(look: string): SQL {
  return sql`json_extract(${jobTable.params}, '$.look') = ${look}`;
}

function isSql(condition: SQL | false): condition is SQL {
  return condition !== false;
}

/** Keyset pagination: the values of the last work shown, in the order's columns. */
function readCursor(cursor: string, length: number): SQL {
  const parts = cursor.split(".");
  const values = parts.map((part) => (/^[0-9a-z]{1,11}$/.test(part) ? Number.parseInt(part, 36) : Number.NaN));
  if (values.length !== length || !values.every(Number.isSafeInteger))
    throw new StoreError("cursor", "store.page-unknown");
  return sql.join(
    values.map((value) => sql`${value}`),
    sql`, `,
  );
}
