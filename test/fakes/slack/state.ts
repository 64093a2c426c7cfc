/** What a fake Slack knows: teams, people, conversations, messages, files. */
import type { KnownBlock, View } from "@slack/types";

export interface User {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  admin: boolean;
  readonly bot: boolean;
  /** The workspace that they are from, where it is another one (Slack Connect). */
  readonly home?: string | undefined;
  /** Of several channels, or of a single one. */
  readonly guest?: "multi-channel" | "single-channel" | undefined;
  /** Address of a picture of their own. */
  avatar?: string;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly kind: "public" | "private" | "im";
  readonly members: Set<string>;
  archived: boolean;
  /** The other workspace that shares it (Slack Connect): Slack says of what happens in it that it is from there. */
  readonly sharedWith?: string | undefined;
}

export interface StoredFile {
  readonly id: string;
  readonly team: string;
  readonly name: string;
  title: string;
  readonly length: number;
  readonly owner: string;
  readonly alt: string | undefined;
  bytes: Uint8Array | undefined;
  completed: boolean;
  /** When Slack has looked at it, in milliseconds since the epoch. */
  readyAt: number;
  deleted: boolean;
  readonly shares: { readonly channel: string; readonly ts: string; readonly thread: string | undefined }[];
}

export interface Message {
  readonly ts: string;
  readonly channel: string;
  readonly thread: string | undefined;
  readonly user: string;
  readonly botId: string | undefined;
  text: string;
  blocks: KnownBlock[];
  /** Previews of links, and what other apps hang on their messages. */
  attachments?: readonly object[];
  files: string[];
  metadata: { event_type: string; event_payload: Record<string, unknown> } | undefined;
  readonly reactions: Map<string, Set<string>>;
  deleted: boolean;
  edits: number;
  /** Only this person sees it. */
  readonly ephemeralFor: string | undefined;
}

export interface OpenedView {
  readonly id: string;
  readonly team: string;
  readonly user: string;
  readonly view: View;
  readonly trigger: string | undefined;
}

export interface Token {
  readonly team: string;
  scopes: Set<string>;
  expiresAt: number;
  revoked: boolean;
}

export class Team {
  readonly users = new Map<string, User>();
  readonly channels = new Map<string, Channel>();
  readonly messages: Message[] = [];
  readonly homes = new Map<string, View>();
  /** The workspace's own emoji: their addresses, or `alias:` and another's name. */
  readonly emoji = new Map<string, string>();
  /** The organisation that has installed the app for this workspace. */
  organisation: string | undefined;

  constructor(
    readonly id: string,
    readonly bot: User,
    readonly botId: string,
  ) {
    this.users.set(bot.id, bot);
  }

  find(channel: string, ts: string): Message | undefined {
    return this.messages.find(
      (message) =>
        message.channel === channel && message.ts === ts && !message.deleted && message.ephemeralFor === undefined,
    );
  }
}

let ids = 0;
/** An id as Slack makes them: a letter and capitals or digits. */
export function newId(letter: string): string {
  ids += 1;
  return `${letter}0${ids.toString(36).toUpperCase().padStart(9, "0")}`;
}

let last = 0;
/** A message's time and name: microseconds, never twice. */
export function newTs(): string {
  last = Math.max(last + 1, Date.now() * 1000);
  return `${Math.floor(last / 1_000_000)}.${String(last % 1_000_000).padStart(6, "0")}`;
}

/** The media type by the first bytes, as Slack finds out. */
export function sniff(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 16)).toString("latin1");
  if (head.startsWith("\x89PNG")) return "image/png";
  if (head.startsWith("\xFF\xD8\xFF")) return "image/jpeg";
  if (head.startsWith("GIF8")) return "image/gif";
  if (head.startsWith("RIFF") && head.slice(8, 12) === "WEBP") return "image/webp";
  if (head.slice(4, 8) === "ftyp") return "video/mp4";
  return "application/octet-stream";
}
