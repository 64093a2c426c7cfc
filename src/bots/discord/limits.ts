/** What Discord takes, all in one place. Raise a number here when Discord does. */
import { GuildPremiumTier } from "discord.js";
import type { SquarePicture } from "../../port/capabilities.js";

/** Characters in a message: https://discord.com/developers/docs/resources/message#create-message */
export const CONTENT_LENGTH = 2_000;
/**
 * Files and rows of buttons in a message, buttons in a row, characters of a button's label and of a file's alt text.
 */
export const FILES = 10;
export const BUTTON_ROWS = 5;
export const BUTTONS_IN_A_ROW = 5;
export const BUTTON_LABEL_LENGTH = 80;
export const ALT_TEXT_LENGTH = 1_024;
/** Characters of a message's nonce. */
export const NONCE_LENGTH = 25;
/** Different reactions on a message: its error 30010, "Maximum number of reactions reached (20)". */
export const REACTIONS = 20;
/** People that one answer names who have given a reaction. */
export const REACTIONS_PAGE = 100;
/** Custom emoji of a message that are looked at as pictures. */
export const SHOWN_EMOJI = 4;
/**
 * Emoji, stickers and avatars that people add: https://discord.com/developers/docs/resources/emoji and
 * https://discord.com/developers/docs/resources/sticker#create-guild-sticker, whose kB are taken for 1,000 bytes.
 * Avatars move for some people only, and are shown in 128 px on a screen, which may have four pixels for one.
 */
export const SQUARES: readonly SquarePicture[] = [
  { use: "emoji", side: 128, bytes: 256_000, moving: {} },
  { use: "sticker", side: 320, bytes: 512_000, moving: { seconds: 5 } },
  { use: "avatar", side: 512, bytes: 8_000_000 },
];
/** Characters of a thread's name. */
export const THREAD_NAME_LENGTH = 100;

/**
 * Choices that are shown while an option is typed, options of a command, and characters of a description and of a
 * choice: https://discord.com/developers/docs/interactions/application-commands#application-command-object
 */
export const CHOICES = 25;
export const COMMAND_OPTIONS = 25;
export const DESCRIPTION_LENGTH = 100;
export const CHOICE_LENGTH = 100;

/** Inputs of a form, and characters of an input's label and of its placeholder. */
export const FORM_INPUTS = 5;
export const FORM_LABEL_LENGTH = 45;
export const FORM_PLACEHOLDER_LENGTH = 100;

/** The first response to an interaction is taken within 3 s; a call that comes later need not be made. */
export const FIRST_RESPONSE_MS = 2_900;
/**
 * Interactions and messages that the gateway delivers again, as it does after a connection broke: how many are
 * recognised by their ids, and for how many milliseconds.
 */
export const REDELIVERED = { max: 10_000, ttl: 15 * 60_000 } as const;
/** How long the token of an interaction lasts. */
export const INTERACTION_TOKEN_MS = 15 * 60_000;

/**
 * Between two shards that identify one after the other: https://discord.com/developers/docs/events/gateway#rate-limiting
 * asks for 5 s, and discord.js adds up to 1.5 s by chance.
 */
export const IDENTIFY_MS = 6_500;

/** Edits in one channel within a time, as the headers of the rate limits say. */
export const EDITS = 5;
export const EDITS_WINDOW_MS = 5_000;

/**
 * Refusals (401, 403, 429) within a time after which no call is made: with 10,000 in ten minutes Discord bans the
 * address. https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
 */
export const REFUSALS = 9_000;
export const REFUSALS_WINDOW_MS = 600_000;

const MEBIBYTE = 1024 * 1024;
/**
 * Largest file of a server without boosts, and of a direct message:
 * https://discord.com/developers/docs/reference#uploading-files
 */
export const UPLOAD_BYTES = 10 * MEBIBYTE;
/** https://support.discord.com/hc/en-us/articles/360028038352 (Server Boosting) */
export const BOOSTED_UPLOAD_BYTES: Readonly<Partial<Record<GuildPremiumTier, number>>> = {
  [GuildPremiumTier.Tier2]: 50 * MEBIBYTE,
  [GuildPremiumTier.Tier3]: 100 * MEBIBYTE,
};

/** Times in milliseconds. Their defaults are right for the real Discord; tests shorten them. */
export interface Timing {
  /** How long a command may think before people are shown that it does; Discord gives up after 3,000. */
  readonly deferMs: number;
  /** One try at one request. */
  readonly requestMs: number;
  /** A request with all its tries and waits for rate limits. */
  readonly callMs: number;
  /** The same for a preview, which can be dropped. */
  readonly previewMs: number;
  /** From the start to the first sign of life from the gateway, and as long for the last shard once it is its turn. */
  readonly startMs: number;
  /** How long a gateway may keep silent when a session is to go on, before another one is begun. */
  readonly resumeMs: number;
  /** Least time between two edits of one message. */
  readonly editIntervalMs: number;
  /** Calls under way may take this long when the adapter stops. */
  readonly stopMs: number;
  /** In an outage, the wait before Discord is asked whether it is over; longer each time, up to the next. */
  readonly askMs: number;
  readonly longestAskMs: number;
  /** How often Discord is asked again about a token that it has refused. */
  readonly refusedMs: number;
}

export const DEFAULT_TIMING: Timing = {
  deferMs: 1_200,
  requestMs: 30_000,
  callMs: 120_000,
  previewMs: 15_000,
  startMs: 60_000,
  resumeMs: 15_000,
  editIntervalMs: 1_500,
  stopMs: 5_000,
  askMs: 1_000,
  longestAskMs: 5_000,
  refusedMs: 300_000,
};
