/**
 * A tfjs model that a package brings as browser modules (`model.min.js` and a module for each file of weights, as
 * browserify writes them): its files as they were before. Nothing of it is run: only the one literal that such a module
 * exports is read.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { TransferFailure } from "./transfer.js";

const ENDING = ".min.js";
/** The wrapper around what a module exports; the name of its variable is the minifier's. */
const BEFORE = /\{1:\[function\([\w$]+(?:,[\w$]+)*\)\{[\w$]+\.exports=/;
const AFTER = /\},\{\}\]\},\{\},\[1\]\)\(1\)\}\);?\s*$/;
/** What a literal of plain data is made of. All else is code, and refused. */
const TOKEN =
  /"[^"\\]*(?:\\.[^"\\]*)*"|-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|![01]|null\b|[A-Za-z_$][\w$]*(?=\s*:)|[[\]{}:,]|\s+/giy;
const WORDS: Readonly<Record<string, string>> = { "!0": "true", "!1": "false" };

const Model = z.object({ weightsManifest: z.array(z.object({ paths: z.array(z.string().regex(/^\w[\w.-]*$/)) })) });

/**
 * A literal of JavaScript with plain data, as a minifier writes it: names without quotes, `!0` for true, `.5`.
 * @throws SyntaxError for anything that is no plain data
 */
export function readLiteral(text: string): unknown {
  const json: string[] = [];
  let at = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (index !== at) break;
    at += token.length;
    const bare = /^[A-Za-z_$]/.test(token) && token !== "null";
    const number = token.replace(/^(-?)\./, "$10.").replace(/\.(?=e|$)/i, "");
    json.push(WORDS[token] ?? (token.startsWith('"') ? token : bare ? JSON.stringify(token) : number));
  }
  if (at !== text.length) throw new SyntaxError("not-plain-data");
  return JSON.parse(json.join(""));
}

async function exported(file: string): Promise<unknown> {
  const text = await readFile(file, "utf8");
  const [before, after] = [BEFORE.exec(text), AFTER.exec(text)];
  if (!before || !after) throw new SyntaxError("not-such-a-module");
  return readLiteral(text.slice(before.index + before[0].length, after.index));
}

/**
 * Writes the model's files into a folder of their own.
 * @param model its module, ending in `.min.js`
 * @throws TransferFailure where the package is made in another way
 */
export async function unpackModules(model: string, into: string): Promise<void> {
  try {
    const json = await exported(model);
    await mkdir(into, { recursive: true });
    for (const path of Model.parse(json).weightsManifest.flatMap(({ paths }) => paths)) {
      const encoded = z.string().parse(await exported(join(dirname(model), path + ENDING)));
      await writeFile(join(into, path), Buffer.from(encoded, "base64"));
    }
    await writeFile(join(into, `${basename(model, ENDING)}.json`), JSON.stringify(json));
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof z.ZodError)) throw cause;
    throw new TransferFailure(false, "transfer.no-model", { model: basename(model) }, { cause });
  }
}
