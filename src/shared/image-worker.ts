/** The process in which strangers' image files are opened: see `image-process.ts`. */
import { Socket } from "node:net";
import { endGroup, FILES, type ImageAnswer, type ImageOrder } from "./image-process.js";
import { IMAGE_TASKS } from "./image-tasks.js";
import { frugal, onlyCommonFormats } from "./native.js";
import { removeOwnScratchFolder } from "./scratch-folder.js";
import { SentenceError } from "./sentences/sentence-error.js";

onlyCommonFormats();
frugal();

const chunks: AsyncIterator<Buffer> = new Socket({ fd: FILES, readable: true, writable: false })[
  Symbol.asyncIterator
]();
/** What has been read of the next file already. */
let rest = Buffer.alloc(0);
/** Resolves when the file before has been read. */
let before: Promise<unknown> = Promise.resolve();

/** The next file, of so many bytes. */
async function nextFile(length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let filled = 0; filled < length; ) {
    if (rest.byteLength === 0) rest = (await chunks.next()).value;
    const part = rest.subarray(0, length - filled);
    bytes.set(part, filled);
    filled += part.byteLength;
    rest = rest.subarray(part.byteLength);
  }
  return bytes;
}

async function answerTo({ id, task, options }: ImageOrder, file: Promise<Uint8Array>): Promise<ImageAnswer> {
  try {
    // Name and options come together from `ImageProcess.run`, which ties them by type.
    const work = IMAGE_TASKS[task] as (bytes: Uint8Array, options: unknown) => Promise<unknown>;
    return { id, result: await work(await file, options) };
  } catch (error) {
    if (!(error instanceof SentenceError)) return { id, failed: String(error) };
    const { message, identifier, params } = error;
    return { id, refused: { message, identifier, params } };
  }
}

process.on("message", (order: ImageOrder) => {
  const file = before.then(() => nextFile(order.length));
  before = file;
  // When the parent is gone, no one waits for the answer.
  void answerTo(order, file).then((answer) => process.connected && process.send?.(answer, () => undefined));
});
process.on("disconnect", () => {
  removeOwnScratchFolder();
  endGroup(process.pid);
  process.exit(0);
});
// A terminal sends Ctrl-C to the whole group, and so do supervisors SIGTERM: the parent decides when this process ends.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => undefined);
