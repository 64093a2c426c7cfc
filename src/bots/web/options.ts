import type { Logger } from "pino";

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
  readonly limits?: Partial<WebChatLimits>;
}

/** Bounds that keep one visitor from hurting the others. */
export interface WebChatLimits {
  /** Largest uploaded file, in bytes. */
  readonly uploadBytes: number;
  /** Largest uploaded image, in pixels (width x height). */
  readonly uploadPixels: number;
  /** Images in one message. */
  readonly picturesPerMessage: number;
  /** Characters in one message. */
  readonly textLength: number;
  /** Least time between two edits of one message that the bot should keep, in milliseconds. */
  readonly editIntervalMs: number;
  /** Messages a person may send at once, and how many a second come back. */
  readonly messageBurst: number;
  readonly messagesPerSecond: number;
  /** New visitors that one address may become at once; one more every two seconds. */
  readonly newVisitorBurst: number;
  readonly channels: number;
  /** Open WebSockets in all, and for one person. */
  readonly sockets: number;
  readonly socketsPerPerson: number;
  /** Bytes waiting in one socket before it is cut; the client comes back and resumes. */
  readonly socketBufferBytes: number;
}

export const defaultWebChatLimits: WebChatLimits = {
  uploadBytes: 20 * 1024 * 1024,
  uploadPixels: 50_000_000,
  picturesPerMessage: 8,
  textLength: 4000,
  editIntervalMs: 150,
  messageBurst: 12,
  messagesPerSecond: 1,
  newVisitorBurst: 40,
  channels: 200,
  sockets: 500,
  socketsPerPerson: 12,
  socketBufferBytes: 4 * 1024 * 1024,
};
