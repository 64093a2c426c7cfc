/** Draws the frames of an APNG, each whole. */
import type { Apng, ApngFrame } from "../../shared/metadata/apng.js";
import { sharp } from "../../shared/native.js";

const PIXEL = 4;

/** RGBA bytes of the first frames, one after the other; the buffer is the same each time. @throws for a damaged one */
export async function* drawnFrames({ width, height, frames }: Apng, count: number): AsyncGenerator<Buffer> {
  let canvas = Buffer.alloc(PIXEL * width * height);
  for (const frame of frames.slice(0, count)) {
    const before = frame.dispose === "previous" ? Buffer.from(canvas) : undefined;
    const part = await sharp(frame.file, { limitInputPixels: frame.width * frame.height, failOn: "error" })
      .toColourspace("srgb")
      .ensureAlpha()
      .raw()
      .toBuffer();
    if (part.length !== PIXEL * frame.width * frame.height) throw new Error("a frame has another size than it says");
    draw(canvas, width, frame, part);
    yield canvas;
    if (before) canvas = before;
    else if (frame.dispose === "background") clear(canvas, width, frame);
  }
}

function draw(canvas: Buffer, across: number, { x, y, width, height, over }: ApngFrame, part: Buffer): void {
  for (let row = 0; row < height; row++) {
    const [from, to] = [PIXEL * row * width, PIXEL * ((y + row) * across + x)];
    if (!over) part.copy(canvas, to, from, from + PIXEL * width);
    else for (let i = 0; i < PIXEL * width; i += PIXEL) lay(canvas, to + i, part, from + i);
  }
}

/** One pixel over another, neither multiplied by its alpha. */
function lay(canvas: Buffer, to: number, part: Buffer, from: number): void {
  const [above, below] = [(part[from + 3] ?? 0) / 255, (canvas[to + 3] ?? 0) / 255];
  const alpha = above + below * (1 - above);
  if (above === 0 || alpha === 0) return;
  for (let c = 0; c < 3; c++) {
    const level = (part[from + c] ?? 0) * above + (canvas[to + c] ?? 0) * below * (1 - above);
    canvas[to + c] = Math.round(level / alpha);
  }
  canvas[to + 3] = Math.round(255 * alpha);
}

function clear(canvas: Buffer, across: number, { x, y, width, height }: ApngFrame): void {
  for (let row = y; row < y + height; row++)
    canvas.fill(0, PIXEL * (row * across + x), PIXEL * (row * across + x + width));
}
