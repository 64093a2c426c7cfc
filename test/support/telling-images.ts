import sharp, { type Sharp } from "sharp";

/** What stands in the files below, and must stand in none that others get. */
export const SECRET = "Ann Owner, serial 4711, at home";

const FORMATS = {
  jpeg: (image: Sharp) => image.jpeg(),
  png: (image: Sharp) => image.png(),
  webp: (image: Sharp) => image.webp(),
  avif: (image: Sharp) => image.avif({ effort: 0 }),
  tiff: (image: Sharp) => image.tiff({ compression: "lzw" }),
  gif: (image: Sharp) => image.gif(),
} as const;

type Format = keyof typeof FORMATS;

const XMP = `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
  xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
  xmlns:dc="http://purl.org/dc/elements/1.1/"
  dc:creator="${SECRET}"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;
const EXIF = {
  IFD0: { Artist: SECRET, Make: SECRET },
  IFD2: { CameraOwnerName: SECRET, BodySerialNumber: SECRET },
  IFD3: { GPSLatitudeRef: "N", GPSLatitude: "51/1 30/1 0/1", GPSLongitudeRef: "E", GPSLongitude: "7/1 27/1 0/1" },
};

/** A picture that tells up from down and left from right, in colours of a profile. */
function drawing(): Sharp {
  const [width, height] = [48, 32];
  const pixels = Buffer.from(
    Array.from({ length: width * height }, (_, i) => [5 * (i % width), 7 * Math.floor(i / width), 90]).flat(),
  );
  return sharp(pixels, { raw: { width, height, channels: 3 } }).withIccProfile("p3");
}

/** A file of a phone that films while it takes a photo: another file behind the picture. */
export const TRAILER = Buffer.concat([
  Buffer.from("\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "latin1"),
  Buffer.from(`\0\0\x10\0mdat ${SECRET} SEFH SEFT MotionPhoto_Data`, "latin1"),
]);

/** A TIFF with more tags, which libvips does not write: texts and what EXIF and GPS have of their own. */
function withTags(tiff: Buffer): Buffer {
  const page = tiff.readUInt32LE(4);
  const count = tiff.readUInt16LE(page);
  const entries = Array.from({ length: count }, (_, i) => tiff.subarray(page + 2 + 12 * i, page + 14 + 12 * i));
  const text = Buffer.from(`${SECRET}\0`);
  const entry = (tag: number, type: number, values: number, value: number) => {
    const written = Buffer.alloc(12);
    written.writeUInt16LE(tag);
    written.writeUInt16LE(type, 2);
    written.writeUInt32LE(values, 4);
    written.writeUInt32LE(value, 8);
    return written;
  };
  const directory = (tags: readonly Buffer[]) => Buffer.concat([Buffer.of(tags.length, 0), ...tags, Buffer.alloc(4)]);
  const [textAt, exifAt] = [tiff.length, tiff.length + text.length];
  // Owner and serial number, and a place's name.
  const exif = directory([0xa430, 0xa431, 0x1b].map((tag) => entry(tag, 2, text.length, textAt)));
  const own = [
    ...[270, 271, 315].map((tag) => entry(tag, 2, text.length, textAt)),
    ...[34665, 34853].map((tag) => entry(tag, 4, 1, exifAt)),
  ];
  const all = directory([...entries, ...own].sort((a, b) => a.readUInt16LE() - b.readUInt16LE()));
  const whole = Buffer.concat([tiff, text, exif, all]);
  whole.writeUInt32LE(exifAt + exif.length, 4);
  return whole;
}

/** An image file of a format that tells, in one of the ways in which such files do, who made it and where. */
export const tellingImage = {
  async exif(format: Format): Promise<Buffer> {
    const file = await FORMATS[format](drawing().withExif(EXIF).withMetadata({ orientation: 6 })).toBuffer();
    return format === "tiff" ? withTags(file) : file;
  },
  xmp: (format: Format): Promise<Buffer> => FORMATS[format](drawing().withXmp(XMP)).toBuffer(),
  trailer: async (format: Format): Promise<Buffer> =>
    Buffer.concat([await FORMATS[format](drawing()).toBuffer(), TRAILER]),
} as const;
