import {
  type APIActionRowComponent,
  type APIAllowedMentions,
  type APIButtonComponent,
  ButtonStyle,
  ComponentType,
  MessageFlags,
  type RawFile,
  type RESTAPIAttachment,
} from "discord.js";
import { type Button, buttonRows, type OutgoingMessage, type Picture } from "../../port/messages.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { cutText, shorten, UNCUT } from "../../shared/text.js";
import { mentions, progressBar } from "../markdown/message-text.js";
import { toDiscord } from "../markdown/print-discord.js";
import {
  ALT_TEXT_LENGTH,
  BUTTON_LABEL_LENGTH,
  BUTTON_ROWS,
  BUTTONS_IN_A_ROW,
  CONTENT_LENGTH,
  FILES,
} from "./limits.js";

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

/**
 * A message as Discord wants it. For an edit, "attachments" says which files stay: Discord only adds files otherwise.
 *
 * @param ownEmoji how an emoji of the server's own is written in a text, by its name such as ":parrot:"
 */
export function compose(message: OutgoingMessage, ownEmoji?: (name: string) => string | undefined): Composed {
  const { text, pictures = [], file: kept, buttons = [], progress, mention = [], keepPictures = false } = message;
  const shown: readonly Picture[] = [...pictures, ...(kept ? [kept] : [])].slice(0, FILES);
  const first = [mentions(mention), toDiscord(text, ownEmoji)].filter((part) => part !== "").join(" ");
  const lines = [first, progress ? progressBar(progress) : ""].filter((line) => line !== "");
  return {
    body: {
      content: shorten(lines.join("\n"), CONTENT_LENGTH, WHOLE),
      // Whatever users have put into their names and texts, only these are notified.
      allowed_mentions: { parse: [], users: mention.map(({ id }) => id) },
      components: rows(buttons),
      // Images are the message; a preview of some linked page beside them is not.
      flags: MessageFlags.SuppressEmbeds,
      ...((!keepPictures || shown.length > 0) && { attachments: shown.map(attachment) }),
    },
    files: shown.map(file),
  };
}

/** Half a mention or emoji means something else, too. */
const WHOLE = new RegExp(String.raw`${UNCUT.source}|<@\d+>|<a?:\w+:\d+>`, "g");

function attachment(picture: Picture, index: number): RESTAPIAttachment {
  const { description } = picture;
  return {
    id: String(index),
    filename: fileName(picture),
    ...(description !== undefined && { description: cutText(description, ALT_TEXT_LENGTH, "") }),
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
  if (!name.startsWith(SPOILER)) return { name, spoiler: false };
  return { name: name.slice(SPOILER.length) || sentence("chat.unnamed-image"), spoiler: true };
}

const STYLES = { primary: ButtonStyle.Primary, secondary: ButtonStyle.Secondary, danger: ButtonStyle.Danger } as const;

function rows(buttons: readonly Button[]): APIActionRowComponent<APIButtonComponent>[] {
  return buttonRows(buttons, { inRow: BUTTONS_IN_A_ROW, rows: BUTTON_ROWS }).map((row) => ({
    type: ComponentType.ActionRow,
    components: row.map(component),
  }));
}

function component({ id, label, emoji, style = "secondary" }: Button): APIButtonComponent {
  return {
    type: ComponentType.Button,
    custom_id: id,
    label: cutText(label, BUTTON_LABEL_LENGTH, ""),
    style: STYLES[style],
    ...(emoji !== undefined && { emoji: { name: emoji } }),
  };
}
