/** MP4 as its boxes, changed by hand: what ffmpeg writes by no option. */

interface Box {
  readonly at: number;
  readonly size: number;
}

/** The first box by its path of names, such as `moov/trak/mdia`, and those around it. */
function boxesTo(film: Buffer, path: string): Box[] {
  const found: Box[] = [];
  let [from, to] = [0, film.length];
  for (const name of path.split("/")) {
    let at = from;
    while (at + 8 <= to && film.toString("latin1", at + 4, at + 8) !== name) at += Math.max(8, film.readUInt32BE(at));
    if (at + 8 > to) throw new Error(`the film has no ${name}`);
    const size = film.readUInt32BE(at);
    found.push({ at, size });
    [from, to] = [at + 8, at + size];
  }
  return found;
}

/** The film with other bytes in the place of a box's body; its samples must stand before it. */
function withBody(film: Buffer, path: string, body: Buffer): Buffer {
  const boxes = boxesTo(film, path);
  const { at, size } = boxes.at(-1) ?? { at: 0, size: 0 };
  const grows = body.length - (size - 8);
  const changed = Buffer.concat([film.subarray(0, at + 8), body, film.subarray(at + size)]);
  for (const box of boxes) changed.writeUInt32BE(box.size + grows, box.at);
  return changed;
}

const DREF = "moov/trak/mdia/minf/dinf/dref";

/** A film whose samples are said to be in another file, by an alias of QuickTime's as ffmpeg reads it. */
export function elsewhere(film: Buffer, path: string): Buffer {
  const name = Buffer.from(path, "latin1");
  const padded = Buffer.concat([name, Buffer.alloc(name.length % 2)]);
  const number = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
  // Skipped; the volume; skipped; the file; skipped; levels between them; skipped; then the path, and the end.
  const head = Buffer.alloc(10 + 28 + 12 + 64 + 16 + 4 + 16);
  const record = Buffer.concat([head, number(2), number(padded.length), padded, number(0xffff), number(0)]);
  const entry = Buffer.concat([Buffer.alloc(4), Buffer.from("alis"), Buffer.alloc(4), record]);
  entry.writeUInt32BE(entry.length, 0);
  return withBody(film, DREF, Buffer.concat([Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]), entry]));
}

/** A film whose table of times says that it has so many frames. */
export function claimsFrames(film: Buffer, count: number): Buffer {
  const table = boxesTo(film, "moov/trak/mdia/minf/stbl/stts").at(-1);
  const changed = Buffer.from(film);
  if (table) changed.writeUInt32BE(count, table.at + 16);
  return changed;
}
