import type { InstallationStore } from "@slack/oauth";
import type { Logger } from "pino";
import type { KeyValueStore } from "../../port/adapter.js";
import type { PictureSource } from "../../port/messages.js";
import type { RegisteredCommands } from "./command-names.js";
import type { SlackLimits } from "./limits.js";

/** How to build a {@link SlackChat}: with a bot token for one workspace, with `oauth` for several, or with both. */
export interface SlackChatOptions extends Partial<RegisteredCommands> {
  readonly logger: Logger;
  /** Begins with "xoxb-". */
  readonly botToken?: string;
  /** Begins with "xapp-": events come over a WebSocket. Without it they come by HTTP, which needs `signingSecret`. */
  readonly appToken?: string;
  readonly signingSecret?: string;
  /** Where the Web API is, with or without `/api/` at its end; Slack itself unless given. */
  readonly apiUrl?: string;
  /** Address and port of the HTTP server for events and for the pages that install the app. */
  readonly host?: string;
  readonly port?: number;
  readonly oauth?: SlackOAuth;
  /** Where a few things are kept for the next run; without it, what Slack sends again after a restart is done again. */
  readonly keyValues?: KeyValueStore;
  readonly limits?: Partial<SlackLimits>;
  readonly fetchLink?: FetchLink;
}

/**
 * Downloads an image that messages show from outside of Slack, as link previews do. Slack hands over its bare address,
 * which anybody may have written: this goes to the public internet only.
 */
export type FetchLink = (
  link: URL,
  options: Parameters<PictureSource["fetch"]>[0],
) => ReturnType<PictureSource["fetch"]>;

/** What lets the app be installed on several workspaces. */
export interface SlackOAuth {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Signs what travels through the browser while the app is installed. */
  readonly stateSecret: string;
  readonly installations: InstallationStore;
}

export const SLACK_API_URL = "https://slack.com/api/";
