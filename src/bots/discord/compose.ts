import {
  type APIActionRowComponent,
  type APIAllowedMentions,
  type APIButtonComponent,
  type APIMessageComponentEmoji,
  ButtonStyle,
  ComponentType,
  MessageFlags,
  type RawFile,
  type RESTAPIAttachment,
} from "discord.js";
import type { Button, OutgoingMessage, Picture, Progress } from "../../port/messages.js";
import { cutText } from "../../shared/text.js";
import { toDiscord } from "../markdown/print-discord.js";
import { shorten } from "./shorten.js";

/** Characters in a message. */
export const CONTENT_LENGTH = 2_000;
const BUTTONS_IN_A_ROW = 5;
const ROWS = 5;
const LABEL_LENGTH = 80;
const DESCRIPTION_LENGTH = 1_024;
const FILES = 10;
const SPOILER = "SPOILER_";

interface Body {
  readonly content: string;
  readonly allowed_mentions: APIAllowedMentions;
  readonly components: APIActionRowComponent<APIButtonComponent>[];
  readonly flags?: MessageFlags;
  /** What the message shows: the new files, and none of the old ones. Left out, the old ones stay. */
  readonly attachments?: RESTAPIAttachment[];
}

export interface Composed {
  readonly body: Body;
  readonly files: readonly RawFile[];
}

/** A message as Discord wants it. For an edit, "attachments" says which pictures there are afterwards: Discord only adds files otherwise. */
export function compose(message: OutgoingMessage): Composed {
  const { text, pictures = [], file: kept, buttons = [], progress, mention = [], keepPictures = false } = message;
  const shown: readonly Picture[] = [...pictures, ...(kept ? [kept] : [])].slice(0, FILES);
  const named = mention.map(({ id }) => `<@${id}>`).join(" ");
  const said = [`${named}${named && text ? " " : ""}${toDiscord(text)}`, progress ? bar(progress) : ""].filter(
    (line) => line !== "",
  );
  return {
    body: {
      content: shorten(said.join("\n"), CONTENT_LENGTH),
      // Whatever people have put into their names and texts, only these are notified.
      allowed_mentions: { parse: [], users: mention.map(({ id }) => id) },
      components: rows(buttons),
      // Pictures are the message; a preview of some linked page beside them is not.
      flags: MessageFlags.SuppressEmbeds,
      ...(keepPictures && shown.length === 0 ? {} : { attachments: shown.map(attachment) }),
    },
    files: shown.map(file),
  };
}

/** A new message's `flags` for the eyes of one person. */
export const PRIVATE = MessageFlags.Ephemeral;

function attachment(picture: Picture, index: number): RESTAPIAttachment {
  const { description } = picture;
  return {
    id: String(index),
    filename: fileName(picture),
    ...(description === undefined ? {} : { description: cutText(description, DESCRIPTION_LENGTH, "") }),
  };
}

function file(picture: Picture): RawFile {
  return { name: fileName(picture), data: Buffer.from(picture.bytes), contentType: picture.type };
}

function fileName({ name, spoiler = false }: Picture): string {
  return spoiler && !name.startsWith(SPOILER) ? `${SPOILER}${name}` : name;
}

/** A file's name without the mark that hides it, and whether it has that. */
export function readFileName(name: string): { readonly name: string; readonly spoiler: boolean } {
  return name.startsWith(SPOILER)
    ? { name: name.slice(SPOILER.length) || "picture", spoiler: true }
    : { name, spoiler: false };
}

const STYLES = { primary: ButtonStyle.Primary, secondary: ButtonStyle.Secondary, danger: ButtonStyle.Danger } as const;

function rows(buttons: readonly Button[]): APIActionRowComponent<APIButtonComponent>[] {
  const made = buttons.slice(0, BUTTONS_IN_A_ROW * ROWS).map(
    ({ id, label, emoji, style = "secondary" }): APIButtonComponent => ({
      type: ComponentType.Button,
      custom_id: id,
      label: cutText(label, LABEL_LENGTH, ""),
      style: STYLES[style],
      ...(emoji === undefined ? {} : { emoji: { name: emoji } satisfies APIMessageComponentEmoji }),
    }),
  );
  return Array.from({ length: Math.ceil(made.length / BUTTONS_IN_A_ROW) }, (_, row) => ({
    type: ComponentType.ActionRow,
    components: made.slice(row * BUTTONS_IN_A_ROW, (row + 1) * BUTTONS_IN_A_ROW),
  }));
}

const CELLS = 12;

/** A bar of text, since Discord draws none. @example "▰▰▰▱▱▱▱▱▱▱▱▱ 25 %" */
function bar({ value }: Progress): string {
  const part = Math.min(1, Math.max(0, value));
  const full = Math.round(part * CELLS);
  return `${"▰".repeat(full)}${"▱".repeat(CELLS - full)} ${Math.round(part * 100)} %`;
}
