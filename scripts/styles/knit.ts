/** Knitting: rows of stitches in wool, with patterns of the north. */
import { type Random, random } from "../../src/engine/images/random.js";
import { type Canvas, css, mixed, type Rgb, svgCanvas } from "./canvas.js";
import { placed } from "./marks.js";

const [RED, CREAM, PINE, NAVY, OCHRE]: readonly [Rgb, Rgb, Rgb, Rgb, Rgb] = [
  [190, 30, 40],
  [244, 234, 212],
  [26, 92, 74],
  [24, 42, 92],
  [226, 156, 40],
];
/** Bands of pattern: each line is a row of stitches, repeated across; # is the first colour, . the second. */
const BANDS: readonly { readonly colours: readonly [Rgb, Rgb]; readonly rows: readonly string[] }[] = [
  { colours: [RED, CREAM], rows: ["#...#...", ".#.#.#.#", "..#...#.", ".#.#.#.#", "#...#..."] },
  {
    colours: [CREAM, NAVY],
    rows: ["...#....", "..###...", ".##.##..", "##...##.", ".##.##..", "..###...", "...#...."],
  },
  { colours: [OCHRE, PINE], rows: ["##..", "##..", "..##", "..##"] },
  { colours: [CREAM, RED], rows: ["#...#...", "##.###.#", ".###.###", "..#...#."] },
  { colours: [PINE, CREAM], rows: ["#.", ".#", "#."] },
  { colours: [NAVY, OCHRE], rows: ["#..#..#.", ".##.##.#", "#..#..#."] },
];
/** Of a stitch, in pixels. */
const [WIDTH, HEIGHT] = [54, 42];

/** One stitch around (0, 0): two leaning strands of twisted wool. */
function stitch(colour: Rgb, next: Random): string {
  const wool = mixed(colour, [255, 255, 255], 0.08 * next());
  const [dark, light] = [css(mixed(wool, [0, 0, 0], 0.35)), css(mixed(wool, [255, 255, 255], 0.3))];
  const strand = (way: number): string =>
    `<g transform="translate(${(way * WIDTH) / 4} 0) rotate(${way * -30})"><ellipse rx="${WIDTH * 0.25}" ry="${HEIGHT * 0.74}" fill="${css(wool)}" stroke="${css(mixed(wool, [0, 0, 0], 0.6))}" stroke-width="3"/><path d="M-6 ${-HEIGHT * 0.4}Q3 0 -5 ${HEIGHT * 0.45}M5 ${-HEIGHT * 0.5}Q10 -6 6 ${HEIGHT * 0.3}" fill="none" stroke="${dark}" stroke-width="3"/><path d="M-1 ${-HEIGHT * 0.5}Q6 -6 0 ${HEIGHT * 0.4}" fill="none" stroke="${light}" stroke-width="3.5"/></g>`;
  return strand(-1) + strand(1);
}

export async function knit(side: number): Promise<Canvas> {
  const next = random(59);
  const lines = BANDS.flatMap(({ colours, rows }) => rows.map((row) => ({ colours, row })));
  const stitches: string[] = [];
  for (let j = -1; j * HEIGHT < side + HEIGHT; j++) {
    const line = lines[(j + lines.length) % lines.length];
    if (!line) continue;
    for (let i = 0; i * WIDTH < side + WIDTH; i++) {
      const colour = line.colours[line.row[i % line.row.length] === "#" ? 0 : 1];
      // Wool is never quite straight.
      const at = { x: i * WIDTH + 5 * Math.sin(j / 4) + 2 * next(), y: j * HEIGHT + 6 * Math.sin(i / 5) + 2 * next() };
      stitches.push(placed(stitch(colour, next), at, 0.06 * (next() - 0.5)));
    }
  }
  return svgCanvas(side, [30, 22, 26], stitches);
}
