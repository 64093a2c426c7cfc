import type { FastifyRequest } from "fastify";
import { ChatError } from "../../port/chat-error.js";
import type { Utterance } from "./conversation.js";
import type { IncomingPicture } from "./pictures.js";

/**
 * Reads a message from a multipart form: text fields `channel`, `thread`, `text`, `repliesTo`, `nonce`, and files, each with an optional
 * `description-N` field for the N-th file (from 0), and a field `spoiler-N` of "1" for one that is hidden.
 *
 * @throws ChatError "too-large" and "forbidden".
 */
export async function readUtterance(
  request: FastifyRequest,
  limits: { readonly uploadBytes: number; readonly picturesPerMessage: number },
): Promise<Utterance> {
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
  const nonce = fields.get("nonce") ?? "";
  if (!/^[\w-]{8,64}$/.test(nonce)) throw new ChatError("forbidden", "web.nonce");
  const pictures: IncomingPicture[] = files.map(({ bytes, name }, index) => ({
    bytes,
    name,
    description: fields.get(`description-${index}`) ?? "",
    spoiler: fields.get(`spoiler-${index}`) === "1",
  }));
  const optional = (name: string) => fields.get(name) || undefined;
  return {
    channel: fields.get("channel") ?? "",
    thread: optional("thread"),
    text: fields.get("text") ?? "",
    repliesTo: optional("repliesTo"),
    nonce,
    pictures,
  };
}

function uploadError(
  cause: unknown,
  limits: { readonly uploadBytes: number; readonly picturesPerMessage: number },
): ChatError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "FST_REQ_FILE_TOO_LARGE") {
    const size = Math.round((limits.uploadBytes / 1024 / 1024) * 10) / 10;
    return new ChatError(
      "too-large",
      "web.image-too-large",
      { megabytes: size },
      {
        cause,
      },
    );
  }
  if (code === "FST_FILES_LIMIT")
    return new ChatError(
      "too-large",
      "web.too-many-images",
      { count: limits.picturesPerMessage },
      {
        cause,
      },
    );
  return new ChatError("forbidden", "web.incomplete", {}, { cause });
}
