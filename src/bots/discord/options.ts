import type { Logger } from "pino";
import type { KeyValueStore } from "../../port/adapter.js";

export interface DiscordOptions {
  /** The bot's token, from the developer portal. */
  readonly token: string;
  /** The application's id; default: Discord is asked. A wrong one is an error at the start. */
  readonly appId?: string;
  /** Where Discord's REST interface is, such as "http://127.0.0.1:4000/api"; default: the real one. */
  readonly apiUrl?: string;
  /** The application has the privileged intent "Message Content": the bot sees images in all messages. */
  readonly messageContent?: boolean;
  /** Without it, commands are registered at every start. */
  readonly keyValues?: KeyValueStore;
  readonly logger: Logger;
  readonly timing?: Partial<Timing>;
}

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
  /** From the start to the first sign of life from the gateway. */
  readonly startMs: number;
  /** How long a gateway may keep silent when a session is to go on, before another one is begun. */
  readonly resumeMs: number;
  /** Least time between two edits of one message. */
  readonly editIntervalMs: number;
  /** Calls under way may take this long when the adapter stops. */
  readonly stopMs: number;
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
};
