/** Strokes of a brush on a picture, and the picture of a mask that they make: white is where. */

/** A place on the picture, in shares of its width and height. */
export type Place = readonly [x: number, y: number];

export interface Stroke {
  readonly erases: boolean;
  /** Diameter of the brush, as a share of the picture's longer side. */
  readonly size: number;
  readonly places: readonly Place[];
}

/** Longer side of a mask, in pixels, at most: results are no larger. */
const MASK_SIDE = 1024;

/** Draws strokes in one colour on what is transparent. */
export function drawStrokes(context: CanvasRenderingContext2D, strokes: readonly Stroke[], colour: string): void {
  const { width, height } = context.canvas;
  context.clearRect(0, 0, width, height);
  context.lineCap = "round";
  context.lineJoin = "round";
  context.strokeStyle = colour;
  for (const { erases, size, places } of strokes) {
    const [first, ...rest] = places;
    if (!first) continue;
    context.globalCompositeOperation = erases ? "destination-out" : "source-over";
    context.lineWidth = size * Math.max(width, height);
    context.beginPath();
    context.moveTo(first[0] * width, first[1] * height);
    // A line of no length is a dot: its ends are round.
    for (const [x, y] of rest.length > 0 ? rest : [first]) context.lineTo(x * width, y * height);
    context.stroke();
  }
  context.globalCompositeOperation = "source-over";
}

/** Whether anything is left of the strokes. */
export function paintsSomething(strokes: readonly Stroke[]): boolean {
  return strokes.some(({ erases }) => !erases);
}

/** The strokes as a PNG of the picture's proportions. */
export async function maskFile(strokes: readonly Stroke[], picture: { width: number; height: number }): Promise<File> {
  const scale = Math.min(1, MASK_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser draws on no canvas");
  drawStrokes(context, strokes, "#fff");
  context.globalCompositeOperation = "destination-over";
  context.fillRect(0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("this browser makes no PNG");
  return new File([blob], "mask.png", { type: "image/png" });
}
