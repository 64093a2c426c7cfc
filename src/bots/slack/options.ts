import type { InstallationStore } from "@slack/oauth";
import type { Logger } from "pino";
import type { KeyValueStore } from "../../port/adapter.js";

/** How to build a {@link SlackChat}: with a bot token for one workspace, with `oauth` for several, or with both. */
export interface SlackChatOptions {
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
}

/** What lets the app be installed on several workspaces. */
export interface SlackOAuth {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Signs what travels through the browser while the app is installed. */
  readonly stateSecret: string;
  readonly installations: InstallationStore;
}

export interface SlackLimits {
  /**
   * Largest file in bytes. Slack takes 1 GB (https://slack.com/help/articles/201330736); less, so that uploads end in
   * time.
   */
  readonly uploadBytes: number;
  /** Least time between two edits of one message, in milliseconds: chat.update takes about 50 a minute (tier 3). */
  readonly editIntervalMs: number;
  /** Characters in a message: chat.update takes 4,000 (https://docs.slack.dev/reference/methods/chat.update). */
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
}

export const defaultSlackLimits: SlackLimits = {
  uploadBytes: 20 * 1024 * 1024,
  editIntervalMs: 3_000,
  textLength: 3_900,
  callMs: 10_000,
  patienceMs: 60_000,
  fileMs: 30_000,
  pauseMs: 300,
};

export const SLACK_API_URL = "https://slack.com/api/";
