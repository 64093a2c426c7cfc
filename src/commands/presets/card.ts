import type { Picture } from "../../port/messages.js";
import { withMark } from "../../shared/metadata/with-mark.js";
import { sharp } from "../../shared/native.js";
import { sentence } from "../../shared/sentences/sentence.js";
import type { Preset } from "../../store/presets.js";
import { svgText } from "../presenting/tile-sheet.js";
import { creditOf, lineOf } from "./lines.js";

/** In pixels. */
const WIDTH = 560;
const MARGIN = 24;
const LINE = 24;
/** Characters of a line of the card. */
const COLUMNS = 50;
const MOST_LINES = 12;

/** A preset as a small picture that shows it, and holds it in its file: what chats can hand on anywhere. */
export async function presetCard(preset: Preset): Promise<Picture> {
  const { name } = preset;
  const [line, credits] = [lineOf(preset), creditOf(preset)];
  const lines = wrapped(line);
  const height = MARGIN * 2 + 30 + lines.length * LINE + 34;
  const text = (y: number, size: number, fill: string, said: string) =>
    svgText(`x="${MARGIN}" y="${y}" font-size="${size}" fill="${fill}"`, said);
  const rows = lines.map((part, index) => text(MARGIN + 62 + index * LINE, 16, "#f2eee6", part));
  const by = text(height - MARGIN + 4, 13, "#a9a2b5", credits);
  const size = `width="${WIDTH}" height="${height}"`;
  const drawn = [text(MARGIN + 22, 26, "#ffb86b", name), ...rows, by].join("");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="DejaVu Sans, sans-serif">${drawn}</svg>`;
  const card = await sharp({ create: { width: WIDTH, height, channels: 3, background: "#17151c" } })
    .composite([{ input: Buffer.from(svg), left: 0, top: 0 }])
    .png({ palette: true })
    .toBuffer();
  const bytes = withMark(new Uint8Array(card), "image/png", { line, preset: name, credits });
  const description = sentence("preset.card-alt", { name, line });
  return { bytes, name: `preset-${name}.png`, type: "image/png", description };
}

/** Broken at spaces where there are any. */
function wrapped(line: string): string[] {
  const lines: string[] = [];
  for (const word of line.split(" ").flatMap((each) => each.match(new RegExp(`.{1,${COLUMNS}}`, "gu")) ?? [])) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < COLUMNS) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), "…"] : lines;
}
