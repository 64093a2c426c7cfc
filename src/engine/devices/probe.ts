/**
 * Tries a device in a short-lived process of its own: native code that crashes or hangs there takes nothing else down.
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { withoutSecrets } from "../../shared/secrets.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { fetchedFolder } from "../runtimes/onnx/package.js";
import { type DeviceName, type DeviceOptions, mendOf, type Obstacle, obstacle } from "./devices.js";
import type { Findings, ProbeRequest } from "./probe-worker.js";
import { AGREEMENT } from "./self-check.js";

export interface Verdict {
  readonly device: DeviceName;
  /** It loads, and its gradients are the CPU's. */
  readonly works: boolean;
  /** Milliseconds of one small step; missing where it was not timed, or did not end in time. */
  readonly stepMs?: number;
  /** Milliseconds of the same step on onnx-cpu, taken beside it. */
  readonly cpuStepMs?: number;
  /** ||g - g'|| / ||g'||, g' being the CPU's gradient. */
  readonly disagreement?: number;
  /** Why it does not work, and what would help. */
  readonly obstacle?: Obstacle;
}

export interface ProbeOptions extends DeviceOptions {
  /** How long it may take, in milliseconds; graphics drivers compile their programs the first time. */
  readonly limitMs?: number;
  /** Whether a step is timed too, as it is when left out. */
  readonly timed?: boolean;
  /** Variables for its process, beyond this one's: which graphics card it sees, for instance. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The module to run instead of the probe, for tests. */
  readonly worker?: URL;
}

const LIMIT_MS = 60_000;

/** Tries a device. Never rejects: what goes wrong is in the verdict. */
export async function probe(
  device: DeviceName,
  { limitMs = LIMIT_MS, worker, environment, timed = true, ...options }: ProbeOptions = {},
): Promise<Verdict> {
  const missing = obstacle(device);
  if (missing) return { device, works: false, obstacle: missing };
  const source = import.meta.url.endsWith(".ts");
  const module = fileURLToPath(worker ?? new URL(source ? "./probe-worker.ts" : "./probe-worker.js", import.meta.url));
  const child = fork(module, {
    // Drivers write to the console whatever they think of the machine.
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    // Products of ten bits, the default of newer NVIDIA cards, would hide a wrong result among rounding.
    env: { NVIDIA_TF32_OVERRIDE: "0", ...withoutSecrets(), ...environment },
    ...(module.endsWith(".ts") && { execArgv: ["--import", "tsx"] }),
  });
  const found = await findings(child, { device, timed, fetched: fetchedFolder(), ...options }, limitMs);
  const mend = mendOf(device);
  if (typeof found === "string") return { device, works: false, obstacle: { why: found, mend } };
  const { failure, done: _, ...facts } = found;
  if (failure !== undefined) return { device, works: false, obstacle: { why: failure, mend } };
  const { disagreement = Number.NaN } = facts;
  if (disagreement <= AGREEMENT) return { device, works: true, ...facts };
  const why = sentence("device.wrong", { difference: disagreement.toPrecision(2) });
  return { device, works: false, ...facts, obstacle: { why, mend: sentence("device.mend.driver") } };
}

/** What the child says, or why it says nothing. */
function findings(child: ChildProcess, request: ProbeRequest, limitMs: number): Promise<Findings | string> {
  return new Promise((resolve) => {
    let said: Findings | undefined;
    const killer = setTimeout(() => {
      child.kill("SIGKILL");
      // One that is right but slow works.
      resolve(said ?? sentence("device.slow", { seconds: limitMs / 1000 }));
    }, limitMs);
    const settle = (outcome: Findings | string): void => {
      clearTimeout(killer);
      resolve(outcome);
    };
    child.on("message", (message) => {
      said = message as Findings;
      if (!said.done) return;
      // What it says counts, however it ends: drivers may crash while they are unloaded.
      settle(said);
      child.kill("SIGKILL");
    });
    child.on("error", (error) => settle(sentence("device.untried", { reason: error.message })));
    child.on("exit", (code, signal) =>
      settle(said?.done ? said : sentence("device.crashed", { how: signal ?? `exit code ${code}` })),
    );
    // One that could not be started says so itself.
    if (child.connected) child.send(request, () => undefined);
  });
}
