/**
 * The tables of `DATA_DIR/dreamloom.sqlite`. Times are milliseconds since the epoch. The file's history is in
 * `migrations/`; `test/store/migrations.test.ts` compares both.
 */
import type { Installation } from "@slack/oauth";
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Credit, Job, JobAudience, JobFailure, JobMessages, JobResult, JobState, User } from "../domain/model.js";

/** A channel and a message reference as the column `messages` holds them. */
interface WrittenChannel {
  readonly platform: string;
  readonly community: string;
  readonly channel: string;
  readonly thread?: string;
}
interface WrittenMessage {
  readonly place: WrittenChannel;
  readonly id: string;
}
export type WrittenMessages = JobMessages<WrittenMessage, WrittenChannel>;

/** What a setting may hold: anything that JSON can say, but for null. */
export type SettingValue =
  | string
  | number
  | boolean
  | readonly SettingValue[]
  | { readonly [key: string]: SettingValue };

const json = <T>(name: string) => text(name, { mode: "json" }).$type<T>();
const truth = (name: string) => integer(name, { mode: "boolean" });

/** In `job.hidden`: what an author shows again, a moderator may still hide, and the other way round. */
export const HIDDEN_BY = { author: 1, moderator: 2 } as const;

/** Image files, and others kept like them. A row that no job, style or look refers to is removed with its file. */
export const imageTable = sqliteTable("image", {
  /** SHA-256 of the file, in hex: its name on disk. */
  sha: text("sha").primaryKey(),
  /** Media type. */
  type: text("type").notNull(),
  bytes: integer("bytes").notNull(),
  createdAt: integer("created_at").notNull(),
});

export const jobTable = sqliteTable(
  "job",
  {
    /** The order in which jobs came: two may be created in one millisecond. */
    seq: integer("seq").primaryKey({ autoIncrement: true }),
    id: text("id").notNull().unique(),
    platform: text("platform").notNull(),
    community: text("community").notNull(),
    channel: text("channel").notNull(),
    thread: text("thread"),
    authorId: text("author_id").notNull(),
    authorName: text("author_name").notNull(),
    recipe: text("recipe").notNull(),
    params: json<Job["params"]>("params").notNull(),
    /** Roles of the input images, also when the images themselves are no longer kept. */
    roles: json<Job["pictures"]>("roles").notNull(),
    work: real("work").notNull(),
    pace: text("pace").notNull(),
    priority: integer("priority").notNull(),
    state: text("state").$type<JobState>().notNull(),
    attempts: integer("attempts").notNull(),
    createdAt: integer("created_at").notNull(),
    startedAt: integer("started_at"),
    finishedAt: integer("finished_at"),
    messages: json<WrittenMessages>("messages").notNull(),
    failure: json<JobFailure>("failure"),
    result: json<JobResult>("result"),
    /** The job it was made from. Not a reference: that one may have been removed since. */
    from: text("from_job"),
    /** The result. */
    picture: text("picture").references(() => imageTable.sha),
    /** Who has taken it out of the gallery: {@link HIDDEN_BY}, added up. */
    hidden: integer("hidden").notNull().default(0),
    /** Rows of `favourite`, counted here so that the gallery can be read in order. */
    favourites: integer("favourites").notNull().default(0),
    /** What a later attempt can resume from: the engine's state after an octave, kept like an image, and what it is. */
    checkpoint: text("checkpoint").references(() => imageTable.sha),
    checkpointInfo: json<{ readonly octave: number }>("checkpoint_info"),
    /** Who is named beside the author: the image's photographer, the styles' makers. */
    credits: json<readonly Credit[]>("credits"),
    /** Made from a hidden image: shown hidden. */
    spoiler: truth("spoiler").notNull().default(false),
    /** "community", or "channel" for what was made where not everybody reads, or among adults. */
    audience: text("audience").$type<JobAudience>().notNull().default("community"),
    /** It has ended, and its final message is not posted. */
    owed: truth("owed").notNull().default(false),
    /** Estimated memory in megabytes; null where none was known. */
    megabytes: integer("megabytes"),
    /** Milliseconds that earlier processes worked on it, up to the checkpoint that the next one resumed from. */
    workedMs: integer("worked_ms").notNull().default(0),
    /** It has the same images as the job in `from`: a variation of it. Otherwise it works on that one's result. */
    repeats: truth("repeats").notNull().default(false),
    /** What its author's address counts as, until it ends, where the chat tells it: no address itself. */
    address: text("address_key"),
  },
  (job) => {
    const shown = sql`state = 'done' AND picture IS NOT NULL AND hidden = 0`;
    const shownToAll = sql`state = 'done' AND picture IS NOT NULL AND hidden = 0 AND audience = 'community'`;
    return [
      index("job_author").on(job.platform, job.authorId, job.createdAt),
      index("job_unfinished").on(job.platform, job.channel, job.authorId).where(sql`state IN ('waiting', 'running')`),
      index("job_owed").on(job.seq).where(sql`owed = 1`),
      index("job_from").on(job.from),
      index("job_picture").on(job.picture),
      index("job_checkpoint").on(job.checkpoint),
      index("job_finished").on(job.finishedAt),
      index("gallery_date").on(job.platform, job.community, job.finishedAt, job.seq).where(shownToAll),
      index("gallery_favourites")
        .on(job.platform, job.community, job.favourites, job.finishedAt, job.seq)
        .where(shownToAll),
      index("gallery_channel_date").on(job.platform, job.community, job.channel, job.finishedAt, job.seq).where(shown),
      index("gallery_channel_favourites")
        .on(job.platform, job.community, job.channel, job.favourites, job.finishedAt, job.seq)
        .where(shown),
    ];
  },
);

/** A job's input images, and small octaves of its result, as long as they are kept. */
export const jobInputTable = sqliteTable(
  "job_input",
  {
    job: text("job")
      .notNull()
      .references(() => jobTable.id, { onDelete: "cascade" }),
    role: text("role").notNull(),
    sha: text("sha")
      .notNull()
      .references(() => imageTable.sha),
  },
  (input) => [primaryKey({ columns: [input.job, input.role] }), index("job_input_sha").on(input.sha)],
);

/** Every message that was ever posted for a job. Its id is its own in the channel, whatever thread it is in. */
export const jobMessageTable = sqliteTable(
  "job_message",
  {
    platform: text("platform").notNull(),
    community: text("community").notNull(),
    channel: text("channel").notNull(),
    message: text("message").notNull(),
    job: text("job")
      .notNull()
      .references(() => jobTable.id, { onDelete: "cascade" }),
    /** "announcement", "progress", "frame" or "final". */
    role: text("role").notNull(),
  },
  (row) => [
    primaryKey({ columns: [row.platform, row.community, row.channel, row.message] }),
    index("job_message_job").on(row.job),
  ],
);

export const favouriteTable = sqliteTable(
  "favourite",
  {
    job: text("job")
      .notNull()
      .references(() => jobTable.id, { onDelete: "cascade" }),
    platform: text("platform").notNull(),
    person: text("person").notNull(),
    at: integer("at").notNull(),
    /** The person's when they gave it, as far as it was known: those of barred roles do not count. */
    roles: json<readonly string[]>("roles"),
  },
  (row) => [
    primaryKey({ columns: [row.job, row.platform, row.person] }),
    index("favourite_person").on(row.platform, row.person, row.at),
  ],
);

/** Styles that communities have added. */
export const styleTable = sqliteTable(
  "style",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    platform: text("platform").notNull(),
    community: text("community").notNull(),
    name: text("name").notNull(),
    /** The name in lower case: SQLite itself only knows ASCII. */
    nameKey: text("name_key").notNull(),
    emoji: text("emoji").notNull(),
    /** The emoji without variation selectors, which platforms add and drop. */
    emojiKey: text("emoji_key").notNull(),
    authorId: text("author_id").notNull(),
    authorName: text("author_name").notNull(),
    picture: text("picture")
      .notNull()
      .references(() => imageTable.sha),
    createdAt: integer("created_at").notNull(),
  },
  (style) => [
    uniqueIndex("style_name").on(style.platform, style.community, style.nameKey),
    uniqueIndex("style_emoji").on(style.platform, style.community, style.emojiKey),
    index("style_author").on(style.platform, style.authorId),
    index("style_picture").on(style.picture),
  ],
);

/** Options of a command that people have saved under a name: for themselves everywhere, or for a community. */
export const presetTable = sqliteTable(
  "preset",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    platform: text("platform").notNull(),
    /** "" for a person's own. */
    community: text("community").notNull(),
    /** The person whose own it is; "" for a community's. */
    owner: text("owner").notNull(),
    name: text("name").notNull(),
    command: text("command").notNull(),
    /** The options as they are typed: `look:eyes into:owl`. */
    options: text("options").notNull(),
    authorId: text("author_id").notNull(),
    authorName: text("author_name").notNull(),
    /** Who is named besides, where it came from elsewhere. */
    credits: text("credits"),
    createdAt: integer("created_at").notNull(),
  },
  (preset) => [
    uniqueIndex("preset_name").on(preset.platform, preset.community, preset.owner, preset.name),
    index("preset_author").on(preset.platform, preset.authorId),
  ],
);

/** Looks that communities have taught. */
export const lookTable = sqliteTable(
  "look",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    platform: text("platform").notNull(),
    community: text("community").notNull(),
    name: text("name").notNull(),
    network: text("network").notNull(),
    /** How many pictures it was taught from. */
    pictures: integer("pictures").notNull(),
    authorId: text("author_id").notNull(),
    authorName: text("author_name").notNull(),
    /** Who else made those pictures, by id and name. */
    makers: json<readonly User[]>("makers").notNull(),
    /** The trained layer's file, kept like an image. */
    layer: text("layer")
      .notNull()
      .references(() => imageTable.sha),
    /** The job that taught it. Not a reference: that one may have been removed since. */
    job: text("job").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (look) => [
    uniqueIndex("look_name").on(look.platform, look.community, look.name),
    index("look_author").on(look.platform, look.authorId),
    index("look_layer").on(look.layer),
  ],
);

/** The messages with a user's ❤️ that make a job a favourite: one that is taken back leaves the others. */
export const heartTable = sqliteTable(
  "heart",
  {
    job: text("job")
      .notNull()
      .references(() => jobTable.id, { onDelete: "cascade" }),
    platform: text("platform").notNull(),
    person: text("person").notNull(),
    channel: text("channel").notNull(),
    message: text("message").notNull(),
  },
  (heart) => [
    primaryKey({ columns: [heart.job, heart.platform, heart.person, heart.channel, heart.message] }),
    index("heart_person").on(heart.platform, heart.person),
  ],
);

/** Settings of communities and, with a channel, of single channels; the channel "" is the whole community. */
export const settingTable = sqliteTable(
  "setting",
  {
    platform: text("platform").notNull(),
    community: text("community").notNull(),
    channel: text("channel").notNull(),
    key: text("key").notNull(),
    value: json<SettingValue>("value").notNull(),
    at: integer("at").notNull(),
  },
  (row) => [primaryKey({ columns: [row.platform, row.community, row.channel, row.key] })],
);

/** Interactive messages: palettes and votes. */
export const boardTable = sqliteTable(
  "board",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    platform: text("platform").notNull(),
    community: text("community").notNull(),
    channel: text("channel").notNull(),
    thread: text("thread"),
    message: text("message").notNull(),
    kind: text("kind").notNull(),
    payload: json<Readonly<Record<string, unknown>>>("payload").notNull(),
    authorId: text("author_id").notNull(),
    authorName: text("author_name").notNull(),
    createdAt: integer("created_at").notNull(),
    /** When it is over by itself; null: never. */
    expiresAt: integer("expires_at"),
  },
  (board) => [
    uniqueIndex("board_message").on(board.platform, board.community, board.channel, board.message),
    index("board_expires").on(board.expiresAt),
    index("board_author").on(board.platform, board.authorId),
  ],
);

export const voteTable = sqliteTable(
  "vote",
  {
    board: integer("board")
      .notNull()
      .references(() => boardTable.id, { onDelete: "cascade" }),
    platform: text("platform").notNull(),
    person: text("person").notNull(),
    choice: text("choice").notNull(),
    at: integer("at").notNull(),
    /** As of a favourite. */
    roles: json<readonly string[]>("roles"),
  },
  (vote) => [
    primaryKey({ columns: [vote.board, vote.person, vote.choice] }),
    index("vote_person").on(vote.platform, vote.person),
  ],
);

/** Whom moderators have barred from the bot in their community. */
export const barTable = sqliteTable(
  "bar",
  {
    platform: text("platform").notNull(),
    community: text("community").notNull(),
    kind: text("kind").$type<"person" | "role">().notNull(),
    /** The person's or the role's id. */
    subject: text("subject").notNull(),
    name: text("name").notNull(),
    byId: text("by_id").notNull(),
    byName: text("by_name").notNull(),
    at: integer("at").notNull(),
  },
  (bar) => [primaryKey({ columns: [bar.platform, bar.community, bar.kind, bar.subject] })],
);

/** What moderators have done. */
export const actTable = sqliteTable(
  "act",
  {
    seq: integer("seq").primaryKey({ autoIncrement: true }),
    platform: text("platform").notNull(),
    community: text("community").notNull(),
    at: integer("at").notNull(),
    byId: text("by_id").notNull(),
    byName: text("by_name").notNull(),
    kind: text("kind").notNull(),
    subject: text("subject").notNull(),
    detail: text("detail"),
  },
  (act) => [index("act_community").on(act.platform, act.community, act.seq)],
);

/** People whose pictures no one else may use. */
export const optOutTable = sqliteTable(
  "opt_out",
  {
    platform: text("platform").notNull(),
    person: text("person").notNull(),
    at: integer("at").notNull(),
  },
  (row) => [primaryKey({ columns: [row.platform, row.person] })],
);

/** Works that people have reported to the moderators. */
export const reportTable = sqliteTable(
  "report",
  {
    job: text("job")
      .notNull()
      .references(() => jobTable.id, { onDelete: "cascade" }),
    platform: text("platform").notNull(),
    person: text("person").notNull(),
    at: integer("at").notNull(),
  },
  (report) => [
    primaryKey({ columns: [report.job, report.platform, report.person] }),
    index("report_person").on(report.platform, report.person, report.at),
  ],
);

/** What an encrypted value has become: nonce, tag and cipher text, in base64. */
export interface Sealed {
  readonly sealed: string;
}

/** Workspaces that have installed the Slack app, by Bolt's OAuth. */
export const slackInstallationTable = sqliteTable("slack_installation", {
  /** A workspace's id, or that of an enterprise for an app installed on the whole of it. */
  id: text("id").primaryKey(),
  /** Bolt's `Installation`, which holds tokens, or what a {@link Sealer} has made of it. */
  installation: json<Installation | Sealed>("installation").notNull(),
  at: integer("at").notNull(),
});

/** What parts of the program remember between two runs, such as the commands that a platform has registered. */
export const memoTable = sqliteTable("memo", {
  key: text("key").primaryKey(),
  value: json<unknown>("value").notNull(),
  at: integer("at").notNull(),
});
