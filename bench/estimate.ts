/**
 * How true is the time that people are told? Jobs of mixed sizes with the real engine, each told before it runs what it
 * will take, from what those before it have taught.
 *
 * Usage: npx tsx bench/estimate.ts [--recipes dream,stylize,neuron] [--jobs 20] [--network squeezenet] [--cpu]
 * Prints each job, and of those after the first ten how many were told within 30 %. `--cpu` measures one thread's
 * processor time, for a machine that others use too.
 */
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { loadConfig } from "../src/app/settings/load-settings.js";
import { completed, costKey } from "../src/engine/recipes/definition.js";
import { DEFINITIONS } from "../src/engine/recipes/definitions.js";
import { createEngine } from "../src/index.js";
import { Estimator } from "../src/queue/estimator.js";

const { values } = parseArgs({
  options: {
    recipes: { type: "string", default: "dream,stylize,neuron" },
    jobs: { type: "string", default: "20" },
    network: { type: "string", default: "resnet50" },
    cpu: { type: "boolean", default: false },
  },
});
const LEARNT = 10;
const NEAR = 0.3;
const SIZES = [64, 96, 128, 192, 256, 320, 384, 448, 512];

const estimator = new Estimator(loadConfig().queue.estimate);
const engine = await createEngine(values.cpu ? { threads: 1 } : {});
const image = await readFile(new URL("../config/sample.jpg", import.meta.url));
let state = 7;
const draw = <T>(from: readonly T[]): T => {
  state = (state * 48_271) % 2_147_483_647;
  return from[state % from.length] as T;
};
const clock = () => (values.cpu ? process.cpuUsage().user / 1e6 : performance.now() / 1000);

for (const name of values.recipes.split(",")) {
  const definition = DEFINITIONS.find((known) => known.name === name);
  if (!definition) throw new Error(`${name} is no recipe.`);
  let near = 0;
  for (let job = 0; job < Number(values.jobs); job++) {
    const params = { size: draw(SIZES), steps: draw([5, 10, 20]), network: values.network, seed: job };
    const all = completed(definition, params);
    const [cost, key] = [definition.cost(all), costKey(definition, all)];
    const told = estimator.seconds(key, cost);
    const start = clock();
    const pictures = Object.keys(definition.pictures).length > 0 ? { image, style: image, style1: image } : {};
    const { runtime } = await engine.run({ recipe: name, params, pictures });
    const took = clock() - start;
    estimator.learn(key, cost, took, runtime);
    const ratio = told / took;
    if (job >= LEARNT && Math.abs(ratio - 1) <= NEAR) near++;
    process.stdout.write(
      `${name} ${params.size} px ${params.steps} steps, cost ${cost.toFixed(3)}: told ${told.toFixed(2)} s, ` +
        `took ${took.toFixed(2)} s, ${ratio.toFixed(2)}\n`,
    );
  }
  process.stdout.write(`${name}: ${near} of ${Number(values.jobs) - LEARNT} within ${NEAR * 100} %\n`);
}
await engine.close();
