/** What the web chat takes, all in one place. */
import { MAX_INPUT_PIXELS } from "../../shared/inspect-image.js";

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
  /** Bytes of images of all messages that are being sent; above, the largest of these messages is refused. */
  readonly arrivingBytes: number;
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
  uploadPixels: MAX_INPUT_PIXELS,
  picturesPerMessage: 8,
  leastBytes: 32 * 1024,
  leastMs: 10_000,
  arrivingBytes: 320 * 1024 * 1024,
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

/** How often sockets are asked whether anybody is there. */
export const HEARTBEAT_MS = 25_000;

/** As many as fit below a message, and into a list, without scrolling. */
export const REACTIONS = 20;
export const COMPLETIONS = 25;
