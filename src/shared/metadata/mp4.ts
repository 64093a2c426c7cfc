/**
 * XMP in an MP4 (ISO/IEC 14496-12): a box of its own beside those of the film, which players leave alone. See the XMP
 * specification, part 3, 1.1.
 */

/** What a box with XMP begins with, after its length and name. */
const XMP_ID = Buffer.from("be7acfcb97a942e89c71999491e3afac", "hex");
const HEAD = 8;
const LONG_HEAD = 16;
/** Boxes beside one another: files have a handful, those in fragments some for each second. */
const MOST_BOXES = 10_000;

interface Box {
  readonly name: string;
  readonly data: Buffer;
}

/** Without decoding anything: the file as it is, then one more box, in parts. @throws Error where it is no such file */
export function markedMp4(file: Buffer, xmp: Buffer): Buffer[] {
  const [first] = boxesOf(file);
  if (first?.name !== "ftyp") throw new Error("an MP4 begins with its type");
  const head = Buffer.alloc(HEAD);
  head.writeUInt32BE(HEAD + XMP_ID.length + xmp.length, 0);
  head.write("uuid", 4, "latin1");
  return [file, head, XMP_ID, xmp];
}

/** The XMP in a file that may be a stranger's; undefined where there is none. */
export function mp4Xmp(file: Buffer): Buffer | undefined {
  if (file.toString("latin1", 4, 8) !== "ftyp") return undefined;
  try {
    const found = boxesOf(file).find(({ name, data }) => name === "uuid" && data.subarray(0, 16).equals(XMP_ID));
    return found?.data.subarray(XMP_ID.length);
  } catch {
    return undefined;
  }
}

/** @throws Error where the file is not made of whole boxes, one after the other */
function boxesOf(file: Buffer): Box[] {
  const boxes: Box[] = [];
  for (let at = 0; at < file.length; ) {
    const short = file.readUInt32BE(at);
    const long = short === 1;
    const length = long ? Number(file.readBigUInt64BE(at + HEAD)) : short;
    const head = long ? LONG_HEAD : HEAD;
    // One without a length goes to the end, so that nothing can be put behind it.
    if (length < head || at + length > file.length || boxes.length === MOST_BOXES)
      throw new Error("a box is not whole");
    boxes.push({ name: file.toString("latin1", at + 4, at + HEAD), data: file.subarray(at + head, at + length) });
    at += length;
  }
  return boxes;
}
