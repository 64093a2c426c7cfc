/**
 * What a picture's own file says of its making, as XMP: the standard's mark of machine-made pictures, and the line,
 * seed, network, credits and job that make it again. Read back, it is a stranger's word: anybody can write such a file.
 */
import { z } from "zod";
import { version } from "../version.js";

/** Names of presets, also those in a stranger's file. */
export const PRESET_NAME = /^[a-z][a-z0-9-]{1,19}$/;

const word = (most: number) => z.string().min(1).max(most);

const schema = z.strictObject({
  /** The command line that makes it again, given the pictures that it cannot name. */
  line: word(8_000).regex(/^\/[a-z]/),
  /** Of a card that holds a preset: its name. Such a card has no job. */
  preset: z.string().regex(PRESET_NAME).optional(),
  job: z
    .string()
    .regex(/^[A-Z0-9]{4,16}$/)
    .optional(),
  seed: z
    .string()
    .regex(/^\d{1,10}$/)
    .optional(),
  network: word(200).optional(),
  /** The version of the recipe. */
  version: z
    .string()
    .regex(/^\d{1,6}$/)
    .optional(),
  /** Roles of the pictures that it was made of, with spaces between them; left out where it was made from noise. */
  pictures: z
    .string()
    .regex(/^[a-z]+\d*(?: [a-z]+\d*){0,11}$/)
    .optional(),
  /** Who is to be named, as in a chat. */
  credits: word(2_000).optional(),
});

export type Mark = z.output<typeof schema>;
const PROPERTIES = schema.keyof().options;

/** Names of the properties begin with this prefix, which stands for that address. */
const PREFIX = "dreamloom";
const NAMESPACE = "urn:dreamloom:picture#";
/** The IPTC's words for pictures that a trained network has made from nothing, or of other pictures. */
const SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/";
const MADE = "trainedAlgorithmicMedia";
const MADE_OF = "compositeWithTrainedAlgorithmicMedia";

/** The most bytes of XMP that are read; the program's own take a tenth. */
export const MOST_XMP = 60_000;

/** The program that makes the pictures. */
export const MAKER = `Dreamloom ${version}`;

/** A mark as XMP. */
export function printMark(mark: Mark): string {
  const own = PROPERTIES.flatMap((key) =>
    mark[key] === undefined ? [] : [`${PREFIX}:${key}="${escaped(mark[key])}"`],
  );
  return [
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">',
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about=""',
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"',
    ` xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:${PREFIX}="${NAMESPACE}"`,
    ...(mark.preset === undefined ? [` Iptc4xmpExt:DigitalSourceType="${SOURCE_TYPES}${sourceType(mark)}"`] : []),
    ` xmp:CreatorTool="${escaped(MAKER)}"`,
    ...(mark.credits === undefined ? [] : [` photoshop:Credit="${escaped(mark.credits)}"`]),
    ` ${own.join(" ")}/>`,
    "</rdf:RDF>",
    "</x:xmpmeta>",
    '<?xpacket end="w"?>',
  ].join("\n");
}

function sourceType({ pictures }: Mark): string {
  return pictures === undefined ? MADE : MADE_OF;
}

/**
 * The mark in a stranger's XMP; undefined where there is none, or anything of it is not as it should be. Other programs
 * write properties as attributes or as elements.
 */
export function parseMark(xmp: string): Mark | undefined {
  if (xmp.length > MOST_XMP || !xmp.includes(NAMESPACE)) return undefined;
  const found = PROPERTIES.flatMap((key) => {
    const name = `${PREFIX}:${key}`;
    const written = new RegExp(`\\b${name}(?:\\s*=\\s*(?:"([^"<]*)"|'([^'<]*)')|>([^<]*)</${name}>)`).exec(xmp);
    const value = written?.slice(1).find((text) => text !== undefined);
    return value === undefined ? [] : [[key, unescaped(value).replace(UNSEEN, " ").trim()]];
  });
  const read = schema.safeParse(Object.fromEntries(found));
  return read.success ? read.data : undefined;
}

/** Control characters, and those that turn the direction of a text. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;

const ESCAPES: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos" };
const UNESCAPES = new Map(Object.entries(ESCAPES).map(([character, name]) => [name, character]));

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&${ESCAPES[character]};`);
}

function unescaped(text: string): string {
  return text.replace(/&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));/g, (all, name, decimal, hex) => {
    if (name !== undefined) return UNESCAPES.get(name) ?? all;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}
