/** What a network sees in a picture, asked of the engine beside the jobs: it takes a moment, and nothing is kept. */
import PQueue from "p-queue";
import { newJobId } from "../domain/model.js";
import { type Engine, EngineError } from "../engine/process/engine.js";
import { LABELS, SEE } from "../engine/recipes/see/definition.js";
import { abortable, timeLimit } from "../shared/async.js";
import { defined } from "../shared/defined.js";
import type { Seen } from "../shared/sighting.js";
import { type ClassifyRequest, QueueError } from "./queue.js";

interface ClassifierOptions {
  readonly engine: Engine;
  /** The engine has answered, and may have room for a job again. */
  readonly answered: () => void;
}

interface ClassifierLimits {
  /** Questions that wait or are being answered, of all and of one person. */
  readonly most: number;
  readonly mostEach: number;
  /** From the question to the answer: a network may have to be fetched first. */
  readonly seconds: number;
}

const LIMITS: ClassifierLimits = { most: 20, mostEach: 2, seconds: 60 };
/** What looking at a picture takes at most. */
const MEGABYTES = 300;

export class Classifier {
  readonly #options: ClassifierOptions;
  /** A picture at a time: jobs compute meanwhile. */
  readonly #queue = new PQueue({ concurrency: 1 });
  readonly #closing = new AbortController();
  /** Who has asked the questions that are open. */
  readonly #open: string[] = [];

  readonly #limits: ClassifierLimits;

  constructor(options: ClassifierOptions, limits: Partial<ClassifierLimits> = {}) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...limits };
  }

  /**
   * The best labels, the most probable first.
   * @throws QueueError for too many questions and when it is closed, EngineError
   */
  async classify({
    person,
    picture,
    network,
    labels: count = LABELS,
    frames,
  }: ClassifyRequest): Promise<readonly Seen[]> {
    const { most, mostEach, seconds } = this.#limits;
    if (this.#open.filter((other) => other === person).length >= mostEach)
      throw new QueueError("person-waiting", "see.busy-person", { count: mostEach });
    if (this.#open.length >= most) throw new QueueError("full", "see.busy");
    const time = timeLimit(seconds * 1000);
    const signal = AbortSignal.any([time, this.#closing.signal]);
    const params = { network, labels: count, ...defined({ frames }) };
    const request = { job: newJobId(), recipe: SEE, params, pictures: { image: picture } };
    this.#open.push(person);
    try {
      const ask = () => this.#options.engine.run(request, { signal, megabytes: MEGABYTES, onFrame: () => undefined });
      const { labels = [] } = await abortable(this.#queue.add(ask, { signal }), signal);
      return labels;
    } catch (error) {
      if (time.aborted) throw new EngineError("time", "see.slow", { network, seconds });
      throw error;
    } finally {
      this.#open.splice(this.#open.indexOf(person), 1);
      this.#options.answered();
    }
  }

  close(): void {
    this.#closing.abort(new QueueError("closing", "queue.closing"));
  }
}
