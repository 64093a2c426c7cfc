/** Tags that say how pixels are read: those of the baseline, of compressions, tiles, colours, and the ICC profile. */
const KEPT: ReadonlySet<number> = new Set([
  254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284, 286, 287,
  290, 291, 292, 293, 296, 301, 317, 318, 319, 320, 321, 322, 323, 324, 325, 332, 334, 336, 338, 339, 340, 341, 347,
  529, 530, 531, 532, 34675, 50674,
]);
/** Where pixels are, and how many bytes of them: in strips or in tiles. */
const PIXELS = [
  [273, 279],
  [324, 325],
] as const;
/** JPEG as TIFF 6 had it, whose tables lie anywhere. */
const OLD_JPEG = 513;
/** Bytes of a value, by its type. */
const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];
const [SHORT, LONG] = [3, 4];
/** More are in no picture. */
const [MOST_TAGS, MOST_PAGES] = [4096, 1000];

interface Tag {
  readonly id: number;
  readonly entry: number;
  readonly type: number;
  readonly count: number;
  /** Where its values are, and their bytes. */
  readonly at: number;
  readonly bytes: number;
}

/**
 * A TIFF in which only its pages' pixels and what is needed to read them are left, where they were; all else is zero:
 * EXIF, GPS, XMP, IPTC, texts, thumbnails beside the pages, and whatever follows the end.
 */
export function bareTiff(file: Buffer): Buffer {
  const tiff = new Reader(file);
  const bare = Buffer.alloc(file.length);
  let [end, kept] = [0, 0];
  const keep = (from: number, bytes: number): void => {
    if (from + bytes > file.length) throw new Error("a TIFF's value is outside the file");
    kept += bytes;
    // Strips that lie over one another would take for ever.
    if (kept > 2 * file.length) throw new Error("a TIFF of more pixels than bytes");
    file.copy(bare, from, from, from + bytes);
    end = Math.max(end, from + bytes);
  };
  keep(0, tiff.firstPage);
  let link = tiff.firstPage;
  for (let pages = 0, page = tiff.word(link); page !== 0; pages++) {
    if (pages === MOST_PAGES) throw new Error("a TIFF of too many pages");
    const { tags, next } = tiff.page(page);
    if (tags.some(({ id }) => id === OLD_JPEG)) throw new Error("a TIFF of an old kind");
    const wanted = tags.filter(({ id }) => KEPT.has(id));
    // Smaller values stand in the tags themselves.
    for (const { at, bytes } of wanted) if (bytes > tiff.wordBytes) keep(at, bytes);
    for (const [from, bytes] of pixelsOf(tags, tiff)) keep(from, bytes);
    tiff.writeWord(bare, link, page);
    link = tiff.writePage(bare, page, wanted);
    end = Math.max(end, link + tiff.wordBytes);
    page = next;
  }
  tiff.writeWord(bare, link, 0);
  return bare.subarray(0, end);
}

function* pixelsOf(tags: readonly Tag[], tiff: Reader): Generator<readonly [from: number, bytes: number]> {
  for (const [offsets, lengths] of PIXELS) {
    const places = tags.find(({ id }) => id === offsets);
    if (!places) continue;
    const sizes = tags.find(({ id }) => id === lengths);
    if (sizes?.count !== places.count) throw new Error("a TIFF does not say where its pixels end");
    for (let i = 0; i < places.count; i++) yield [tiff.value(places, i), tiff.value(sizes, i)];
  }
}

/** Numbers of a TIFF or a BigTIFF, in the file's order of bytes. */
class Reader {
  readonly #little: boolean;
  readonly #big: boolean;
  readonly #view: DataView;

  constructor(private readonly file: Buffer) {
    this.#little = file[0] === 0x49;
    this.#view = viewOf(file);
    this.#big = this.#short(2) === 43;
  }

  /** Of an offset, and of a count of values. */
  get wordBytes(): 4 | 8 {
    return this.#big ? 8 : 4;
  }

  /** Where the header says where the first page is described. */
  get firstPage(): number {
    return this.#big ? 8 : 4;
  }

  get #countBytes(): number {
    return this.#big ? 8 : 2;
  }

  get #entryBytes(): number {
    return this.#big ? 20 : 12;
  }

  word(at: number): number {
    return this.#big ? Number(this.#view.getBigUint64(at, this.#little)) : this.#view.getUint32(at, this.#little);
  }

  writeWord(to: Buffer, at: number, value: number): void {
    if (this.#big) viewOf(to).setBigUint64(at, BigInt(value), this.#little);
    else viewOf(to).setUint32(at, value, this.#little);
  }

  page(at: number): { readonly tags: readonly Tag[]; readonly next: number } {
    const count = this.#big ? this.word(at) : this.#short(at);
    if (count > MOST_TAGS) throw new Error("a TIFF of too many tags");
    const tags = Array.from({ length: count }, (_, i) => this.#tag(at + this.#countBytes + i * this.#entryBytes));
    return { tags, next: this.word(at + this.#countBytes + count * this.#entryBytes) };
  }

  /** Writes tags where a page had more of them. @returns where it says which page is next */
  writePage(to: Buffer, at: number, tags: readonly Tag[]): number {
    if (this.#big) this.writeWord(to, at, tags.length);
    else viewOf(to).setUint16(at, tags.length, this.#little);
    for (const [i, { entry }] of tags.entries()) {
      this.file.copy(to, at + this.#countBytes + i * this.#entryBytes, entry, entry + this.#entryBytes);
    }
    return at + this.#countBytes + tags.length * this.#entryBytes;
  }

  /** One of the whole numbers that a tag holds. */
  value({ type, at }: Tag, index: number): number {
    if (type === SHORT) return this.#short(at + 2 * index);
    return type === LONG ? this.#view.getUint32(at + 4 * index, this.#little) : this.word(at + 8 * index);
  }

  #short(at: number): number {
    return this.#view.getUint16(at, this.#little);
  }

  #tag(entry: number): Tag {
    const [id, type, count] = [this.#short(entry), this.#short(entry + 2), this.word(entry + 4)];
    const bytes = count * (SIZES[type] ?? 0);
    const value = entry + 4 + this.wordBytes;
    return { id, entry, type, count, bytes, at: bytes > this.wordBytes ? this.word(value) : value };
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
