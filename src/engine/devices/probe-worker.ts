/** The process in which a device is tried: opens it, compares it with the CPU, times a step, says so, and is done. */
import { NativePartError } from "../../shared/native.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { useFetched } from "../runtimes/onnx/package.js";
import { DeviceError } from "../runtimes/runtime.js";
import { type DeviceName, openDevice } from "./devices.js";
import { disagreement, timeStep } from "./self-check.js";

export interface ProbeRequest {
  readonly device: DeviceName;
  readonly threads?: number;
  /** Whether a step is timed too. */
  readonly timed: boolean;
  /** Where onnxruntime was fetched to. */
  readonly fetched?: string | undefined;
}

/** What has been found so far; `done` comes with the last. */
export interface Findings {
  readonly done: boolean;
  readonly disagreement?: number;
  readonly stepMs?: number;
  readonly cpuStepMs?: number;
  /** Why it could not be tried, in a sentence. */
  readonly failure?: string;
}

/** Why a device did not load: what its library says, without the source files and line numbers before it. */
function failureOf(error: unknown): string {
  if (error instanceof NativePartError) return error.why;
  if (error instanceof DeviceError) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  const line = text.split("\n").find((l) => l.trim() !== "") ?? sentence("device.silent");
  const last = line.split(/ was false\. | FAIL : /).at(-1) ?? line;
  return sentence("device.not-loaded", { reason: last.trim().replace(/\.$/, "") });
}

async function find(
  { device, threads, timed, fetched }: ProbeRequest,
  say: (findings: Findings) => void,
): Promise<void> {
  useFetched(fetched);
  const options = threads === undefined ? {} : { threads };
  const cpu = await openDevice("onnx-cpu", options);
  const runtime = await openDevice(device, options);
  const differs = await disagreement(runtime, cpu);
  say({ disagreement: differs, done: !timed });
  if (!timed) return;
  // Plain JavaScript takes seconds a step and has nothing to warm up.
  const stepMs = await timeStep(runtime, device !== "tfjs-cpu");
  const cpuStepMs = device === "onnx-cpu" ? stepMs : await timeStep(cpu);
  say({ disagreement: differs, stepMs, cpuStepMs, done: true });
}

process.once("message", (message) => {
  const say = (findings: Findings) => process.send?.(findings);
  find(message as ProbeRequest, say).catch((error: unknown) => say({ failure: failureOf(error), done: true }));
});
process.on("disconnect", () => process.exit(0));
