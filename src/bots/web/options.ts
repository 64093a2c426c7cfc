import type { Logger } from "pino";
import type { WebChatLimits } from "./limits.js";
import type { ChatRetentionLimits } from "./retention.js";

/** How to build a {@link WebChat}. Only `dataDir` and `logger` must be given. */
export interface WebChatOptions {
  /** Folder that holds `web-chat.sqlite` and `pictures/`; made when missing. */
  readonly dataDir: string;
  readonly logger: Logger;
  /** Address to listen on; "127.0.0.1" by default, so that only this machine can reach the chat. */
  readonly host?: string;
  /** TCP port; 3000 by default, 0 for any free one (then read {@link WebChat.address}). */
  readonly port?: number;
  /** Host names, besides IP addresses and localhost, under which people open the chat, such as "art.example.org". */
  readonly allowedHosts?: readonly string[];
  /** The path below which a proxy shows the chat, such as "/dreamloom/"; "/" by default. */
  readonly basePath?: string;
  /**
   * Addresses and networks, such as "10.0.0.0/8", of proxies whose X-Forwarded-For is believed; none by default.
   * Without it all who come through a proxy share the budgets of one address.
   */
  readonly trustedProxies?: readonly string[];
  /**
   * A header, such as "Remote-User", in which these proxies hand on who has signed in with them; that name is then the
   * sign-in. None by default.
   */
  readonly nameHeader?: string;
  /** Where people open the chat, such as "https://art.example.org/", for links; its own address by default. */
  readonly publicUrl?: string;
  /**
   * Pages that show the gallery to everybody: none by default, or some that search engines are asked not to list, or
   * some that they may.
   */
  readonly publicGallery?: "closed" | "unlisted" | "listed";
  /** An image file that the bot posts in `#art` on the first start, so that `/dream` works at once. */
  readonly samplePicture?: string;
  /** What the sample shows, and its credit, for the welcome message. */
  readonly sampleDescription?: string;
  /** Who is named on what is made of the sample, as its licence asks. */
  readonly sampleCredit?: string;
  /** The built front end; found beside the compiled server, or in `dist/`, by default. */
  readonly clientDir?: string;
  /**
   * Entered in the profile dialog, it makes a moderator. Without it, only the first visitor from this machine is one.
   */
  readonly moderatorCode?: string;
  /** What is kept of messages and their pictures; everything unless given. */
  readonly retention?: ChatRetentionLimits;
  readonly limits?: Partial<WebChatLimits>;
}
