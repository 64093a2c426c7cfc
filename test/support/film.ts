/** A short film with a camera that goes in a circle and a disc that crosses the picture, covering and uncovering it. */
import sharp from "sharp";
import { toInterleaved } from "../../src/engine/images/codec.js";
import { fitInside, type Raster } from "../../src/engine/images/raster.js";
import { cropRaster, resize } from "../../src/engine/images/resample.js";
import { warp } from "../../src/engine/images/warp.js";

/** How far the camera goes from the middle, as a share of the longer side. */
const SWAY = 0.06;

/**
 * Frames of a film that loops.
 * @param side longer side of a frame in pixels
 */
export function cameraFilm(photo: Raster, count: number, side: number): Raster[] {
  const { width, height } = fitInside(photo.width, photo.height, side);
  const wide = resize(photo, Math.round(width * 1.25), Math.round(height * 1.25));
  const corner = { x: Math.floor((wide.width - width) / 2), y: Math.floor((wide.height - height) / 2), width, height };
  return Array.from({ length: count }, (_, i) => {
    const turn = (2 * Math.PI * i) / count;
    const move = { dx: SWAY * side * Math.cos(turn), dy: SWAY * 0.5 * side * Math.sin(turn), degrees: Math.sin(turn) };
    const frame = cropRaster(warp(wide, move), corner);
    const [x, y] = [width * (0.5 + 0.35 * Math.cos(turn)), height * (0.6 + 0.15 * Math.sin(turn))];
    return withDisc(frame, x, y, side / 9);
  });
}

/** A striped disc whose stripes go with it. */
function withDisc(frame: Raster, x: number, y: number, radius: number): Raster {
  const { width, height } = frame;
  const data = frame.data.slice();
  for (let i = 0; i < width * height; i++) {
    const [u, v] = [(i % width) - x, Math.floor(i / width) - y];
    const share = Math.min(1, Math.max(0, radius - Math.hypot(u, v)));
    const light = 150 + 70 * Math.sin((4 * u + 2 * v) / radius);
    for (const [c, level] of [light, 0.6 * light, 60].entries()) {
      const at = c * width * height + i;
      data[at] = (1 - share) * (data[at] ?? 0) + share * level;
    }
  }
  return { width, height, data };
}

/** As a file. @param delays how long each frame is shown, in milliseconds */
export async function filmFile(
  frames: readonly Raster[],
  delays: readonly number[],
  { format = "gif", loop = 0 }: { readonly format?: "gif" | "webp"; readonly loop?: number } = {},
): Promise<Uint8Array> {
  const [first] = frames;
  if (!first) throw new Error("a film has no frame");
  const { width, height } = first;
  const raw = { width, height: height * frames.length, channels: 3, pageHeight: height } as const;
  const film = sharp(Buffer.concat(frames.map(toInterleaved)), { raw, limitInputPixels: false });
  const options = { loop, delay: [...delays] };
  return format === "gif" ? film.gif(options).toBuffer() : film.webp({ ...options, lossless: true }).toBuffer();
}
