/** Slack's messages, as much of them as matters here. They come from outside: nothing in them is taken for granted. */

export interface SlackFile {
  readonly id: string;
  readonly name: string;
  readonly type: string | undefined;
  readonly size: number | undefined;
  readonly url: string | undefined;
}

export interface SlackMessage {
  readonly ts: string;
  readonly thread: string | undefined;
  readonly user: string | undefined;
  readonly botId: string | undefined;
  readonly authorName: string | undefined;
  /** The pictures that people see in it, in their order; of those in blocks only the id is known. */
  readonly pictures: readonly SlackFile[];
  readonly metadata: Metadata | undefined;
}

/** What the bot notes in its own messages. */
export interface Metadata {
  readonly key?: string;
  /** Files that belong to the message but are shared by messages of their own: films. */
  readonly films?: readonly string[];
}

const METADATA_TYPE = "dreamloom_message";

type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
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
  const blocks = [...list(message.blocks), ...shared.flatMap((attachment) => list(attachment.blocks))];
  const files = [...list(message.files), ...shared.flatMap((attachment) => list(attachment.files))];
  const metadata = readMetadata(message.metadata);
  const films = (metadata?.films ?? []).map((id): SlackFile => ({ id, ...UNKNOWN, name: "film" }));
  return {
    ts,
    // A thread's first message names itself.
    thread: thread === ts ? undefined : thread,
    user: word(message.user),
    botId: word(message.bot_id),
    authorName: word(message.username) ?? word(fields(message.bot_profile).name),
    pictures: [...picturesIn(files), ...inBlocks(blocks), ...films],
    metadata,
  };
}

const UNKNOWN = { type: undefined, size: undefined, url: undefined };

/** What is said of files that nobody has looked into. */
const DULL = new Set(["application/octet-stream", "binary/octet-stream"]);
const PICTURE_NAME = /\.(?:png|jpe?g|gif|webp|avif|tiff?)$/i;

/** The pictures among files. */
export function picturesIn(files: readonly unknown[]): SlackFile[] {
  return files.flatMap((value) => {
    const file = fields(value);
    const id = word(file.id);
    const told = word(file.mimetype);
    const gone = file.mode === "tombstone" || file.mode === "hidden_by_limit";
    // Slack may still be working on a file, or tell no more than its id (file_access "check_file_info"); looking into it comes later.
    const dull = told !== undefined && DULL.has(told) && PICTURE_NAME.test(word(file.name) ?? "");
    const type = dull ? undefined : told;
    const perhaps = type === undefined || type.startsWith("image/");
    if (id === undefined || gone || !perhaps) return [];
    const size = typeof file.size === "number" ? file.size : undefined;
    const url = word(file.url_private) ?? word(file.url_private_download);
    return [{ id, name: word(file.name) ?? word(file.title) ?? "picture", type, size, url }];
  });
}

function inBlocks(blocks: readonly unknown[]): SlackFile[] {
  return blocks.flatMap((value) => {
    const block = fields(value);
    const id = block.type === "image" ? word(fields(block.slack_file).id) : undefined;
    return id === undefined ? [] : [{ id, ...UNKNOWN, name: "picture" }];
  });
}

function readMetadata(value: unknown): Metadata | undefined {
  const { event_type, event_payload } = fields(value);
  if (event_type !== METADATA_TYPE) return undefined;
  const payload = fields(event_payload);
  const key = word(payload.key);
  const films = word(payload.films)?.split(" ") ?? [];
  return { ...(key === undefined ? {} : { key }), ...(films.length === 0 ? {} : { films }) };
}

export function writeMetadata({
  key,
  films,
}: Metadata): { event_type: string; event_payload: Record<string, string> } | undefined {
  if (key === undefined && films === undefined) return undefined;
  const payload = { ...(key === undefined ? {} : { key }), ...(films === undefined ? {} : { films: films.join(" ") }) };
  return { event_type: METADATA_TYPE, event_payload: payload };
}
