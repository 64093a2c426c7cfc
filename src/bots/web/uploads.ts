import type { MultipartFile } from "@fastify/multipart";
import type { FastifyRequest } from "fastify";
import PQueue from "p-queue";
import { ChatError } from "../../port/chat-error.js";
import { deferred } from "../../shared/async.js";
import type { Utterance } from "./conversation.js";
import type { WebChatLimits } from "./limits.js";
import { addressOf } from "./sessions.js";

/** Messages with images of one person that are read, wait or are worked on; more are refused. */
const MOST_OF_ONE = 12;

/** How long a connection stays open after that was answered, for the answer to arrive, in milliseconds. */
const LINGER_MS = 1_000;

/** A message that is arriving. */
interface Arriving {
  readonly address: string;
  /** Bytes of its files and fields so far, which are in memory. */
  bytes: number;
  /** Ends it: the rest is read and thrown away. */
  readonly end: (reason: ChatError) => void;
}

/**
 * Messages on their way in. A slow sender holds nothing that others need: bodies are read side by side, as long
 * as they come fast enough and fit into memory together; then each person's images are taken one message after the
 * other, and text waits for nothing.
 */
export class Uploads {
  readonly #arriving = new Set<Arriving>();
  readonly #people = new Map<string, { messages: number; readonly turns: PQueue }>();

  constructor(private readonly limits: WebChatLimits) {}

  /**
   * Reads a message, and hands it on in its person's turn.
   * @throws ChatError for a form that cannot be used, comes too slowly, or is one too many
   */
  async take<T>(person: string, request: FastifyRequest, use: (said: Utterance) => Promise<T>): Promise<T> {
    const own = this.#people.get(person) ?? { messages: 0, turns: new PQueue({ concurrency: 1 }) };
    if (own.messages >= MOST_OF_ONE) throw new ChatError("rate-limited", "web.uploads-yours");
    own.messages += 1;
    this.#people.set(person, own);
    try {
      const said = await this.#read(request);
      return await (said.images.length === 0 ? use(said) : own.turns.add(() => use(said)));
    } finally {
      own.messages -= 1;
      if (own.messages === 0) this.#people.delete(person);
    }
  }

  async #read(request: FastifyRequest): Promise<Utterance> {
    if (!request.isMultipart()) throw new ChatError("forbidden", "web.not-a-form");
    const ended = deferred<never>();
    const arriving: Arriving = {
      address: addressOf(request),
      bytes: 0,
      end: (reason) => {
        this.#arriving.delete(arriving);
        ended.reject(reason);
      },
    };
    this.#arriving.add(arriving);
    const stopWatching = this.#watch(request, arriving);
    const reading = readUtterance(request, this.limits, (bytes) => this.#keeps(arriving, bytes));
    reading.catch(() => undefined);
    try {
      return await Promise.race([reading, ended.promise]);
    } finally {
      stopWatching();
      this.#arriving.delete(arriving);
    }
  }

  /** Ends a body that stops coming, or hardly comes. */
  #watch({ raw }: FastifyRequest, { end }: Arriving): () => void {
    const { leastBytes, leastMs } = this.limits;
    let before = raw.socket.bytesRead;
    const timer = setInterval(() => {
      const now = raw.socket.bytesRead;
      if (now - before < leastBytes) {
        end(new ChatError("timeout", "web.upload-slow"));
        // Its rest would take as long as its sender likes.
        setTimeout(() => !raw.complete && raw.socket.destroy(), LINGER_MS).unref();
      }
      before = now;
    }, leastMs);
    return () => clearInterval(timer);
  }

  /**
   * Whether more bytes of a message are kept. When memory runs out, the largest message of the address that sends most
   * gives way.
   */
  #keeps(arriving: Arriving, bytes: number): boolean {
    arriving.bytes += bytes;
    const all = [...this.#arriving];
    if (sumOf(all) > this.limits.arrivingBytes) {
      const from = new Map(all.map(({ address }) => [address, all.filter((each) => each.address === address)]));
      const most = [...from.values()].reduce((one, other) => (sumOf(other) > sumOf(one) ? other : one));
      const largest = most.reduce((one, other) => (other.bytes > one.bytes ? other : one));
      largest.end(new ChatError("unavailable", "web.uploads-busy"));
    }
    return this.#arriving.has(arriving);
  }
}

function sumOf(messages: readonly Arriving[]): number {
  return messages.reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * Reads a message from a multipart form: text fields `channel`, `thread`, `text`, `repliesTo`, `picture`, `nonce`, and
 * files, each with an optional `description-N` field for the N-th file (from 0), and a field `spoiler-N` of "1" for one
 * that is hidden.
 *
 * @param keeps told of the bytes of files and fields as they come; whether they are kept
 * @throws ChatError "too-large" and "forbidden".
 */
async function readUtterance(
  request: FastifyRequest,
  limits: WebChatLimits,
  keeps: (bytes: number) => boolean,
): Promise<Utterance> {
  const fields = new Map<string, string>();
  const files: { bytes: Uint8Array; name: string }[] = [];
  try {
    for await (const part of request.parts()) {
      // Whatever the type says, it may have no name.
      if (part.type === "file") files.push({ bytes: await readFile(part, keeps), name: part.filename || "picture" });
      else if (typeof part.value === "string" && keeps(Buffer.byteLength(part.value)))
        fields.set(part.fieldname, part.value);
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
    picture: /^\d{1,2}$/.test(field("picture")) ? Number(field("picture")) : undefined,
    nonce,
    images: files.map((file, index) => {
      const about = { description: field(`description-${index}`), spoiler: field(`spoiler-${index}`) === "1" };
      return { ...file, ...about };
    }),
  };
}

async function readFile({ file }: MultipartFile, keeps: (bytes: number) => boolean): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of file as AsyncIterable<Buffer>) {
    if (keeps(chunk.byteLength)) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (file.truncated) throw new FileTooLarge();
  return Buffer.concat(chunks);
}

class FileTooLarge extends Error {
  readonly code = "FST_REQ_FILE_TOO_LARGE";
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
