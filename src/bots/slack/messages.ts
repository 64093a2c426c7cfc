/** Slack's messages, as much of them as matters here. They come from outside: nothing in them is taken for granted. */
import { sentence } from "../../shared/sentences/sentence.js";

export interface SlackFile {
  readonly id: string;
  readonly name: string;
  readonly type: string | undefined;
  readonly size: number | undefined;
  readonly url: string | undefined;
  /** What it shows, as the one who posted it has described it. */
  readonly description?: string | undefined;
  /** Where it is outside of Slack; it has no id of Slack's then. */
  readonly link?: URL;
  /** It stands beside what the message is about, as a small preview of a linked page does. */
  readonly aside?: true;
}

export interface SlackMessage {
  readonly ts: string;
  readonly thread: string | undefined;
  readonly user: string | undefined;
  readonly botId: string | undefined;
  readonly authorName: string | undefined;
  /** The images that people see in it, in their order; of those in blocks only the id is known. */
  readonly pictures: readonly SlackFile[];
  readonly metadata: Metadata | undefined;
}

/** What the bot notes in its own messages. */
export interface Metadata {
  readonly key?: string | undefined;
  /** Ids of files that belong to the message but are shared by messages of their own: films. */
  readonly films?: readonly string[] | undefined;
}

const METADATA_TYPE = "dreamloom_message";

/** An object whose values are not known yet. */
export type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The fields of an object in JSON; none where it is something else. */
export function parsed(text: unknown): Fields {
  try {
    return fields(JSON.parse(String(text)));
  } catch {
    return {};
  }
}

export function word(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function readMessage(value: unknown): SlackMessage | undefined {
  const message = fields(value);
  const ts = word(message.ts);
  if (ts === undefined) return undefined;
  const thread = word(message.thread_ts);
  const shared = list(message.attachments).map(fields);
  const blocks = [...list(message.blocks), ...shared.flatMap(blocksOf)];
  const files = [...list(message.files), ...shared.flatMap((attachment) => list(attachment.files))];
  const metadata = readMetadata(message.metadata);
  const films = (metadata?.films ?? []).map((id) => unknownFile(id, sentence("slack.film")));
  const previews = shared.flatMap(({ image_url, thumb_url }) => linked(image_url) ?? linked(thumb_url, true) ?? []);
  const pictures = [...picturesIn(files), ...blocks.flatMap(inBlock), ...films, ...previews];
  return {
    ts,
    // A thread's first message names itself.
    thread: thread === ts ? undefined : thread,
    user: word(message.user),
    botId: word(message.bot_id),
    authorName: word(message.username) ?? word(fields(message.bot_profile).name),
    pictures: [...pictures.filter(({ aside }) => !aside), ...pictures.filter(({ aside }) => aside)],
    metadata,
  };
}

/** A file of which only the id is known. */
export function unknownFile(id: string, name = sentence("chat.unnamed-image")): SlackFile {
  return { id, name, type: undefined, size: undefined, url: undefined };
}

/** Types of files that were not examined. */
const UNKNOWN_TYPES = new Set(["application/octet-stream", "binary/octet-stream"]);
const IMAGE_NAME = /\.(?:png|jpe?g|gif|webp|avif|tiff?|mp4|m4v|mov|webm)$/i;
/** Media types of what commands work on. */
const TAKEN = /^(?:image\/|video\/(?:mp4|x-m4v|quicktime|webm)$)/;

/** The images among files. */
export function picturesIn(files: readonly unknown[]): SlackFile[] {
  return files.flatMap((value) => {
    const file = fields(value);
    const id = word(file.id);
    const mimetype = word(file.mimetype) ?? "";
    const gone = file.mode === "tombstone" || file.mode === "hidden_by_limit";
    // Slack may still be processing a file, or tell no more than its id (file_access "check_file_info"): its type is
    // looked up later.
    const unknown = UNKNOWN_TYPES.has(mimetype) && IMAGE_NAME.test(word(file.name) ?? "");
    const type = unknown || mimetype === "" ? undefined : mimetype;
    if (id === undefined || gone || (type !== undefined && !TAKEN.test(type))) return [];
    const size = typeof file.size === "number" ? file.size : undefined;
    const url = word(file.url_private) ?? word(file.url_private_download);
    const name = word(file.name) ?? word(file.title) ?? sentence("chat.unnamed-image");
    return [{ id, name, type, size, url, description: word(file.alt_txt) }];
  });
}

/** Of an attachment, and of the messages that it quotes or forwards. */
function blocksOf({ blocks, message_blocks }: Fields): readonly unknown[] {
  const quoted = list(message_blocks).flatMap((value) => list(fields(fields(value).message).blocks));
  return [...list(blocks), ...quoted];
}

/** The images of a block: it is one, has one beside its text, or small ones in a line. */
function inBlock(value: unknown): SlackFile[] {
  const { type, accessory, elements, slack_file, image_url } = fields(value);
  if (type === "section") return inBlock(accessory).map(beside);
  if (type === "context") return list(elements).flatMap(inBlock).map(beside);
  if (type !== "image") return [];
  const file = fields(slack_file);
  const id = word(file.id);
  if (id !== undefined) return [unknownFile(id)];
  return linked(image_url) ?? linked(file.url) ?? [];
}

function beside(file: SlackFile): SlackFile {
  return { ...file, aside: true };
}

/** Undefined where there is no address. */
function linked(address: unknown, aside = false): SlackFile[] | undefined {
  const url = word(address);
  if (url === undefined || !URL.canParse(url)) return undefined;
  const link = new URL(url);
  const name = link.pathname.split("/").at(-1) || sentence("chat.unnamed-image");
  const file = { ...unknownFile(url, name), link };
  return [aside ? beside(file) : file];
}

function readMetadata(value: unknown): Metadata | undefined {
  const { event_type, event_payload } = fields(value);
  if (event_type !== METADATA_TYPE) return undefined;
  const { key, films } = fields(event_payload);
  return { key: word(key), films: word(films)?.split(" ") };
}

export function writeMetadata({ key, films = [] }: Metadata) {
  if (key === undefined && films.length === 0) return undefined;
  const event_payload: Record<string, string> = {};
  if (key !== undefined) event_payload.key = key;
  if (films.length > 0) event_payload.films = films.join(" ");
  return { event_type: METADATA_TYPE, event_payload };
}
