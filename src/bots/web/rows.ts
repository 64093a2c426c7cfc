import type { Button, Progress } from "../../port/messages.js";
import type { WireButton, WirePerson, WirePicture } from "./wire.js";

/** A stored picture of a message: where its file is, and what a page must know before it has loaded. */
export interface StoredPicture {
  /** SHA-256 of the file, in hex: its name on disk. */
  readonly sha: string;
  /** File name extension without a dot: "png". */
  readonly extension: string;
  readonly type: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  readonly name: string;
  readonly description: string;
  /** There is a smaller copy, `<sha>.preview.webp`. */
  readonly hasPreview: boolean;
  /** Hidden until somebody asks to see it. */
  readonly spoiler?: boolean;
  /** Who must be named wherever it is used. */
  readonly credit?: string;
}

export interface PersonRow {
  readonly id: string;
  readonly name: string;
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
  readonly edited_at: number | null;
  readonly removed: number;
}

/** What a new message, or the new state of an edited one, holds. */
export interface MessageContent {
  readonly text: string;
  readonly pictures: readonly StoredPicture[];
  readonly buttons: readonly Button[];
  readonly mentions: readonly WirePerson[];
  readonly progress?: Progress | undefined;
}

export function storedPictures(row: Pick<MessageRow, "pictures">): StoredPicture[] {
  return JSON.parse(row.pictures) as StoredPicture[];
}

export function wirePerson(row: PersonRow): WirePerson {
  return { id: row.id, name: row.name, bot: row.bot === 1 };
}

export function wirePicture(picture: StoredPicture): WirePicture {
  const url = `/pictures/${picture.sha}.${picture.extension}`;
  return {
    url,
    preview: picture.hasPreview ? `/pictures/${picture.sha}.preview.webp` : url,
    name: picture.name,
    type: picture.type,
    bytes: picture.bytes,
    width: picture.width,
    height: picture.height,
    description: picture.description,
    ...(picture.spoiler ? { spoiler: true } : {}),
  };
}

export function wireButton(button: Button): WireButton {
  return {
    id: button.id,
    label: button.label,
    style: button.style ?? "secondary",
    ...(button.emoji ? { emoji: button.emoji } : {}),
  };
}
