/**
 * Is a step of the default dream faster than PyTorch's bare step?
 *
 * Usage: npx tsx bench/dream-step.ts [--peer FILE] [--python python3] [--sizes 512x384,256x192] [--pairs 5] [--json]
 *
 * Ours is the whole step (shift, loss and gradient, smoothing, normalisation, update), by the difference of dreams of 60
 * and 20 steps of ResNet50 at one size. FILE (or the environment's DREAM_STEP_PEER) is a Python program that takes WIDTH
 * and HEIGHT and prints JSON with `median_ms`, one step of the same network to the same layers. The two take turns;
 * medians of the pairs. Wall times mean something on a quiet machine only, so our CPU time is printed beside them.
 */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { parseArgs, promisify } from "node:util";
import sharp from "sharp";
import { z } from "zod";
import { withEngine } from "../src/cli/engine.js";
import { respawn } from "../src/cli/respawn.js";
import { median } from "../src/engine/measure/step.js";
import type { OpenEngine } from "../src/engine/open.js";
import { lacksTunables } from "../src/engine/process/environment.js";
import { runJob } from "../src/engine/run-job.js";

const [FEW, MANY] = [20, 60];
const PHOTO = new URL("../config/sample.jpg", import.meta.url);
const Peer = z.object({ median_ms: z.number() });

interface Time {
  readonly ms: number;
  /** Of all threads together. */
  readonly cpuMs: number;
}

const tenths = (value: number): number => Math.round(value * 10) / 10;

async function dream(engine: OpenEngine, image: Uint8Array, size: number, steps: number): Promise<Time> {
  const request = { recipe: "dream", params: { size, octaves: 1, steps, seed: 7 }, pictures: { image } };
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  await runJob(request, { ...engine, signal: new AbortController().signal, onFrame: () => undefined });
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - start, cpuMs: (user + system) / 1000 };
}

async function ourStep(engine: OpenEngine, image: Uint8Array, size: number): Promise<Time> {
  const few = await dream(engine, image, size, FEW);
  const many = await dream(engine, image, size, MANY);
  return { ms: (many.ms - few.ms) / (MANY - FEW), cpuMs: (many.cpuMs - few.cpuMs) / (MANY - FEW) };
}

async function peerStep(python: string, file: string, width: number, height: number): Promise<number> {
  const { stdout } = await promisify(execFile)(python, [file, String(width), String(height)]);
  return Peer.parse(JSON.parse(stdout)).median_ms;
}

if (lacksTunables()) await respawn();
const { values } = parseArgs({
  options: {
    peer: { type: "string" },
    python: { type: "string", default: "python3" },
    sizes: { type: "string", default: "512x384,256x192" },
    pairs: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
  },
});
const peer = values.peer ?? process.env.DREAM_STEP_PEER;
await withEngine({ json: true }, async (engine) => {
  for (const written of values.sizes.split(",")) {
    const [width = 512, height = 384] = written.split("x").map(Number);
    const photo = sharp(await readFile(PHOTO)).resize(width, height, { fit: "fill" });
    const image = await photo.png().toBuffer();
    const size = Math.max(width, height);
    await dream(engine, image, size, 2);
    const ours: Time[] = [];
    const theirs: number[] = [];
    for (let pair = 0; pair < Number(values.pairs); pair++) {
      ours.push(await ourStep(engine, image, size));
      if (peer) theirs.push(await peerStep(values.python, peer, width, height));
    }
    const [ms, cpuMs] = [median(ours.map((t) => t.ms)), median(ours.map((t) => t.cpuMs))];
    const peerMs = median(theirs);
    const compared = peer ? { peerMs: tenths(peerMs), ratio: Math.round((100 * peerMs) / ms) / 100 } : {};
    const result = { width, height, pairs: ours.length, ms: tenths(ms), cpuMs: tenths(cpuMs), ...compared };
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ ...result, load: loadavg()[0] })}\n`
        : `${written}: ours ${result.ms} ms (CPU ${result.cpuMs} ms)${peer ? `, the peer ${tenths(peerMs)} ms: ${(peerMs / ms).toFixed(2)} times as fast` : ""}, load ${loadavg()[0]?.toFixed(1)}\n`,
    );
  }
});
