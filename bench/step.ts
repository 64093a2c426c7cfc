/**
 * How long does one style-transfer step take?
 *
 * Usage: npx tsx bench/step.ts [NETWORK] [SIZE ...]     prints one JSON line a size
 * Without arguments: VGG19 with random weights (no download) at 256 and 512 pixels.
 */

import { withEngine } from "../src/cli/engine.js";
import { respawn } from "../src/cli/respawn.js";
import { measureStep, STEP_NETWORK } from "../src/engine/measure/step.js";
import { lacksTunables } from "../src/engine/process/environment.js";

if (lacksTunables()) await respawn();
const [network = STEP_NETWORK, ...sizes] = process.argv.slice(2);
await withEngine({ json: true }, async (engine) => {
  for (const size of sizes.length > 0 ? sizes.map(Number) : [256, 512]) {
    process.stdout.write(`${JSON.stringify({ network, ...(await measureStep(engine, { network, size })) })}\n`);
  }
});
