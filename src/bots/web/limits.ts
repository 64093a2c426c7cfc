/** What the web chat takes, all in one place; docs/operating.md lists it (`npx tsx scripts/budget-docs.ts`). */
import type { SquarePicture } from "../../port/capabilities.js";
import type { Rate } from "../../shared/async.js";
import { MAX_INPUT_PIXELS } from "../../shared/inspect-image.js";

/** Whom something is counted for. An address is an IPv4 address or an IPv6 network of 64 bits. */
export const COUNTED = ["person", "address", "connection"] as const;

/** How often something may be repeated, at once and in the long run. Who is left out is not counted. */
export interface Budget extends Readonly<Partial<Record<(typeof COUNTED)[number], Rate>>> {
  /** As the docs say it. */
  readonly what?: string;
}

const rate = (burst: number, perMinute: number): Rate => ({ burst, perMinute });
const DAY_MINUTES = 24 * 60;

/** Everything that a visitor can repeat. */
export const BUDGETS = {
  requests: { what: "requests of any kind, pictures among them", address: rate(2000, 12_000) },
  visitors: { what: "first visits: each makes a person", address: rate(40, 12) },
  messages: {
    what: "messages and commands sent, buttons pressed",
    person: rate(12, 60),
    address: rate(120, 600),
  },
  clicks: {
    what: "pages loaded, reactions, deletions, marks of what was read, and what the gallery and the profile do",
    person: rate(40, 480),
    address: rate(400, 4800),
  },
  keystrokes: {
    what: "completions while typing, and looks at the line for mistakes",
    person: rate(60, 1200),
    address: rate(300, 6000),
  },
  searches: { what: "searches", person: rate(30, 120), address: rate(150, 600) },
  again: { what: "works of the gallery made again", person: rate(6, 30), address: rate(30, 150) },
  works: { what: "pictures of the gallery, of which a page shows sixty", person: rate(400, 4800) },
  publicPages: { what: "pages of the public gallery", address: rate(60, 120) },
  publicPictures: {
    what: "pictures of the public gallery, of which a page shows thirty",
    address: rate(300, 900),
  },
  pictures: { what: "pictures of messages, of which a page shows some forty", person: rate(800, 4800) },
  megabytes: {
    what: "megabytes of pictures sent",
    person: rate(500, 1000 / DAY_MINUTES),
    address: rate(2000, 4000 / DAY_MINUTES),
  },
  channels: { what: "channels made", person: rate(5, 5 / DAY_MINUTES), address: rate(10, 10 / DAY_MINUTES) },
  moderation: { what: "what moderators do to people and channels", person: rate(40, 240) },
  codes: {
    what: "moderator codes tried; a person's first is not counted for the address",
    person: rate(5, 6),
    address: rate(30, 30),
  },
  sockets: {
    what: "WebSockets opened, which brings what was missed",
    person: rate(24, 30),
    address: rate(120, 300),
  },
  socketBytes: {
    what: "bytes that a WebSocket takes; a page sends some twenty a minute, and what sends more is cut off",
    connection: rate(16 * 1024, 60 * 1024),
  },
} as const satisfies Readonly<Record<string, Budget>>;

export type BudgetName = keyof typeof BUDGETS;

/** Bounds that keep one visitor from hurting the others. */
export interface WebChatLimits {
  /** Largest uploaded file, in bytes; the program passes its setting `pictures.megabytes`. */
  readonly uploadBytes: number;
  /** Largest uploaded image, in pixels (width x height). */
  readonly uploadPixels: number;
  /** Images in one message. */
  readonly picturesPerMessage: number;
  /** A message that is being sent brings at least so many bytes in each such span of milliseconds, or is refused. */
  readonly leastBytes: number;
  readonly leastMs: number;
  /** Bytes of all messages that are being sent; above, the largest of these messages is refused. */
  readonly arrivingBytes: number;
  /** Characters in one message. */
  readonly textLength: number;
  /** Least time between two edits of one message that the bot should keep, in milliseconds. */
  readonly editIntervalMs: number;
  readonly budgets: Readonly<Record<BudgetName, Budget>>;
  readonly channels: number;
  /** Messages that are kept, on all channels together; beyond them the oldest go. */
  readonly messages: number;
  /** Open WebSockets in all, for one person, and for one address. */
  readonly sockets: number;
  readonly socketsPerPerson: number;
  readonly socketsPerAddress: number;
  /** Open connections of one address, WebSockets among them; those of a trusted proxy are not counted. */
  readonly connectionsPerAddress: number;
  /** Bytes waiting in one socket before it is cut; the client comes back and resumes. */
  readonly socketBufferBytes: number;
}

export const defaultWebChatLimits: WebChatLimits = {
  uploadBytes: 20 * 1024 * 1024,
  uploadPixels: MAX_INPUT_PIXELS,
  picturesPerMessage: 8,
  leastBytes: 32 * 1024,
  leastMs: 10_000,
  arrivingBytes: 320 * 1024 * 1024,
  textLength: 4000,
  editIntervalMs: 150,
  budgets: BUDGETS,
  channels: 200,
  messages: 200_000,
  sockets: 500,
  socketsPerPerson: 12,
  socketsPerAddress: 120,
  connectionsPerAddress: 250,
  socketBufferBytes: 4 * 1024 * 1024,
};

/** Least time between two writes to one socket, in milliseconds: what happens meanwhile goes in one. */
export const FRAMES_MS = 50;

/** Of the program's time, so much goes into these writes at most: where they take long, they are made less often. */
export const FRAMES_SHARE = 0.1;

/** Most time between two writes, in milliseconds. */
export const FRAMES_LONGEST_MS = 1_000;

/** How long what came at once is dealt with before anything else has its turn, in milliseconds. */
export const TURN_MS = 10;

/** How often sockets are asked whether anybody is there. */
export const HEARTBEAT_MS = 25_000;

/** Longest time for which a person is muted at once, and for which their address is kept out with them. */
export const MOST_MUTED_MINUTES = 7 * DAY_MINUTES;
export const ADDRESS_BAN_MS = 24 * 3600 * 1000;

/** Entries of the log of what moderators did that the page shows. */
export const ACTS_SHOWN = 100;

/** As many as fit below a message. */
export const REACTIONS = 20;
/**
 * The page has no emoji of its own: these are for other places, within what the narrowest of the usual ones take
 * (Slack's emoji, Discord's stickers).
 */
export const SQUARES: readonly SquarePicture[] = [
  { use: "emoji", side: 128, bytes: 128_000, moving: { frames: 50 } },
  { use: "sticker", side: 320, bytes: 512_000, moving: { seconds: 5 } },
  { use: "avatar", side: 512, bytes: 1_000_000 },
];
/** All styles and looks; of the thousand words that a dream may go into, those that begin as one types. */
export const COMPLETIONS = 120;
