import sharp from "sharp";
import type { EngineRequest, EngineResult, RunOptions } from "../../src/engine/process/engine.js";
import { SEE } from "../../src/engine/recipes/see/definition.js";
import { FakeEngine, FakeRun } from "./engine.js";

/** The settings by which the program asks it, as an operator gives them. */
export const FILTER_ON = { FILTER_UPLOADS: "true", FILTER_RESULTS: "true" };

/** A picture that it is sure about. */
export async function redPicture(width = 96, height = 72): Promise<Uint8Array> {
  const red = sharp({ create: { width, height, channels: 3, background: "#e01010" } });
  return new Uint8Array(await red.png().toBuffer());
}

/** Paints at once, and looks at pictures as the filter's network would: red ones are not to be shown. */
export class JudgingEngine extends FakeEngine {
  /** What it looked at. */
  readonly judged: Uint8Array[] = [];
  /** It takes whatever it paints for that, too. */
  refusesPaintings = false;
  readonly #painted = new Set<string>();

  constructor() {
    super({ automatic: true });
  }

  override async run(request: EngineRequest, options: RunOptions): Promise<EngineResult> {
    if (request.recipe === SEE) return this.#judge(request, options);
    const onFrame: RunOptions["onFrame"] = (frame) => {
      this.#painted.add(textOf(frame.picture));
      options.onFrame(frame);
    };
    const result = await super.run(request, { ...options, onFrame });
    this.#painted.add(textOf(result.picture));
    return result;
  }

  async #judge(request: EngineRequest, options: RunOptions): Promise<EngineResult> {
    const { image = new Uint8Array() } = request.pictures;
    this.judged.push(image);
    const { channels } = await sharp(image).stats();
    const [red = 0, , blue = 0] = channels.map(({ mean }) => mean);
    const bad = red > 200 && blue < 50 ? 0.95 : this.refusesPaintings && this.#painted.has(textOf(image)) ? 0.9 : 0.02;
    const shares = { Drawing: 0, Hentai: 0, Neutral: 1 - bad, Porn: bad, Sexy: 0 };
    const labels = Object.entries(shares).map(([name, probability]) => ({ name, probability }));
    const run = new FakeRun(request, options, false);
    await run.finish({ labels });
    return run.settled;
  }
}

const textOf = (picture: Uint8Array): string => Buffer.from(picture).toString("base64");
