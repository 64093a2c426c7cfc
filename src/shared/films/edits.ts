/** Lists of edits in MP4: each entry shows a part of a film, so a small file can show one frame a million times. */

/** The boxes in which such a list is. */
const HOLDERS: ReadonlySet<string> = new Set(["moov", "trak", "edts"]);
/** So deep they lie. */
const DEPTH = 3;
/** Boxes that are looked at: a film that is made of more is odd. */
const MOST_BOXES = 10_000;
const HEAD = 8;

/** The most edits that a film has in one of its lists. */
export function mostEdits(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [most, looked] = [0, 0];
  const look = (from: number, to: number, depth: number): void => {
    for (let at = from; at + HEAD <= to && looked < MOST_BOXES; looked++) {
      const size = sizeAt(view, at, to);
      const name = String.fromCharCode(...bytes.subarray(at + 4, at + HEAD));
      if (name === "elst" && at + 16 <= to) most = Math.max(most, view.getUint32(at + 12));
      else if (HOLDERS.has(name) && depth < DEPTH) look(at + HEAD, Math.min(to, at + size), depth + 1);
      at += size;
    }
  };
  look(0, bytes.byteLength, 0);
  return looked < MOST_BOXES ? most : Number.POSITIVE_INFINITY;
}

function sizeAt(view: DataView, at: number, end: number): number {
  const size = view.getUint32(at);
  // The last one may reach to the end, and a large one has its size behind its name.
  if (size === 0) return end - at;
  if (size === 1 && at + 16 <= end) return Math.max(HEAD, Number(view.getBigUint64(at + HEAD)));
  return Math.max(HEAD, size);
}
