/** The process in which strangers' image files are opened: see `image-process.ts`. */

import type { ImageAnswer, ImageOrder } from "./image-process.js";
import { IMAGE_TASKS } from "./image-tasks.js";
import { frugal, onlyCommonFormats } from "./native.js";
import { SentenceError } from "./sentences/sentence-error.js";

onlyCommonFormats();
frugal();

async function answerTo({ id, task, bytes, options }: ImageOrder): Promise<ImageAnswer> {
  try {
    // Name and options come together from `ImageProcess.run`, which ties them by type.
    const work = IMAGE_TASKS[task] as (bytes: Uint8Array, options: unknown) => Promise<unknown>;
    return { id, result: await work(bytes, options) };
  } catch (error) {
    if (!(error instanceof SentenceError)) return { id, failed: String(error) };
    const { message, identifier, params } = error;
    return { id, refused: { message, identifier, params } };
  }
}

process.on("message", (order: ImageOrder) => {
  // When the parent is gone, no one waits for the answer.
  void answerTo(order).then((answer) => process.connected && process.send?.(answer, () => undefined));
});
process.on("disconnect", () => process.exit(0));
// A terminal sends Ctrl-C to the whole group: the parent decides when this process ends.
process.on("SIGINT", () => undefined);
