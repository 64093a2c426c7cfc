import type { FastifyRequest } from "fastify";
import { ChatError } from "../../port/chat-error.js";
import type { Utterance } from "./conversation.js";
import type { WebChatLimits } from "./limits.js";

/**
 * Reads a message from a multipart form: text fields `channel`, `thread`, `text`, `repliesTo`, `nonce`, and files, each
 * with an optional `description-N` field for the N-th file (from 0), and a field `spoiler-N` of "1" for one that is
 * hidden.
 *
 * @throws ChatError "too-large" and "forbidden".
 */
export async function readUtterance(request: FastifyRequest, limits: WebChatLimits): Promise<Utterance> {
  if (!request.isMultipart()) throw new ChatError("forbidden", "web.not-a-form");
  const fields = new Map<string, string>();
  const files: { bytes: Uint8Array; name: string }[] = [];
  try {
    for await (const part of request.parts()) {
      if (part.type === "file") files.push({ bytes: await part.toBuffer(), name: part.filename });
      else if (typeof part.value === "string") fields.set(part.fieldname, part.value);
    }
  } catch (cause) {
    throw uploadError(cause, limits);
  }
  const field = (name: string) => fields.get(name) ?? "";
  const nonce = field("nonce");
  if (!/^[\w-]{8,64}$/.test(nonce)) throw new ChatError("forbidden", "web.nonce");
  return {
    channel: field("channel"),
    thread: field("thread") || undefined,
    text: field("text"),
    repliesTo: field("repliesTo") || undefined,
    nonce,
    images: files.map((file, index) => {
      const about = { description: field(`description-${index}`), spoiler: field(`spoiler-${index}`) === "1" };
      return { ...file, ...about };
    }),
  };
}

function uploadError(cause: unknown, { uploadBytes, picturesPerMessage }: WebChatLimits): ChatError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "FST_REQ_FILE_TOO_LARGE") {
    const megabytes = Math.round((uploadBytes / 1024 / 1024) * 10) / 10;
    return new ChatError("too-large", "web.image-too-large", { megabytes }, { cause });
  }
  if (code === "FST_FILES_LIMIT")
    return new ChatError("too-large", "web.too-many-images", { count: picturesPerMessage }, { cause });
  return new ChatError("forbidden", "web.incomplete", {}, { cause });
}
