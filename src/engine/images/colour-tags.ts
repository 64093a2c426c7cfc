/**
 * Colours that a file describes by numbers instead of a profile: PNG's cICP, gAMA and cHRM, AVIF's nclx box. libvips
 * reads profiles only, and takes all else for sRGB.
 */

/** CIE xy of red, green, blue and white. */
type Primaries = readonly [number, number, number, number, number, number, number, number];

/** How numbers become light: 1 is the white of ordinary pictures. */
type Curve = (encoded: number) => number;

interface ColourTags {
  readonly primaries: Primaries;
  readonly curve: Curve;
}

const D65 = [0.3127, 0.329] as const;
const SRGB: Primaries = [0.64, 0.33, 0.3, 0.6, 0.15, 0.06, ...D65];
/** sRGB's colours as amounts of light. */
export const LINEAR: ColourTags = { primaries: SRGB, curve: (v) => v };
/** By ITU-T H.273's numbers of colour primaries; those left out are taken for sRGB's. */
const PRIMARIES: Readonly<Record<number, Primaries>> = {
  5: [0.64, 0.33, 0.29, 0.6, 0.15, 0.06, ...D65],
  6: [0.63, 0.34, 0.31, 0.595, 0.155, 0.07, ...D65],
  7: [0.63, 0.34, 0.31, 0.595, 0.155, 0.07, ...D65],
  9: [0.708, 0.292, 0.17, 0.797, 0.131, 0.046, ...D65],
  11: [0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.314, 0.351],
  12: [0.68, 0.32, 0.265, 0.69, 0.15, 0.06, ...D65],
};

const srgb: Curve = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const power =
  (exponent: number): Curve =>
  (v) =>
    v ** exponent;

/** Luminance of ordinary white in HDR, in cd/m^2 (ITU-R BT.2408). */
const WHITE = 203;

/** SMPTE ST 2084: up to 10,000 cd/m^2. */
function perceptual(v: number): number {
  const p = v ** (32 / 2523);
  return (10_000 / WHITE) * (Math.max(0, p - 107 / 128) / (2413 / 128 - (2392 / 128) * p)) ** (8192 / 1305);
}

/** ITU-R BT.2100's HLG on a display of 1,000 cd/m^2, whose gamma is taken for each channel. */
function hybridLog(v: number): number {
  const scene = v <= 0.5 ? v ** 2 / 3 : (Math.exp((v - 0.55991073) / 0.17883277) + 0.28466892) / 12;
  return (1000 / WHITE) * scene ** 1.2;
}

/** By H.273's numbers of transfer characteristics; those left out, BT.709's too, are taken for sRGB's. */
const CURVES: Readonly<Record<number, Curve>> = {
  4: power(2.2),
  5: power(2.8),
  8: power(1),
  16: perceptual,
  18: hybridLog,
};

/** The tags of a file whose colours are not sRGB's; undefined where they are, or where a profile tells. */
export function colourTags(bytes: Uint8Array, format: string): ColourTags | undefined {
  if (format === "png") return pngTags(bytes);
  return format === "heif" ? avifTags(bytes) : undefined;
}

/** By H.273's numbers. */
function coded(primaries: number, transfer: number): ColourTags | undefined {
  const [known, curve] = [PRIMARIES[primaries], CURVES[transfer]];
  return known || curve ? { primaries: known ?? SRGB, curve: curve ?? srgb } : undefined;
}

const near = (a: number, b: number): boolean => Math.abs(a - b) < 0.01;

/** cICP goes before a profile, a profile before sRGB, that before gAMA and cHRM (PNG, third edition, 4.3). */
function pngTags(bytes: Uint8Array): ColourTags | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks = new Map<string, number>();
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (name === "IDAT") break;
    if (at + 12 + view.getUint32(at) <= bytes.length) chunks.set(name, at + 8);
  }
  const [cicp, gamma, chromaticities] = [chunks.get("cICP"), chunks.get("gAMA"), chunks.get("cHRM")];
  if (cicp !== undefined) return coded(bytes[cicp] ?? 0, bytes[cicp + 1] ?? 0);
  if (chunks.has("iCCP") || chunks.has("sRGB")) return undefined;
  // In a file: white x, y, red, green, blue.
  const number = (at: number): number => view.getUint32(at) / 100_000;
  const xy = chromaticities === undefined ? [] : [2, 3, 4, 5, 6, 7, 0, 1].map((i) => number(chromaticities + 4 * i));
  const told = xy.length > 0 && xy.every((v) => v > 0 && v < 1) && !xy.every((v, i) => near(v, SRGB[i] ?? 0));
  const exponent = gamma === undefined || number(gamma) === 0 ? 2.2 : 1 / number(gamma);
  const usual = Math.abs(exponent - 2.2) < 0.05;
  if (!told && usual) return undefined;
  return { primaries: told ? (xy as unknown as Primaries) : SRGB, curve: usual ? srgb : power(exponent) };
}

/** The first "colr" box of type "nclx"; one of type "prof" holds a profile, which goes before it. */
function avifTags(bytes: Uint8Array): ColourTags | undefined {
  // Boxes of a header: behind it lies the picture's data, which may hold anything.
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 16_384)).toString("latin1");
  const at = header.indexOf("colrnclx");
  if (at < 0 || header.includes("colrprof") || header.includes("colrrICC")) return undefined;
  const two = (from: number): number => 256 * header.charCodeAt(from) + header.charCodeAt(from + 1);
  return coded(two(at + 8), two(at + 10));
}

/** Rows of a 3 x 3 matrix, one after the other. */
type Matrix = readonly number[];

const times = (a: Matrix, b: Matrix): Matrix =>
  Array.from({ length: 9 }, (_, i) =>
    [0, 1, 2].reduce((sum, k) => sum + (a[3 * Math.floor(i / 3) + k] ?? 0) * (b[3 * k + (i % 3)] ?? 0), 0),
  );

const apply = (m: Matrix, v: readonly number[]): number[] =>
  [0, 3, 6].map((row) => [0, 1, 2].reduce((sum, k) => sum + (m[row + k] ?? 0) * (v[k] ?? 0), 0));

function inverse(m: Matrix): Matrix {
  const at = (row: number, column: number): number => m[3 * ((row + 3) % 3) + ((column + 3) % 3)] ?? 0;
  const cofactor = (r: number, c: number): number =>
    at(r + 1, c + 1) * at(r + 2, c + 2) - at(r + 1, c + 2) * at(r + 2, c + 1);
  const determinant = [0, 1, 2].reduce((sum, c) => sum + at(0, c) * cofactor(0, c), 0);
  return Array.from({ length: 9 }, (_, i) => cofactor(i % 3, Math.floor(i / 3)) / determinant);
}

const diagonal = ([a = 0, b = 0, c = 0]: readonly number[]): Matrix => [a, 0, 0, 0, b, 0, 0, 0, c];

/** XYZ of a colour of luminance 1. */
const xyz = (x: number, y: number): number[] => [x / y, 1, (1 - x - y) / y];

/** Linear RGB to XYZ: white is the sum of the primaries. */
function toXyz([rx, ry, gx, gy, bx, by, wx, wy]: Primaries): Matrix {
  const [r, g, b] = [xyz(rx, ry), xyz(gx, gy), xyz(bx, by)];
  const columns = [0, 1, 2].flatMap((i) => [r[i] ?? 0, g[i] ?? 0, b[i] ?? 0]);
  return times(columns, diagonal(apply(inverse(columns), xyz(wx, wy))));
}

const BRADFORD: Matrix = [0.8951, 0.2664, -0.1614, -0.7502, 1.7135, 0.0367, 0.0389, -0.0685, 1.0296];

/** Linear RGB of some primaries to sRGB's, white to white (Bradford). */
function toLinearSrgb(primaries: Primaries): Matrix {
  const from = apply(BRADFORD, xyz(primaries[6], primaries[7]));
  const to = apply(BRADFORD, xyz(...D65));
  const adapted = times(inverse(BRADFORD), times(diagonal(to.map((v, i) => v / (from[i] ?? 1))), BRADFORD));
  return times(inverse(toXyz(SRGB)), times(adapted, toXyz(primaries)));
}

/** What HDR shows between half of white and the brightest light of most of it, shares the range above. */
const [KNEE, PEAK] = [0.5, 1000 / WHITE];
const LEVELS = 65_535;

/** The factor that brings a colour of HDR, by its brightest channel, into 0..1 (extended Reinhard above the knee). */
function toneFactor(brightest: number): number {
  if (brightest <= KNEE) return 1;
  const [x, peak] = [(Math.min(brightest, PEAK) - KNEE) / (1 - KNEE), (PEAK - KNEE) / (1 - KNEE)];
  return (KNEE + ((1 - KNEE) * x * (1 + x / peak ** 2)) / (1 + x)) / brightest;
}

/**
 * Numbers of 16 bits in a file's own colours as sRGB of 8 bits.
 * @param channels of a pixel; those after the third are no colours, and only shortened
 */
export function toSrgb(pixels: Uint16Array, channels: number, { primaries, curve }: ColourTags): Buffer {
  const light = Float32Array.from({ length: LEVELS + 1 }, (_, i) => curve(i / LEVELS));
  const bright = (light[LEVELS] ?? 1) > 1.001;
  const encoded = Uint8Array.from({ length: LEVELS + 1 }, (_, i) => {
    const v = i / LEVELS;
    return Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
  });
  const shown = (v: number): number => encoded[Math.round(LEVELS * Math.min(1, Math.max(0, v)))] ?? 0;
  const [a = 1, b = 0, c = 0, d = 0, e = 1, f = 0, g = 0, h = 0, i = 1] = toLinearSrgb(primaries);
  const out = Buffer.alloc(pixels.length);
  for (let at = 0; at < pixels.length; at += channels) {
    const red = light[pixels[at] ?? 0] ?? 0;
    const green = light[pixels[at + 1] ?? 0] ?? 0;
    const blue = light[pixels[at + 2] ?? 0] ?? 0;
    const [R, G, B] = [a * red + b * green + c * blue, d * red + e * green + f * blue, g * red + h * green + i * blue];
    const factor = bright ? toneFactor(Math.max(R, G, B)) : 1;
    out[at] = shown(factor * R);
    out[at + 1] = shown(factor * G);
    out[at + 2] = shown(factor * B);
    for (let k = 3; k < channels; k++) out[at + k] = (pixels[at + k] ?? 0) >> 8;
  }
  return out;
}
