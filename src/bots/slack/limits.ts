/** What Slack takes, all in one place. Raise a number here when Slack does. */
import type { SquarePicture } from "../../port/capabilities.js";

/** Limits that tests and installations may change. */
export interface SlackLimits {
  /**
   * Largest file in bytes. Slack takes 1 GB (https://slack.com/help/articles/201330736); the program passes its setting
   * `pictures.megabytes`, so that uploads end in time.
   */
  readonly uploadBytes: number;
  /** Least time between two edits of one message, in milliseconds: chat.update takes about 50 a minute (tier 3). */
  readonly editIntervalMs: number;
  /** Characters in a message before they are written as Slack wants them; see MESSAGE_LENGTH. */
  readonly textLength: number;
  /** How long one call of the Web API may take, in milliseconds. */
  readonly callMs: number;
  /** How long a call may wait for its turn or for a rate limit to pass, in milliseconds. */
  readonly patienceMs: number;
  /** How long Slack may work on an uploaded file before it can be shown, in milliseconds. */
  readonly fileMs: number;
  /**
   * How long to wait before asking again for a file, or for a connection that was lost, in milliseconds; longer each
   * time.
   */
  readonly pauseMs: number;
  /**
   * In an outage, the wait before Slack is asked whether it is over, in milliseconds; longer each time, up to the next.
   */
  readonly askMs: number;
  readonly longestAskMs: number;
  /** How often Slack is asked again about a token that it has refused, in milliseconds. */
  readonly refusedMs: number;
}

export const defaultSlackLimits: SlackLimits = {
  uploadBytes: 20 * 1024 * 1024,
  editIntervalMs: 3_000,
  textLength: 3_900,
  callMs: 10_000,
  patienceMs: 60_000,
  fileMs: 30_000,
  pauseMs: 300,
  askMs: 1_000,
  longestAskMs: 5_000,
  refusedMs: 300_000,
};

/**
 * Characters of a section, of a button's or input's label, of what an image shows and of a button's id; buttons in a
 * row, blocks of a message:
 * https://docs.slack.dev/reference/block-kit
 */
export const SECTION_LENGTH = 3_000;
export const LABEL_LENGTH = 75;
export const ALT_TEXT_LENGTH = 2_000;
export const ACTION_LENGTH = 255;
export const BUTTONS_IN_A_ROW = 25;
export const BLOCKS = 50;
/**
 * Characters of an uploaded file's alternative text:
 * https://docs.slack.dev/reference/methods/files.getUploadURLExternal
 */
export const FILE_ALT_TEXT_LENGTH = 1_000;

/**
 * Choices of a menu, characters of a choice's value, of a form's title, of a hint and of what travels with a form,
 * fields of a form, files of a file field:
 * https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
 */
export const MENU_CHOICES = 100;
export const CHOICE_LENGTH = 150;
export const TITLE_LENGTH = 24;
export const HINT_LENGTH = 2_000;
export const METADATA_LENGTH = 3_000;
export const FORM_FIELDS = 20;
export const FORM_FILES = 2;
/** What Slack lets a field of a form take. */
export const MOST_FORM_FILES = 10;

/**
 * Different reactions that one user can put on a message; the error after them is too_many_reactions. Slack's reference
 * names that error without a number (https://docs.slack.dev/reference/methods/reactions.add); this one is from use.
 */
export const REACTIONS = 23;

/**
 * Emoji and profile photos that people add: https://slack.com/help/articles/206870177 and
 * https://docs.slack.dev/reference/methods/users.setPhoto. That an emoji moves in at most 50 frames is from use.
 */
export const SQUARES: readonly SquarePicture[] = [
  { use: "emoji", side: 128, bytes: 128_000, moving: { frames: 50 } },
  { use: "avatar", side: 512, bytes: 1_000_000 },
];

/**
 * How long it is waited until a conversation may be read: apps outside the Marketplace read one a minute, so that two
 * may be asked for before this one. https://docs.slack.dev/apis/web-api/rate-limits
 */
export const HISTORY_PATIENCE_MS = 150_000;

/**
 * Characters of a message's text. Slack's reference advises 4,000 and cuts from 40,000
 * (https://docs.slack.dev/reference/methods/chat.postMessage#truncating), but chat.update refuses more than 4,000 with
 * msg_too_long, as apps find (https://github.com/seratch/ChatGPT-in-Slack/issues/102).
 */
export const MESSAGE_LENGTH = 4_000;

/** Answers to one command or click, and how long they are taken: half an hour. */
export const ANSWERS = 5;
export const ANSWERS_MS = 29 * 60_000;
