/** The door by which strangers' pictures come in: checked by their bytes, and looked at where a filter is set. */
import { withImage } from "./image-process.js";
import type { ImageTasks } from "./image-tasks.js";

type Admit = ImageTasks["admit"];

/**
 * Looks at a picture that has been checked.
 * @param name what it is called in messages
 * @throws PictureError for one that is not let in
 */
type Gate = (bytes: Uint8Array, name: string) => Promise<void>;

let gate: Gate | undefined;

/** From here on pictures are let in only by this; by their bytes alone when there is none. */
export function gateImagesBy(chosen: Gate | undefined): void {
  gate = chosen;
}

/**
 * A stranger's file, checked, without what is not the picture, and let in by the filter.
 * @throws PictureError
 */
export async function admitImage(
  bytes: Uint8Array,
  options: Parameters<Admit>[1],
): Promise<Awaited<ReturnType<Admit>>> {
  const image = await withImage("admit", bytes, options);
  await gate?.(image.bytes, options.name);
  return image;
}
