import type { Logger } from "pino";
import type { KeyValueStore } from "../../port/adapter.js";
import type { Timing } from "./limits.js";

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
