import { appendFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import {
  type Engine,
  EngineError,
  type EngineRequest,
  type EngineResult,
  type RunOptions,
} from "../../src/engine/process/engine.js";

/** One line of a stub engine's diary. */
export interface DiaryLine {
  readonly job: string;
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Octave it is at; 0 at the beginning, and after a checkpoint the octave that was done. */
  readonly octave: number;
  readonly what: "begin" | "octave" | "end";
}

/**
 * Paints nothing, takes its time, and does what a real engine does: frames with checkpoints, resuming, stopping when
 * asked. What a job is to do is in its parameters: `octaves` of `octaveMs` each, `bytes` a picture, `stamp` to write
 * the time into frames, and `fail` with a word.
 */
export class StubEngine implements Engine {
  /** @param diary a file that gets a line for whatever it does; several processes may share it */
  constructor(private readonly diary?: string) {}

  async run(request: EngineRequest, { signal, onFrame }: RunOptions): Promise<EngineResult> {
    const { recipe, params, resume, job = "" } = request;
    const [octaves, octaveMs, bytes] = [
      Number(params.octaves ?? 3),
      Number(params.octaveMs ?? 20),
      Number(params.bytes ?? 100),
    ];
    const size = { width: 8, height: 8, type: "image/png" };
    this.#note(job, resume?.octave ?? 0, "begin");
    for (let octave = (resume?.octave ?? 0) + 1; octave <= octaves; octave++) {
      await delay(octaveMs, undefined, { signal }).catch(() => undefined);
      signal.throwIfAborted();
      if (params.fail) throw new EngineError("input", { message: `The stub fails: ${params.fail}.` });
      this.#note(job, octave, "octave");
      const step = { octave, octaves, step: 1, steps: 1, progress: octave / octaves };
      const checkpoint = { octave, state: new Uint8Array([octave]) };
      const picture = new Uint8Array(bytes).fill(octave);
      // When it left, for measurements: milliseconds since the epoch, by a clock finer than Date's.
      if (params.stamp) new DataView(picture.buffer).setFloat64(0, performance.timeOrigin + performance.now());
      onFrame({ kind: "octave", ...step, ...size, picture, checkpoint });
    }
    this.#note(job, octaves, "end");
    const made = {
      network: "stub",
      runtime: "stub",
      seed: 1,
      seconds: (octaves * octaveMs) / 1000,
      octaves: [],
      params,
    };
    return { picture: new TextEncoder().encode(`picture of ${job}`), ...size, recipe, ...made };
  }

  async close(): Promise<void> {}

  #note(job: string, octave: number, what: DiaryLine["what"]): void {
    if (this.diary === undefined) return;
    const line: DiaryLine = { job, pid: process.pid, at: Date.now(), octave, what };
    appendFileSync(this.diary, `${JSON.stringify(line)}\n`);
  }
}
