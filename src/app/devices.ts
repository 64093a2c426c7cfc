/** The devices that the settings describe. */

import { mapsOf, memoryForJobs, memoryForMaps } from "./machine-memory.js";
import type { Config } from "./settings/load-settings.js";

export interface ConfiguredDevice {
  /** As operators know it, such as "cuda:0"; no two have the same. */
  readonly name: string;
  readonly runtime: Config["engine"]["runtime"];
  readonly slots: number;
  /** Megabytes for the images of all its jobs. */
  readonly room: number;
  /** Megabytes for one job's feature maps, beyond which it is tiled; Infinity sets no bound. */
  readonly maps: number;
  /** 0 takes one per core. */
  readonly threads: number;
  /** Variables for its process. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Every device of this program: those of engine.devices, or the one that engine.runtime and engine.concurrency
 * describe.
 */
export function configuredDevices(config: Pick<Config, "engine" | "queue">): readonly ConfiguredDevice[] {
  const { engine } = config;
  const { devices, runtime, concurrency, threads } = engine;
  const all = memoryForJobs(config);
  if (devices.length === 0) {
    return [
      { name: runtime, runtime, slots: concurrency, room: all, maps: memoryForMaps(config), threads, environment: {} },
    ];
  }
  const seen = new Map<string, number>();
  return devices.map(({ device, slots, memoryMegabytes, environment, ...own }) => {
    const [kind = "auto", card] = device.split(":");
    const count = (seen.get(device) ?? 0) + 1;
    seen.set(device, count);
    const room = memoryMegabytes || Math.floor(all / devices.length);
    return {
      name: count === 1 ? device : `${device} (${count})`,
      runtime: kind as ConfiguredDevice["runtime"],
      slots,
      room,
      maps: mapsOf(config, room),
      threads: own.threads || threads,
      environment: { ...(card === undefined ? {} : onlyCard(card)), ...environment },
    };
  });
}

/** Jobs that this program runs side by side, on all its devices. */
export function configuredSlots(config: Pick<Config, "engine" | "queue">): number {
  return configuredDevices(config).reduce((sum, { slots }) => sum + slots, 0);
}

/** What the largest job may take, in megabytes: more than any device has is never admitted. */
export function largestBudget(config: Pick<Config, "engine" | "queue">): number {
  return Math.max(...configuredDevices(config).map(({ room }) => room));
}

/** The process sees this card alone, and counts cards as nvidia-smi does. */
function onlyCard(card: string): Record<string, string> {
  return { CUDA_DEVICE_ORDER: "PCI_BUS_ID", CUDA_VISIBLE_DEVICES: card };
}
