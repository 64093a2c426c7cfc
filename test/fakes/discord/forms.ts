/** What may stand in a message: Discord's rules for the form of a request. */
import { ComponentType, MessageFlags } from "discord-api-types/v10";
import { ApiError, invalid } from "./api-error.js";

export interface UploadedFile {
  readonly key: string;
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

export interface Payload {
  readonly body: Readonly<Record<string, unknown>>;
  readonly files: readonly UploadedFile[];
}

export interface AttachmentEntry {
  readonly id: string;
  readonly filename?: string;
  readonly description?: string;
}

/** The parts of a message's form, checked; undefined is what was not given. */
export interface MessageForm {
  readonly content?: string;
  readonly components?: readonly object[];
  readonly flags?: number;
  readonly attachments?: readonly AttachmentEntry[];
  readonly mentioned?: readonly string[];
  readonly nonce?: string;
  readonly enforceNonce: boolean;
}

const ALLOWED_FLAGS = MessageFlags.SuppressEmbeds | MessageFlags.SuppressNotifications;

/** @throws ApiError 50035 where Discord would. */
export function readMessage({ body, files }: Payload, interaction: boolean): MessageForm {
  const { content, components, flags, attachments, nonce } = body;
  if (content !== undefined && content !== null && typeof content !== "string")
    throw invalid("content", "Could not interpret as string.");
  if (typeof content === "string" && content.length > 2000)
    throw invalid("content", "Must be 2000 or fewer in length.");
  if (files.length > 10) throw invalid("files", "Must be 10 or fewer in length.");
  if (nonce !== undefined && String(nonce).length > 25) throw invalid("nonce", "Must be 25 or fewer in length.");
  const allowed = ALLOWED_FLAGS | (interaction ? MessageFlags.Ephemeral : 0);
  if (typeof flags === "number" && (flags & ~allowed) !== 0)
    throw invalid("flags", `Flags ${flags} may not be set here.`);
  if (components !== undefined) checkComponents(components);
  const entries = attachments === undefined ? undefined : readAttachments(attachments, files);
  return {
    ...(content === undefined ? {} : { content: content === null ? "" : (content as string).trim() }),
    ...(components === undefined ? {} : { components: components as object[] }),
    ...(typeof flags === "number" ? { flags } : {}),
    ...(entries === undefined ? {} : { attachments: entries }),
    mentioned: readMentions(body, typeof content === "string" ? content : ""),
    ...(nonce === undefined ? {} : { nonce: String(nonce) }),
    enforceNonce: body.enforce_nonce === true,
  };
}

function readAttachments(given: unknown, files: readonly UploadedFile[]): AttachmentEntry[] {
  if (!Array.isArray(given)) throw invalid("attachments", "Must be an array.");
  return given.map((entry: { id?: unknown; filename?: unknown; description?: unknown }) => {
    const id = String(entry.id);
    const isNew = /^\d{1,2}$/.test(id);
    if (isNew && !files.some(({ key }) => key === `files[${id}]`))
      throw invalid("attachments", `No file for attachment ${id}.`);
    if (typeof entry.description === "string" && entry.description.length > 1024)
      throw invalid("attachments", "Must be 1024 or fewer in length.");
    return {
      id,
      ...(typeof entry.filename === "string" ? { filename: entry.filename } : {}),
      ...(typeof entry.description === "string" ? { description: entry.description } : {}),
    };
  });
}

/** Who is notified. */
function readMentions({ allowed_mentions }: Payload["body"], content: string): string[] {
  const named = [...content.matchAll(/<@!?(\d+)>/g)].map(([, id = ""]) => id);
  if (allowed_mentions === undefined) return named;
  const { parse = [], users = [] } = allowed_mentions as { parse?: string[]; users?: string[] };
  if (parse.includes("users") && users.length > 0)
    throw invalid("allowed_mentions", "parse and users are mutually exclusive.");
  if (users.length > 100) throw invalid("allowed_mentions", "Must be 100 or fewer in length.");
  return parse.includes("users") ? named : named.filter((id) => users.includes(id));
}

interface ButtonForm {
  readonly type?: unknown;
  readonly style?: unknown;
  readonly custom_id?: unknown;
  readonly label?: unknown;
  readonly emoji?: { readonly name?: unknown; readonly id?: unknown };
}

function checkComponents(given: unknown): void {
  if (!Array.isArray(given)) throw invalid("components", "Must be an array.");
  if (given.length > 5) throw invalid("components", "Must be 5 or fewer in length.");
  const ids = new Set<string>();
  for (const row of given as { type?: unknown; components?: unknown }[]) {
    if (row.type !== ComponentType.ActionRow || !Array.isArray(row.components))
      throw invalid("components", "Value must be an action row.");
    if (row.components.length < 1 || row.components.length > 5)
      throw invalid("components", "Must be between 1 and 5 in length.");
    for (const button of row.components as ButtonForm[]) {
      if (button.type !== ComponentType.Button) throw invalid("components", "This fake knows buttons only.");
      if (typeof button.style !== "number" || button.style < 1 || button.style > 4)
        throw invalid("components", "Value must be one of 1, 2, 3, 4.");
      if (typeof button.custom_id !== "string" || button.custom_id.length < 1 || button.custom_id.length > 100) {
        throw invalid("components.custom_id", "Must be between 1 and 100 in length.");
      }
      if (ids.has(button.custom_id)) throw invalid("components.custom_id", "Component custom id cannot be duplicated");
      ids.add(button.custom_id);
      if (button.label === undefined && button.emoji === undefined)
        throw invalid("components.label", "A button must have a label or an emoji.");
      if (button.label !== undefined && (typeof button.label !== "string" || button.label.length > 80)) {
        throw invalid("components.label", "Must be 80 or fewer in length.");
      }
      if (button.emoji !== undefined && !isEmoji(String(button.emoji.name)) && !button.emoji.id)
        throw invalid("components.emoji", "Invalid emoji");
    }
  }
}

/** Unicode sets: Node 20 has them, but the compiler takes them in literals only for later targets. */
const UNICODE_SETS = "v";
const EMOJI = new RegExp("^\\p{RGI_Emoji}$", UNICODE_SETS);

/** With and without the selector that makes a sign colourful, as Discord takes both. */
export function isEmoji(text: string): boolean {
  return EMOJI.test(text) || EMOJI.test(`${text}\ufe0f`) || EMOJI.test(text.replaceAll("\ufe0f", ""));
}

/** Name of a file as Discord keeps it. */
export function safeName(name: string): string {
  return name.replace(/[^\w.-]+/g, "_").slice(0, 260) || "unknown";
}

export function emptyMessage(): ApiError {
  return new ApiError(400, 50006, "Cannot send an empty message");
}
