/** Boxes of a file, of its description, and items of it that are pictures or parts of them. */
const FILE: ReadonlySet<string> = new Set(["ftyp", "meta", "mdat"]);
const META: ReadonlySet<string> = new Set("hdlr pitm iinf iloc iprp iref idat dinf grpl".split(" "));
const ITEMS: ReadonlySet<string> = new Set(["av01", "grid", "iovl", "iden", "tmap"]);
/** Properties that tell of people and times: descriptions, labels, dates, and programs' own. */
const TELLING: ReadonlySet<string> = new Set(["udes", "altt", "crtt", "mdft", "uuid"]);

/** ISO/IEC 14496-12. */
interface Box {
  readonly type: string;
  readonly start: number;
  /** Behind its size and type. */
  readonly body: number;
  readonly end: number;
}

/**
 * An AVIF in which only the picture and what is needed to read it are left, where they were; all else is zero: EXIF,
 * XMP, names, boxes of programs. Whatever follows the last box is left out.
 */
export function bareAvif(file: Buffer): Buffer {
  const bare = Buffer.from(file);
  const boxes = boxesIn(file, 0, file.length);
  const [brands, meta] = [part(boxes, "ftyp"), part(boxes, "meta")];
  if (/avis|msf1/.test(file.toString("latin1", brands.body, brands.end))) throw new Error("an AVIF that is no still");
  const parts = boxesIn(file, meta.body + 4, meta.end);
  const [items, places] = [part(parts, "iinf"), part(parts, "iloc")];
  const data = parts.find(({ type }) => type === "idat");
  for (const box of boxes) if (!FILE.has(box.type)) empty(bare, box);
  for (const box of parts) if (!META.has(box.type)) empty(bare, box);
  for (const box of propertiesOf(file, part(parts, "iprp"))) if (TELLING.has(box.type)) empty(bare, box);
  const pictures = picturesOf(bare, items);
  for (const { body, end, type } of [...boxes, ...parts]) if (/^[im]dat$/.test(type)) bare.fill(0, body, end);
  let kept = 0;
  for (const [from, to] of placesOf(file, places, pictures, data?.body)) {
    kept += to - from;
    // Items that lie over one another would take for ever.
    if (kept > 2 * file.length) throw new Error("an AVIF of more pixels than bytes");
    file.copy(bare, from, from, to);
  }
  return bare.subarray(0, boxes.findLast(({ type }) => FILE.has(type))?.end);
}

function boxesIn(file: Buffer, from: number, to: number): Box[] {
  const boxes: Box[] = [];
  for (let start = from; start + 8 <= to; ) {
    const size = file.readUInt32BE(start);
    const body = start + (size === 1 ? 16 : 8);
    const end = size === 0 ? to : start + (size === 1 ? Number(file.readBigUInt64BE(start + 8)) : size);
    if (end < body || end > to) break;
    boxes.push({ type: file.toString("latin1", start + 4, start + 8), start, body, end });
    start = end;
  }
  return boxes;
}

function part(parts: readonly Box[], wanted: string): Box {
  const found = parts.find(({ type }) => type === wanted);
  if (!found) throw new Error(`an AVIF without ${wanted}`);
  return found;
}

function propertiesOf(file: Buffer, { body, end }: Box): Box[] {
  const lists = boxesIn(file, body, end).filter(({ type }) => type === "ipco");
  return lists.flatMap((list) => boxesIn(file, list.body, list.end));
}

/** Readers skip boxes of the type "free". */
function empty(file: Buffer, { start, body, end }: Box): void {
  file.write("free", start + 4, "latin1");
  file.fill(0, body, end);
}

/** Numbers of the items that are pictures. The others become items of a type that no reader knows; all lose names. */
function picturesOf(file: Buffer, { body, end }: Box): ReadonlySet<number> {
  const pictures = new Set<number>();
  for (const entry of boxesIn(file, body + (file[body] === 0 ? 6 : 8), end)) {
    const version = file[entry.body] ?? 0;
    if (version < 2) throw new Error("an AVIF that does not say what its items are");
    const wide = version > 2;
    const type = entry.body + (wide ? 10 : 8);
    const id = wide ? file.readUInt32BE(entry.body + 4) : file.readUInt16BE(entry.body + 4);
    if (ITEMS.has(file.toString("latin1", type, type + 4))) pictures.add(id);
    else file.write("free", type, "latin1");
    file.fill(0, type + 4, entry.end);
  }
  return pictures;
}

/** From where to where the bytes of items are. */
function placesOf(
  file: Buffer,
  { body }: Box,
  items: ReadonlySet<number>,
  data: number | undefined,
): (readonly [number, number])[] {
  let at = body + 4;
  const next = (bytes: number): number => {
    at += bytes;
    if (bytes === 0) return 0;
    return bytes === 8 ? Number(file.readBigUInt64BE(at - 8)) : file.readUIntBE(at - bytes, bytes);
  };
  const version = file[body] ?? 0;
  const sizes = next(2);
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexBytes = version > 0 ? sizes & 15 : 0;
  const idBytes = version > 1 ? 4 : 2;
  const places: (readonly [number, number])[] = [];
  for (let count = next(idBytes); count > 0; count--) {
    const id = next(idBytes);
    const method = version > 0 ? next(2) & 15 : 0;
    next(2);
    const base = next(baseBytes);
    for (let extents = next(2); extents > 0; extents--) {
      next(indexBytes);
      const offset = base + next(offsetBytes);
      const length = next(lengthBytes);
      // 0: in the file, 1: in the box of small data, 2: made of other items.
      if (!items.has(id) || method > 1) continue;
      if (method === 1 && data === undefined) throw new Error("an AVIF without its data");
      const from = offset + (method === 1 ? (data ?? 0) : 0);
      places.push([from, length === 0 ? file.length : from + length]);
    }
  }
  return places;
}
