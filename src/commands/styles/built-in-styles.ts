/** `config/styles.yaml`: the styles that come with the program. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";

interface BuiltInStyle {
  /** What people type: lower case letters. */
  readonly name: string;
  /** The reaction that chooses it: one code point, without a variation selector. */
  readonly emoji: string;
  /** One short line. */
  readonly help: string;
  /** The name of the style at the other end of a blend; that one names this one. */
  readonly opposite?: string;
  readonly credit: string;
  readonly licence: string;
  /** Of its image, a JPEG of 512 x 512 pixels. */
  readonly path: string;
}

const line = (what: string, longest: number) =>
  z.string().trim().min(1, `give ${what}`).max(longest, `at most ${longest} characters`);

const Entry = z.strictObject({
  // Emoji that need a variation selector come back from platforms in two spellings.
  emoji: z.string().regex(/^\p{Emoji_Presentation}$/u, "give one emoji that is a single character, such as 🌻"),
  help: line("one short line of help", 80),
  opposite: z.string().optional(),
});

const StylesFile = z
  .strictObject({
    licence: line("a licence", 80),
    credit: line("a credit", 200),
    styles: z.record(z.string().regex(/^[a-z]{2,20}$/, "a style's name is 2 to 20 lower case letters"), Entry),
  })
  .check(({ value: { styles }, issues }) => {
    const owners = new Map<string, string>();
    const wrong = (name: string, field: string, message: string) =>
      issues.push({ code: "custom", path: ["styles", name, field], message, input: styles });
    for (const [name, { emoji, opposite }] of Object.entries(styles)) {
      const owner = owners.get(emoji);
      if (owner !== undefined) wrong(name, "emoji", `${emoji} is ${owner}'s already; give another`);
      owners.set(emoji, name);
      if (opposite === undefined) continue;
      const other = Object.hasOwn(styles, opposite) ? styles[opposite] : undefined;
      if (opposite === name) wrong(name, "opposite", "a style is not its own opposite; name another, or leave it out");
      else if (!other)
        wrong(name, "opposite", `there is no style ${opposite}; name one of ${Object.keys(styles).join(", ")}`);
      else if (other.opposite !== name)
        wrong(name, "opposite", `${opposite} does not name ${name} as its opposite; write opposite: ${name} there`);
    }
  });

/**
 * Reads the styles out of the file's text.
 *
 * @param file names the text in errors
 * @param folder holds the images, one `NAME.jpg` a style
 * @throws Error with a line for each thing that is wrong, naming the style
 */
export function parseBuiltInStyles(text: string, file: string, folder: string): readonly BuiltInStyle[] {
  const parsed = StylesFile.safeParse(parse(text));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  const { licence, credit, styles } = parsed.data;
  return Object.entries(styles).map(([name, { emoji, help, opposite }]) => {
    const path = join(folder, `${name}.jpg`);
    if (!existsSync(path))
      throw new Error(`${file}: styles.${name} has no picture; npx tsx scripts/make-styles.ts ${name} draws ${path}`);
    return { name, emoji, help, ...(opposite === undefined ? {} : { opposite }), credit, licence, path };
  });
}

// `config` is beside `src` and `dist` alike.
const CONFIG = fileURLToPath(new URL("../../../config", import.meta.url));
let loaded: readonly BuiltInStyle[] | undefined;

/** The styles that come with the program, in the order in which people are shown them. */
export function loadBuiltInStyles(): readonly BuiltInStyle[] {
  const file = join(CONFIG, "styles.yaml");
  loaded ??= parseBuiltInStyles(readFileSync(file, "utf8"), file, join(CONFIG, "styles"));
  return loaded;
}
