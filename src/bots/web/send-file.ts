import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { WorkFile } from "../../port/gallery.js";

/** Bytes from the first up to, without, the end. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Answers with a file, or the range of it that is asked for, as players ask for films; or that the browser's own is
 * still right, before it is read.
 *
 * @param tag the etag, where the file has one
 */
export async function sendFile(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  file: WorkFile,
  tag?: string,
): Promise<FastifyReply> {
  if (tag !== undefined && headers["if-none-match"] === tag) return reply.code(304).header("etag", tag).send();
  const opened = await file.open();
  const { size } = opened;
  reply.header("content-disposition", `inline; filename="${file.name}"`).header("accept-ranges", "bytes");
  if (tag !== undefined) reply.header("etag", tag);
  const isSame = headers["if-range"] === undefined || headers["if-range"] === tag;
  const span = isSame ? readRange(headers.range, size) : undefined;
  if (span === "beyond") return reply.code(416).header("content-range", `bytes */${size}`).send();
  const { start, end } = span ?? { start: 0, end: size };
  if (span) reply.code(206).header("content-range", `bytes ${start}-${end - 1}/${size}`);
  return reply
    .type(file.type)
    .header("content-length", end - start)
    .send(Readable.from(opened.read(start, end), { objectMode: false }));
}

/**
 * The range that a header asks for, "beyond" where the file ends before it. Undefined for the whole file: what is no
 * range of bytes is ignored, and so are several at once.
 *
 * @example readRange("bytes=-2", 10) // { start: 8, end: 10 }
 */
export function readRange(header: string | undefined, size: number): Span | "beyond" | undefined {
  const [, first = "", last = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  const length = Number(last);
  if (first === "") return Math.min(length, size) === 0 ? "beyond" : { start: Math.max(0, size - length), end: size };
  const [start, end] = [Number(first), last === "" ? size : Math.min(size, Number(last) + 1)];
  if (last !== "" && Number(last) < start) return undefined;
  return start < size ? { start, end } : "beyond";
}
