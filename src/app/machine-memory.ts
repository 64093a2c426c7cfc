/** How much memory this machine has for pictures: read here, and nowhere else. */
import { totalmem } from "node:os";
import type { Config } from "./settings/load-settings.js";

const MEGABYTE = 1e6;
/**
 * What the program and its networks take before the first picture, and the system beside them: 1 to 1.4 GB by docs/benchmarks.md, and
 * 0.3 GB of VGG19's weights as Winograd's algorithm wants them (36 numbers for 9).
 */
const RESERVE = 1_800;
/** On a small machine, this part of its memory is for pictures whatever else it has to do. */
const LEAST = 1 / 4;
/** Feature maps may have this part of what a job may have: decoded pictures come on top, and are not worked on in tiles. */
export const MAPS_SHARE = 3 / 4;

/** This machine's memory in megabytes, or what a container may have of it. */
export function machineMegabytes(): number {
  // 0, or more than any machine has, where there is no bound.
  const bound = process.constrainedMemory();
  return (bound > 0 ? Math.min(bound, totalmem()) : totalmem()) / MEGABYTE;
}

/** Megabytes for the pictures of all jobs that run side by side: queue.memoryMegabytes, or what the machine can spare. */
export function memoryForJobs({ queue }: Pick<Config, "queue">, machine = machineMegabytes()): number {
  return queue.memoryMegabytes || Math.floor(Math.max(machine - RESERVE, machine * LEAST));
}

/**
 * Megabytes for one job's feature maps, beyond which it is worked on in tiles: engine.memoryMegabytes, or less on a machine that has
 * less. Infinity where that is 0.
 */
export function memoryForMaps(config: Pick<Config, "queue" | "engine">, machine = machineMegabytes()): number {
  const { memoryMegabytes } = config.engine;
  if (memoryMegabytes === 0) return Number.POSITIVE_INFINITY;
  return Math.min(memoryMegabytes, Math.floor(memoryForJobs(config, machine) * MAPS_SHARE));
}
