/** How much memory this machine has for images. */
import { totalmem } from "node:os";
import type { Config } from "./settings/load-settings.js";

const MEGABYTE = 1e6;
/**
 * What the program and its networks take before the first image, and the system beside them: 1 to 1.4 GB by
 * docs/benchmarks.md, and 0.3 GB of VGG19's weights in the form of Winograd's algorithm (36 numbers for 9).
 */
const RESERVE = 1_800;
/** On a small machine, at least this part of its memory is for images. */
const LEAST = 1 / 4;
/** The part of a job's memory that is for feature maps: decoded images come on top, and are not tiled. */
const MAPS_SHARE = 3 / 4;

/** This machine's memory in megabytes, or what a container may have of it. */
export function machineMegabytes(): number {
  // 0, or more than any machine has, where there is no bound.
  const bound = process.constrainedMemory();
  return (bound > 0 ? Math.min(bound, totalmem()) : totalmem()) / MEGABYTE;
}

/** Megabytes for the images of all jobs that run side by side: queue.memoryMegabytes, or what the machine can spare. */
export function memoryForJobs({ queue }: Pick<Config, "queue">, machine = machineMegabytes()): number {
  return queue.memoryMegabytes || Math.floor(Math.max(machine - RESERVE, machine * LEAST));
}

/**
 * Megabytes for one job's feature maps, beyond which it is tiled: engine.memoryMegabytes, or less on a machine that has
 * less. Infinity where that is 0.
 */
export function memoryForMaps(config: Pick<Config, "queue" | "engine">, machine = machineMegabytes()): number {
  return mapsOf(config, memoryForJobs(config, machine));
}

/** The same, of a device with `megabytes` for all its jobs. */
export function mapsOf({ engine }: Pick<Config, "engine">, megabytes: number): number {
  const { memoryMegabytes } = engine;
  return memoryMegabytes === 0
    ? Number.POSITIVE_INFINITY
    : Math.min(memoryMegabytes, Math.floor(megabytes * MAPS_SHARE));
}
