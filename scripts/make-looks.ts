/**
 * Dreams the small pictures of the looks that people are shown beside their names, `config/looks/LOOK.jpg`: each from
 * noise, by the first network of the catalogue that has it.
 *
 * Usage: npx tsx scripts/make-looks.ts [LOOK...]     all of them when left out
 */
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { argv, execPath } from "node:process";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { parse } from "yaml";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Dreamt larger than shown: below that, most looks have no room. */
const [DREAMT, SHOWN] = [224, 96];

const catalogue = parse(await readFile(join(ROOT, "config/networks.yaml"), "utf8")) as Readonly<
  Record<string, { readonly dream: { readonly looks: Readonly<Record<string, unknown>> } }>
>;
const networks = new Map<string, string>();
for (const [network, { dream }] of Object.entries(catalogue))
  for (const look of Object.keys(dream.looks)) if (!networks.has(look)) networks.set(look, network);

const wanted = argv.slice(2).length > 0 ? argv.slice(2) : [...networks.keys()];
const folder = join(ROOT, "config/looks");
await mkdir(folder, { recursive: true });
const work = await mkdtemp(join(tmpdir(), "looks-"));
try {
  for (const look of wanted) {
    const network = networks.get(look);
    if (network === undefined)
      throw new Error(`There is no look ${look}: name one of ${[...networks.keys()].join(", ")}.`);
    const large = join(work, `${look}.png`);
    const options = [
      "--look",
      look,
      "--network",
      network,
      "--size",
      String(DREAMT),
      "--strength",
      "1.6",
      "--seed",
      "3",
    ];
    const line = ["--import", "tsx", join(ROOT, "src/cli.ts"), "dream", "-o", large, ...options];
    execFileSync(execPath, line, { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
    const small = await sharp(large).resize(SHOWN, SHOWN).jpeg({ quality: 84, mozjpeg: true }).toBuffer();
    await writeFile(join(folder, `${look}.jpg`), small);
    console.log(`${look} (${network}): ${small.length} bytes`);
  }
} finally {
  await rm(work, { recursive: true, force: true });
}
