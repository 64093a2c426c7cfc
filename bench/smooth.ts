/**
 * How long does it take to smooth a gradient: in JavaScript, and by the runtime as products of matrices?
 *
 * Usage: npx tsx bench/smooth.ts     prints a Markdown table: medians of nine, in milliseconds
 */
import { random } from "../src/engine/images/random.js";
import { cascade, smoothByRuntime } from "../src/engine/optimize/smooth.js";
import { Programs } from "../src/engine/programs.js";
import { onnxRuntime } from "../src/engine/runtimes/onnx/onnx.js";

const SIGMA = 1.25;

async function median(work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < 12; run++) {
    const begun = performance.now();
    await work();
    if (run >= 3) times.push(performance.now() - begun);
  }
  return times.sort((a, b) => a - b)[4] ?? Number.NaN;
}

const programs = new Programs(onnxRuntime(), { maxBytes: 1e6 });
process.stdout.write("| size | JavaScript | runtime |\n| --- | --- | --- |\n");
for (const [width, height] of [
  [131, 98],
  [257, 193],
  [360, 270],
  [512, 384],
  [720, 540],
  [1000, 750],
  [1280, 960],
] as const) {
  const next = random(1);
  const gradient = { width, height, data: Float32Array.from({ length: 3 * width * height }, () => next() - 0.5) };
  const script = await median(() => cascade(gradient, SIGMA));
  const runtime = await median(() => smoothByRuntime(programs, gradient, SIGMA));
  process.stdout.write(`| ${width} x ${height} | ${script.toFixed(1)} | ${runtime.toFixed(1)} |\n`);
}
await programs.dispose();
