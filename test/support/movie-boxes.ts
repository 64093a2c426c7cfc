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

/** The same with an address or a path in place of an alias: `url `, as standards have it. */
export function elsewhereByUrl(film: Buffer, url: string): Buffer {
  const entry = Buffer.concat([Buffer.alloc(4), Buffer.from("url "), Buffer.alloc(4), Buffer.from(`${url}\0`)]);
  entry.writeUInt32BE(entry.length, 0);
  return withBody(film, DREF, Buffer.concat([Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]), entry]));
}

/** A film whose first track is there so many times more. */
export function withTracks(film: Buffer, count: number): Buffer {
  const [moov, trak] = boxesTo(film, "moov/trak");
  if (!moov || !trak) throw new Error("the film has no track");
  const end = trak.at + trak.size;
  const more = Buffer.concat(Array<Buffer>(count).fill(film.subarray(trak.at, end)));
  const changed = Buffer.concat([film.subarray(0, end), more, film.subarray(end)]);
  changed.writeUInt32BE(moov.size + more.length, moov.at);
  return changed;
}

/** A film whose list of edits shows its beginning so many times, each for so many milliseconds. */
export function repeatsBeginning(film: Buffer, times: number, milliseconds: number): Buffer {
  const entries = Buffer.alloc(8 + 12 * times);
  entries.writeUInt32BE(times, 4);
  for (let at = 8; at < entries.length; at += 12) {
    entries.writeUInt32BE(milliseconds, at);
    entries.writeUInt32BE(0x10000, at + 8);
  }
  return withBody(film, "moov/trak/edts/elst", entries);
}

/** A film that says that it, and its only sample, last so long. */
export function claimsSeconds(film: Buffer, seconds: number): Buffer {
  const changed = Buffer.from(film);
  const bodyOf = (path: string): number => (boxesTo(film, path).at(-1)?.at ?? 0) + 8;
  const scale = (path: string): number => film.readUInt32BE(bodyOf(path) + 12);
  const times = (path: string): number => Math.min(0xffffffff, seconds * scale(path));
  const [whole, track] = ["moov/mvhd", "moov/trak/mdia/mdhd"];
  changed.writeUInt32BE(times(whole), bodyOf(whole) + 16);
  changed.writeUInt32BE(times(whole), bodyOf("moov/trak/tkhd") + 20);
  changed.writeUInt32BE(times(whole), bodyOf("moov/trak/edts/elst") + 8);
  changed.writeUInt32BE(times(track), bodyOf(track) + 16);
  changed.writeUInt32BE(times(track), bodyOf("moov/trak/mdia/minf/stbl/stts") + 12);
  return changed;
}

/** A film that says that it has so many samples of one byte. */
export function claimsSamples(film: Buffer, count: number): Buffer {
  const sizes = (boxesTo(film, "moov/trak/mdia/minf/stbl/stsz").at(-1)?.at ?? 0) + 8;
  const times = (boxesTo(film, "moov/trak/mdia/minf/stbl/stts").at(-1)?.at ?? 0) + 8;
  const chunks = (boxesTo(film, "moov/trak/mdia/minf/stbl/stsc").at(-1)?.at ?? 0) + 8;
  const changed = Buffer.from(film);
  changed.writeUInt32BE(1, sizes + 4);
  changed.writeUInt32BE(count, sizes + 8);
  changed.writeUInt32BE(count, times + 8);
  changed.writeUInt32BE(count, chunks + 12);
  return changed;
}

const element = (id: string, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const size = Buffer.alloc(8);
  size.writeUInt32BE(0x01000000, 0);
  size.writeUInt32BE(body.length, 4);
  return Buffer.concat([Buffer.from(id, "hex"), size, body]);
};

/** Matroska's chapters that play a part of another file, by that one's id, in place of this one's frames. */
export function orderedChapters(): Buffer {
  const [begin, end] = [Buffer.alloc(8), Buffer.alloc(8)];
  end.writeBigUInt64BE(3_600_000_000_000n);
  const atom = element(
    "b6",
    element("73c4", Buffer.from([1])),
    element("91", begin),
    element("92", end),
    element("6e67", Buffer.alloc(16, 7)),
  );
  return element("1043a770", element("45b9", element("45dd", Buffer.from([1])), atom));
}
