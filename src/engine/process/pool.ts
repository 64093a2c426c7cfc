/** Several devices behind one engine: each has a process of its own, and jobs go to one that has a free slot. */
import type { Logger } from "pino";
import { MemoryBudget, type MemoryReservations, type Reservation } from "../../shared/memory-budget.js";
import {
  type DeviceStatus,
  type Engine,
  EngineError,
  type EngineRequest,
  type EngineResult,
  type EngineStatus,
  isClosing,
  type RunOptions,
} from "./engine.js";

interface PooledDevice {
  /** As operators call it, such as "cuda:0"; no two have the same. */
  readonly name: string;
  /** Jobs that it runs side by side. */
  readonly slots: number;
  /** For the images of all of them; undefined sets no bound. */
  readonly megabytes: number | undefined;
  readonly engine: Engine;
}

/** A device that cannot be used is tried again after this time, in milliseconds: its driver may be back. */
const TRIED_AGAIN_MS = 300_000;

class Device {
  readonly room: MemoryBudget;
  /** Runs that have failed since one ended well. */
  failures = 0;
  #brokenUntil = Number.NEGATIVE_INFINITY;

  constructor(
    readonly of: PooledDevice,
    private readonly now: () => number,
  ) {
    this.room = new MemoryBudget(of.megabytes);
  }

  get broken(): boolean {
    return this.now() < this.#brokenUntil;
  }

  /** It cannot compute here. */
  leave(): void {
    this.#brokenUntil = this.now() + TRIED_AGAIN_MS;
  }

  get full(): boolean {
    return this.room.jobs >= this.of.slots;
  }

  /** How much of it is in use, 0..1. */
  get load(): number {
    return this.room.jobs / this.of.slots;
  }
}

/** A job's place on one of the devices, which may become another one's when the first fails. */
class PoolReservation implements Reservation {
  #reservation: Reservation;

  constructor(
    public device: Device,
    readonly megabytes: number | undefined,
  ) {
    this.#reservation = device.room.take(megabytes);
  }

  moveTo(device: Device): void {
    this.#reservation.release();
    this.device = device;
    this.#reservation = device.room.take(this.megabytes);
  }

  release(): void {
    this.#reservation.release();
  }
}

/**
 * Chooses a device for each job: of those with a free slot and the memory, one that has not failed lately, and of these
 * the least busy. A device that crashes loses its next try to another one that is free; one that cannot compute at all
 * is left alone for five minutes, and its jobs go to the others at once.
 */
export class EnginePool implements Engine, MemoryReservations {
  readonly #devices: readonly Device[];
  readonly #logger: Logger;

  constructor(devices: readonly PooledDevice[], logger: Logger, now: () => number = () => performance.now()) {
    this.#devices = devices.map((device) => new Device(device, now));
    this.#logger = logger;
  }

  get memory(): MemoryReservations {
    return this;
  }

  fits(megabytes: number | undefined): boolean {
    return this.#choose(megabytes) !== undefined;
  }

  take(megabytes: number | undefined): PoolReservation {
    const device = this.#choose(megabytes) ?? [...this.#devices].sort((a, b) => a.load - b.load)[0];
    if (!device) throw new Error("An engine needs a device.");
    return new PoolReservation(device, megabytes);
  }

  async run(request: EngineRequest, options: RunOptions): Promise<EngineResult> {
    if (options.reservation instanceof PoolReservation) return this.#run(request, options, options.reservation);
    // A worker of a cluster does not ask for seats: it takes as many jobs as there are slots, and knows nothing of
    // their memory.
    const reservation = this.take(0);
    try {
      return await this.#run(request, options, reservation);
    } finally {
      reservation.release();
    }
  }

  async #run(request: EngineRequest, options: RunOptions, reservation: PoolReservation): Promise<EngineResult> {
    for (;;) {
      const better =
        reservation.device.failures > 0 || reservation.device.broken ? this.#choose(reservation.megabytes) : undefined;
      if (better && !better.broken && better.failures < reservation.device.failures) reservation.moveTo(better);
      const { device } = reservation;
      this.#logger.debug({ job: request.job, device: device.of.name }, "a device has the job");
      try {
        const result = await device.of.engine.run(request, options);
        device.failures = 0;
        return result;
      } catch (error) {
        if (!(error instanceof EngineError) || options.signal.aborted) throw error;
        if (error.kind === "crashed" || error.kind === "device") device.failures++;
        if (error.kind !== "device") throw error;
        device.leave();
        this.#logger.error(
          { job: request.job, device: device.of.name },
          `${device.of.name} is left alone for a while: ${error.message}`,
        );
        const other = this.#choose(reservation.megabytes);
        if (!other || other.broken) throw error;
        reservation.moveTo(other);
      }
    }
  }

  /** On every device. Those that cannot compute are left alone, and the log says why. */
  async warmUp(network: string): Promise<void> {
    await Promise.all(
      this.#devices.map(async (device) => {
        try {
          await device.of.engine.warmUp?.(network);
        } catch (error) {
          if (isClosing(error)) return;
          if (error instanceof EngineError && error.kind === "device") device.leave();
          this.#logger.warn({ err: error, device: device.of.name }, "a device could not be warmed up");
        }
      }),
    );
  }

  status(): EngineStatus {
    const devices = this.#devices.map(({ of, room, broken }): DeviceStatus => {
      const { state = "ready", ...rest } = of.engine.status?.() ?? { starts: 0, crashes: 0, running: room.jobs };
      return {
        ...rest,
        name: of.name,
        slots: of.slots,
        running: room.jobs,
        state: broken && state !== "closed" ? "failing" : state,
      };
    });
    const sum = (value: (device: DeviceStatus) => number) =>
      devices.reduce((total, device) => total + value(device), 0);
    const states = devices.map(({ state }) => state);
    // The best that can be said: one device is enough to work.
    const state =
      (["ready", "starting", "idle", "silent", "failing", "closed"] as const).find((one) => states.includes(one)) ??
      "idle";
    const memoryBytes = sum(({ memoryBytes = 0 }) => memoryBytes);
    const runtime = [...new Set(devices.flatMap(({ runtime }) => runtime || []))].join(", ");
    return {
      state,
      starts: sum(({ starts }) => starts),
      crashes: sum(({ crashes }) => crashes),
      running: sum(({ running }) => running),
      memoryBytes,
      runtime,
      devices,
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#devices.map(({ of }) => of.engine.close()));
  }

  /** The best device for a job now; undefined where none has a slot and the memory. */
  #choose(megabytes: number | undefined): Device | undefined {
    const largest = Math.max(...this.#devices.map(({ of }) => of.megabytes ?? Number.POSITIVE_INFINITY));
    const free = this.#devices.filter(({ full, room, of }) => {
      if (full || !room.fits(megabytes)) return false;
      // Alone a job may be larger than a device's room, but not where another device would hold it.
      return megabytes === undefined || megabytes <= Math.min(largest, of.megabytes ?? largest) || megabytes > largest;
    });
    return free.sort((a, b) => Number(a.broken) - Number(b.broken) || a.failures - b.failures || a.load - b.load)[0];
  }
}
