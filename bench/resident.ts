/**
 * What does the engine's process hold once a dream is done? Built programs side by side, in turns.
 *
 * Usage: npx tsx bench/resident.ts [--rounds 3] [--size 512] [--wait 15] [DIR ...]     DIR has `dist`; this one's when left out
 *
 * Each round starts the program's own engine process (`dist/engine/process/host.js`), dreams the sample photo with
 * ResNet50 and the defaults but one step an octave, and reads Linux's VmRSS and VmHWM at once and after WAIT seconds.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import pino from "pino";
import { loadConfig } from "../src/app/settings/load-settings.js";
import { median } from "../src/engine/measure/step.js";
import type { EngineHost } from "../src/engine/process/host.js";

interface Resident {
  readonly done: number;
  readonly idle: number;
  readonly peak: number;
}

/** Kilobytes of a process, as /proc gives them, in megabytes of 1e6 bytes. */
function proc(pid: number, key: string): number {
  const found = new RegExp(`^${key}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Math.round((Number(found) * 1024) / 1e6);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "3" },
    size: { type: "string", default: "512" },
    wait: { type: "string", default: "15" },
  },
});
const folders = (positionals.length > 0 ? positionals : ["."]).map((folder) => resolve(folder));
const { models } = loadConfig();
const image = readFileSync(new URL("../config/sample.jpg", import.meta.url));

async function measure(folder: string): Promise<Resident> {
  const host = pathToFileURL(join(folder, "dist/engine/process/host.js")).href;
  const { EngineHost: Host } = (await import(host)) as { EngineHost: typeof EngineHost };
  const logger = pino({ level: "silent" });
  const engine = new Host({ modelsDir: models.dir, modelsPath: models.path, logger });
  const request = { recipe: "dream", params: { size: Number(values.size), steps: 1 }, pictures: { image } };
  await engine.run(request, { signal: new AbortController().signal, onFrame: () => undefined });
  const { pid = 0 } = engine.status();
  const done = proc(pid, "VmRSS");
  await new Promise((resume) => setTimeout(resume, Number(values.wait) * 1000));
  const resident = { done, idle: proc(pid, "VmRSS"), peak: proc(pid, "VmHWM") };
  await engine.close();
  return resident;
}

// The loader of this file would be handed on, and takes hundreds of megabytes.
process.execArgv = [];
const found = new Map<string, Resident[]>(folders.map((folder) => [folder, []]));
for (let round = 0; round < Number(values.rounds); round++)
  for (const folder of folders) found.get(folder)?.push(await measure(folder));
for (const [folder, rounds] of found) {
  const of = (key: keyof Resident): number => median(rounds.map((resident) => resident[key]));
  process.stdout.write(`${folder}: ${of("done")} MB when done, ${of("idle")} MB idle, peak ${of("peak")} MB\n`);
}
