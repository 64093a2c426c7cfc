import { EventEmitter, once } from "node:events";
import sharp from "sharp";
import {
  type Engine,
  EngineError,
  type EngineErrorKind,
  type EngineFrame,
  type EngineRequest,
  type EngineResult,
  type RunOptions,
} from "../../src/engine/process/engine.js";
import { DEFINITIONS } from "../../src/engine/recipes/definitions.js";

/** A small real picture. */
export async function picture(width = 16, height = 12, type: "png" | "jpeg" = "png"): Promise<Uint8Array> {
  const image = sharp({ create: { width, height, channels: 3, background: { r: width % 256, g: 120, b: 200 } } });
  return new Uint8Array(await (type === "png" ? image.png() : image.jpeg()).toBuffer());
}

/** One job inside the fake engine, moved on by the test. */
export class FakeRun {
  readonly settled: Promise<EngineResult>;
  #resolve: (result: EngineResult) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(
    readonly request: EngineRequest,
    readonly options: RunOptions,
    ignoresAbort: boolean,
  ) {
    this.settled = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (!ignoresAbort)
      options.signal.addEventListener("abort", () => this.#reject(options.signal.reason), { once: true });
  }

  get octaves(): number {
    return Number(this.request.params.octaves ?? 4);
  }

  async octave(octave: number): Promise<void> {
    const scale = 2 ** (octave - this.octaves);
    const [width, height] = [Math.ceil(64 * scale), Math.ceil(48 * scale)];
    const checkpoint = { octave, state: Uint8Array.of(octave) };
    await this.frame({
      kind: "octave",
      octave,
      step: 10,
      width,
      height,
      picture: await picture(width, height),
      type: "image/png",
      checkpoint,
    });
  }

  preview(octave: number, step: number): Promise<void> {
    return this.previews(octave, [step]);
  }

  /** Several in one turn of the event loop: none is shown before the last one is there. */
  async previews(octave: number, steps: readonly number[]): Promise<void> {
    const [width, height] = [32, 24];
    const image = await picture(width, height, "jpeg");
    const frame = { kind: "preview", octave, width, height, picture: image, type: "image/jpeg" } as const;
    await Promise.all(steps.map((step) => this.frame({ ...frame, step })));
  }

  async frame(frame: Omit<EngineFrame, "octaves" | "steps" | "progress">): Promise<void> {
    const progress = (frame.octave - 1 + frame.step / 10) / this.octaves;
    this.options.onFrame({ ...frame, octaves: this.octaves, steps: 10, progress });
  }

  async finish(more: Partial<EngineResult> = {}): Promise<void> {
    this.finishWith(await picture(64, 48), 64, 48, "image/png", more);
  }

  finishWith(
    result: Uint8Array,
    width: number,
    height: number,
    type = "image/png",
    more: Partial<EngineResult> = {},
  ): void {
    const { recipe, params } = this.request;
    const { version = 1 } = DEFINITIONS.find(({ name }) => name === recipe) ?? {};
    const octaves = Array.from({ length: this.octaves }, (_, index) => {
      return { octave: index + 1, width, height, steps: 10, lossStart: 1, lossEnd: 2 };
    });
    this.#resolve({
      picture: result,
      type,
      width,
      height,
      seconds: 0.5,
      recipe,
      ...(version > 1 && { version }),
      network: "resnet50",
      runtime: "fake",
      seed: Number(params.seed ?? 1),
      octaves,
      params,
      ...more,
    });
  }

  fail(kind: EngineErrorKind, message = `The engine failed: ${kind}.`): void {
    this.#reject(new EngineError(kind, { message }));
  }
}

/** An engine whose jobs do what the test says; with `automatic` they paint every octave by themselves. */
export class FakeEngine implements Engine {
  readonly runs: FakeRun[] = [];
  /** Most jobs that were inside at once. */
  peak = 0;
  inside = 0;
  closed = false;
  readonly #events = new EventEmitter();
  #taken = 0;

  constructor(private readonly options: { readonly automatic?: boolean; readonly ignoresAbort?: boolean } = {}) {}

  async run(request: EngineRequest, options: RunOptions): Promise<EngineResult> {
    options.signal.throwIfAborted();
    const run = new FakeRun(request, options, this.options.ignoresAbort ?? false);
    this.runs.push(run);
    this.peak = Math.max(this.peak, ++this.inside);
    this.#events.emit("run");
    if (this.options.automatic) void this.#paint(run);
    try {
      return await run.settled;
    } finally {
      this.inside--;
    }
  }

  /** The next job that the engine gets, or has got and was not asked for yet. */
  async next(): Promise<FakeRun> {
    for (;;) {
      const run = this.runs[this.#taken];
      if (run) {
        this.#taken++;
        return run;
      }
      await once(this.#events, "run");
    }
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  async #paint(run: FakeRun): Promise<void> {
    for (let octave = (run.request.resume?.octave ?? 0) + 1; octave <= run.octaves; octave++) {
      await run.preview(octave, 5);
      await run.octave(octave);
    }
    await run.finish();
  }
}
