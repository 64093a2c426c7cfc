import type { OpenFile, WorkFile } from "../../src/port/gallery.js";
import type { Picture } from "../../src/port/messages.js";

/** A work's file that is in memory. */
export function workFile({ bytes, name, type }: Pick<Picture, "bytes" | "name" | "type">): WorkFile {
  const read: OpenFile["read"] = async function* (start, end) {
    yield bytes.subarray(start, end);
  };
  return { name, type, open: async () => ({ size: bytes.byteLength, read }) };
}
