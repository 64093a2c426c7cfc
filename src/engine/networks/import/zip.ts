/** Single files out of a zip archive, as Keras 3 writes it: stored or deflated, no more than is asked for in memory. */
import { type FileHandle, open } from "node:fs/promises";
import { promisify } from "node:util";
import { inflateRaw } from "node:zlib";
import { NetworkError } from "../network.js";

/** PKWARE's APPNOTE.TXT, 4.3. */
const LOCAL = { signature: 0x04034b50, size: 30 };
const CENTRAL = { signature: 0x02014b50, size: 46 };
const END = { signature: 0x06054b50, size: 22, mostComment: 65535 };
const STORED = 0;
const DEFLATED = 8;
/** Weights do not compress much; what unpacks to more is no model. */
const MOST_TIMES = 64;

interface Entry {
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

/** True for a file that begins as a zip archive does. */
export async function isZip(path: string): Promise<boolean> {
  const file = await open(path, "r");
  try {
    return (await bytesOf(file, 0, 4).catch(() => Buffer.alloc(4))).readUInt32LE(0) === LOCAL.signature;
  } finally {
    await file.close();
  }
}

async function bytesOf(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, at);
  if (bytesRead < length) throw new RangeError("the archive ends too early");
  return bytes;
}

/** The archive's table of contents. */
async function entriesOf(file: FileHandle): Promise<Map<string, Entry>> {
  const { size } = await file.stat();
  const tailSize = Math.min(size, END.size + END.mostComment);
  const tail = await bytesOf(file, size - tailSize, tailSize);
  let end = tailSize - END.size;
  while (end >= 0 && tail.readUInt32LE(end) !== END.signature) end--;
  if (end < 0) throw new RangeError("the archive has no table of contents");
  const [length, start] = [tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
  if (start + length > size) throw new RangeError("the table of contents lies outside the archive");
  const table = await bytesOf(file, start, length);
  const entries = new Map<string, Entry>();
  for (let at = 0; at + CENTRAL.size <= length && table.readUInt32LE(at) === CENTRAL.signature; ) {
    const nameLength = table.readUInt16LE(at + 28);
    entries.set(table.toString("utf8", at + CENTRAL.size, at + CENTRAL.size + nameLength), {
      method: table.readUInt16LE(at + 10),
      packed: table.readUInt32LE(at + 20),
      size: table.readUInt32LE(at + 24),
      offset: table.readUInt32LE(at + 42),
    });
    at += CENTRAL.size + nameLength + table.readUInt16LE(at + 30) + table.readUInt16LE(at + 32);
  }
  return entries;
}

async function unpacked(file: FileHandle, { method, packed, size, offset }: Entry): Promise<Buffer> {
  if (size > MOST_TIMES * packed + 65536) throw new RangeError("it unpacks to far more than weights do");
  const local = await bytesOf(file, offset, LOCAL.size);
  const start = offset + LOCAL.size + local.readUInt16LE(26) + local.readUInt16LE(28);
  if (start + packed > (await file.stat()).size) throw new RangeError("the archive ends too early");
  const bytes = await bytesOf(file, start, packed);
  if (method === STORED) return bytes;
  if (method !== DEFLATED) throw new RangeError(`compression ${method} is not known`);
  return promisify(inflateRaw)(bytes, { maxOutputLength: Math.max(size, 1) });
}

/**
 * Files of an archive by their names; what is not in it is left out.
 * @throws NetworkError "corrupt" when it is not an archive or is cut short
 */
export async function readZip(path: string, names: readonly string[]): Promise<Map<string, Buffer>> {
  const file = await open(path, "r");
  try {
    const entries = await entriesOf(file);
    const found = new Map<string, Buffer>();
    for (const name of names) {
      const entry = entries.get(name);
      if (entry) found.set(name, await unpacked(file, entry));
    }
    return found;
  } catch (error) {
    throw new NetworkError("corrupt", "model.not-zip", { path }, { cause: error });
  } finally {
    await file.close();
  }
}
