/** Letters drawn as strokes, so that labels look the same on machines that have no fonts at all. */
import { CHANNELS, type Raster } from "./raster.js";

/**
 * Strokes of each letter: points "xy" on a grid 4 wide, capitals from 0 to 6, tails down to 8; a space lifts the pen, a
 * dot is one point.
 */
const GLYPHS: Readonly<Record<string, string>> = {
  0: "103041453616050110",
  1: "112026 1636",
  2: "0110304142 420646",
  3: "0110304142334445361605 1333",
  4: "36300444",
  5: "40000333444536 3606",
  6: "41301001051636454433 331304",
  7: "004016",
  8: "130201103041423313 1304051636454433",
  9: "051636454130100102133342",
  a: "12324346 441405163645",
  b: "0006 0312324345361605",
  c: "4332120305163645",
  d: "4046 4332120305163645",
  e: "04444332120305163645",
  f: "40302126 1232",
  g: "4247381807 4332120305163645",
  h: "0006 0312324346",
  i: "2226 20",
  j: "32372818 30",
  k: "0006 4204 1446",
  l: "202536",
  m: "0206 03122326 23324346",
  n: "0206 0312324346",
  o: "123243453616050312",
  p: "0208 0312324345361605",
  q: "4248 4332120305163645",
  r: "0206 04132232",
  s: "43321203143445361605",
  t: "202536 1232",
  u: "0205163645 4246",
  v: "022642",
  w: "0216233642",
  x: "0246 4206",
  y: "0226 4218",
  z: "02420646",
  A: "062046 1434",
  B: "000636454433 0333424130 3000",
  C: "4130100105163645",
  D: "00062644422000",
  E: "40000646 0333",
  F: "400006 0333",
  G: "41301001051636454323",
  H: "0006 4046 0343",
  I: "2026",
  J: "4045361605",
  K: "0006 400346",
  L: "000646",
  M: "0600234046",
  N: "06004640",
  O: "103041453616050110",
  P: "06003041423303",
  Q: "103041453616050110 3446",
  R: "06003041423303 2346",
  S: "413010010213334445361605",
  T: "0040 2026",
  U: "000516364540",
  V: "002640",
  W: "0016223640",
  X: "0046 4006",
  Y: "002340 2326",
  Z: "00400646",
  " ": "",
  _: "0747",
  "/": "0740",
  "-": "1434",
  "+": "0444 2226",
  ".": "26",
  ",": "2617",
  ":": "23 26",
  "#": "1115 3135 0242 0444",
  "(": "30212536",
  ")": "10212516",
};
/** Stands for letters that are not drawn. */
const UNKNOWN = "011030414223 2324 26";

const CELL = 6;
const HEIGHT = 6;

type Segment = readonly [x0: number, y0: number, x1: number, y1: number];

function segmentsOf(glyph: string): Segment[] {
  return glyph
    .split(" ")
    .filter(Boolean)
    .flatMap((stroke) => {
      const points = (stroke.match(/../g) ?? []).map((p) => [Number(p[0]), Number(p[1])] as const);
      const [first] = points;
      if (points.length === 1 && first) return [[...first, ...first] as const];
      return points.slice(1).map((p, i) => [...(points[i] ?? p), ...p] as const);
    });
}

/** Width in pixels of a line of text whose capitals are `size` pixels high. */
export function textWidth(text: string, size: number): number {
  return Math.max(0, [...text].length * CELL - 2) * (size / HEIGHT);
}

interface Lettering {
  /** Left end of the text and top of its capitals, in pixels. */
  readonly x: number;
  readonly y: number;
  /** Height of capitals in pixels. */
  readonly size: number;
  /** Grey level, 0 is black. */
  readonly grey: number;
}

/** Writes a line of text into an image, in place; what lies outside the image is left out. */
export function write({ width, height, data }: Raster, text: string, { x, y, size, grey }: Lettering): void {
  const unit = size / HEIGHT;
  const pen = Math.max(0.55, size / 16);
  const plane = width * height;
  for (const [i, letter] of [...text].entries()) {
    const left = x + i * CELL * unit;
    const segments = segmentsOf(GLYPHS[letter] ?? UNKNOWN);
    for (let py = Math.max(0, Math.floor(y - 2)); py < Math.min(height, y + 9 * unit + 2); py++) {
      for (let px = Math.max(0, Math.floor(left - 2)); px < Math.min(width, left + 5 * unit + 2); px++) {
        let nearest = Number.POSITIVE_INFINITY;
        for (const [x0, y0, x1, y1] of segments) {
          nearest = Math.min(
            nearest,
            distance(px + 0.5, py + 0.5, left + x0 * unit, y + y0 * unit, left + x1 * unit, y + y1 * unit),
          );
        }
        const ink = Math.min(1, Math.max(0, pen - nearest + 0.5));
        if (ink === 0) continue;
        for (let c = 0; c < CHANNELS; c++) {
          const at = c * plane + py * width + px;
          data[at] = (1 - ink) * (data[at] ?? 0) + ink * grey;
        }
      }
    }
  }
}

/** From a point to a segment. */
function distance(px: number, py: number, x0: number, y0: number, x1: number, y1: number): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((px - x0) * dx + (py - y0) * dy) / length));
  return Math.hypot(px - x0 - t * dx, py - y0 - t * dy);
}
