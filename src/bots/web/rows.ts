import type { User } from "../../domain/user.js";
import type { Button, Progress } from "../../port/messages.js";
import type { WireButton, WireImage, WirePerson } from "./wire.js";

/** A stored image of a message: where its file is, and what a page must know before it has loaded. */
export interface StoredImage extends Omit<WireImage, "url" | "preview"> {
  /** SHA-256 of the file, in hex: its name on disk. */
  readonly sha: string;
  /** File name extension without a dot: "png". */
  readonly extension: string;
  /** There is a smaller copy, `<sha>.preview.webp`. */
  readonly hasPreview: boolean;
  /** Who must be named wherever it is used. */
  readonly credit?: string;
}

export interface PersonRow extends User {
  readonly bot: number;
  readonly moderator: number;
}

export interface MessageRow {
  readonly id: number;
  readonly rev: number;
  readonly channel: string;
  readonly thread: number | null;
  readonly author: string;
  readonly private_to: string | null;
  readonly text: string;
  readonly pictures: string;
  readonly buttons: string;
  readonly mentions: string;
  readonly progress: string | null;
  readonly replies_to: number | null;
  readonly thread_title: string | null;
  readonly nonce: string | null;
  readonly at: number;
  readonly removed: number;
}

/** What a new message, or the new state of an edited one, holds. */
export interface MessageContent {
  readonly text: string;
  readonly pictures: readonly StoredImage[];
  readonly buttons: readonly Button[];
  readonly mentions: readonly User[];
  readonly progress?: Progress | undefined;
}

export function storedImages(row: Pick<MessageRow, "pictures">): StoredImage[] {
  return JSON.parse(row.pictures) as StoredImage[];
}

export function wirePerson({ id, name, bot }: PersonRow): WirePerson {
  return { id, name, bot: bot === 1 };
}

export function wireImage({ sha, extension, hasPreview, credit: _, ...shown }: StoredImage): WireImage {
  const url = `/pictures/${sha}.${extension}`;
  return { ...shown, url, preview: hasPreview ? `/pictures/${sha}.preview.webp` : url };
}

export function wireButton({ style = "secondary", ...button }: Button): WireButton {
  return { ...button, style };
}
