/** Which device runs the programs: one that was asked for, or the best that is there. */
import { type DeviceName, type DeviceOptions, isSoftware, openDevice } from "../devices/devices.js";
import { type ProbeOptions, probe, type Verdict } from "../devices/probe.js";
import { DeviceError, type Program, type Runtime } from "./runtime.js";

/** What may be asked for: the best device, or one by name. `onnx` is onnxruntime's CPU, as `cpu` is. */
export const RUNTIME_CHOICES = ["auto", "onnx", "cpu", "webgpu", "cuda", "tfjs"] as const;
export type RuntimeChoice = (typeof RUNTIME_CHOICES)[number];

/** In the order of preference. */
const CANDIDATES = ["onnx-cuda", "onnx-webgpu", "tfjs-node-gpu"] as const;

interface ChooseOptions extends DeviceOptions {
  /** How a device is tried; for tests. */
  readonly probe?: (device: DeviceName, options: ProbeOptions) => Promise<Verdict>;
  /** Brings what is needed before a device can be opened. */
  readonly prepare?: () => Promise<void>;
}

/** Whether `auto` would take a device: it is right, and no slower than the CPU. */
function isPreferable({ works, stepMs = Number.NaN, cpuStepMs = Number.NaN }: Verdict): boolean {
  return works && stepMs < cpuStepMs;
}

/**
 * The device that a choice means on this machine.
 *
 * A device other than the CPUs is tried first, in a process of its own: it must give the CPU's gradient, and `auto`
 * takes it only where it is faster too. Where nothing of a GPU is installed this takes a millisecond.
 * @throws DeviceError when a device that was asked for by name does not work
 */
export async function chooseDevice(choice: RuntimeChoice, options: ChooseOptions = {}): Promise<DeviceName> {
  const { probe: ask = probe, ...device } = options;
  switch (choice) {
    case "onnx":
    case "cpu":
      return "onnx-cpu";
    case "tfjs":
      return (await ask("tfjs-node-gpu", { ...device, timed: false })).works ? "tfjs-node-gpu" : "tfjs-cpu";
    case "cuda":
    case "webgpu": {
      const name = `onnx-${choice}` as const;
      const verdict = await ask(name, { ...device, timed: false });
      if (verdict.works) return name;
      const { why = "", mend = "" } = verdict.obstacle ?? {};
      throw new DeviceError("device.unusable", { device: choice, why, mend });
    }
    case "auto":
      for (const name of CANDIDATES) if (!isSoftware(name) && isPreferable(await ask(name, device))) return name;
      return "onnx-cpu";
  }
}

/** A runtime that is chosen and opened when it is first needed. */
class ChosenRuntime implements Runtime {
  #opening: Promise<Runtime> | undefined;
  #opened: Runtime | undefined;

  constructor(
    private readonly choice: RuntimeChoice,
    private readonly options: ChooseOptions,
  ) {}

  get name(): string {
    return this.#opened?.name ?? this.choice;
  }

  get plansForShapes(): boolean {
    return this.#opened?.plansForShapes ?? false;
  }

  async open(): Promise<void> {
    await this.#device();
  }

  async compile(...program: Parameters<Runtime["compile"]>): Promise<Program> {
    return (await this.#device()).compile(...program);
  }

  #device(): Promise<Runtime> {
    this.#opening ??= this.#choose();
    return this.#opening;
  }

  async #choose(): Promise<Runtime> {
    try {
      await this.options.prepare?.();
      this.#opened = await openDevice(await chooseDevice(this.choice, this.options), this.options);
      return this.#opened;
    } catch (error) {
      // What was missing may have been put there by the next time.
      this.#opening = undefined;
      throw error;
    }
  }
}

/**
 * The runtime that a choice means, opened by `open`, or when the first program is compiled.
 * @example
 * const engine = openEngine(settings, chosenRuntime("auto"));
 */
export function chosenRuntime(choice: RuntimeChoice, options: ChooseOptions = {}): Runtime {
  return new ChosenRuntime(choice, options);
}
