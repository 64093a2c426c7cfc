/** Run by `node --expose-gc`: the megabytes it holds after freeing 300 MB among blocks in use, as JSON. */
import { setImmediate } from "node:timers/promises";
import { memoryReturner } from "../../../src/engine/process/give-back.js";

const megabytes = () => Math.round(process.memoryUsage.rss() / 1e6);

let problem: string | undefined;
const giveBack = await memoryReturner((error) => {
  problem = String(error);
});
giveBack();
const before = megabytes();
// Too small for mappings of their own; each twentieth stays, so that what lies between cannot be cut off.
let blocks = Array.from({ length: 3000 }, () => new Uint8Array(100_000).fill(1).buffer);
const grown = megabytes() - before;
blocks = blocks.filter((_, at) => at % 20 === 0);
globalThis.gc?.();
// V8 frees on a thread of its own after its collection.
for (let round = 0; round < 1000 && megabytes() - before > grown / 2; round++) {
  giveBack();
  await setImmediate();
}
process.stdout.write(JSON.stringify({ grown, left: megabytes() - before, kept: blocks.length, problem }));
