/** Applications' extensions that say how often an animation runs, and what its colours mean. */
const KEPT: ReadonlySet<string> = new Set(["NETSCAPE2.0", "ANIMEXTS1.0", "ICCRGBG1012"]);
const [IMAGE, EXTENSION, END] = [0x2c, 0x21, 0x3b];
/** Labels of extensions. */
const [CONTROL, APPLICATION] = [0xf9, 0xff];

/** A GIF without comments, XMP, other extensions of programs, and whatever follows the end. */
export function bareGif(file: Buffer): Buffer {
  let at = 13 + tableLength(file[10]);
  const kept = [file.subarray(0, at)];
  while (at < file.length && file[at] !== END) {
    const start = at;
    const kind = file[at];
    if (kind === IMAGE) at = afterBlocks(file, at + 11 + tableLength(file[at + 9]));
    else if (kind === EXTENSION) at = afterBlocks(file, at + 2);
    // Some programs write an empty block too many.
    else if (kind === 0) at += 1;
    else throw new Error("no block of a GIF begins here");
    if (kind === IMAGE || (kind === EXTENSION && isKept(file, start))) kept.push(file.subarray(start, at));
  }
  return Buffer.concat([...kept, file.subarray(at, at + 1)]);
}

function isKept(file: Buffer, at: number): boolean {
  const label = file[at + 1];
  return label === CONTROL || (label === APPLICATION && KEPT.has(file.toString("latin1", at + 3, at + 14)));
}

/** Bytes of a table of colours, by the flags that tell of it. */
function tableLength(flags = 0): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
}

/** Blocks tell their length; an empty one is the last. */
function afterBlocks(file: Buffer, from: number): number {
  let at = from;
  for (let length = file[at] ?? 0; length > 0; length = file[at] ?? 0) at += 1 + length;
  return at + 1;
}
