/** The filter of pictures: a network that tells pictures that are not shown here from others. Off unless it is set. */
import type { Logger } from "pino";
import type { EngineFrame } from "../engine/process/engine.js";
import { abortable } from "../shared/async.js";
import { sentence } from "../shared/sentences/sentence.js";
import { type Said, type SaidWith, SentenceError } from "../shared/sentences/sentence-error.js";
import type { Seen } from "../shared/sighting.js";

export interface FilterSettings {
  /** Of the catalogue, or a folder's name. */
  readonly network: string;
  /** From which probability on a picture is refused, by the network's names of classes; 1 leaves a class out. */
  readonly classes: Readonly<Record<string, number>>;
  /** Whether it looks at pictures that come in. */
  readonly uploads: boolean;
  /** Whether it looks at what the engine makes. */
  readonly results: boolean;
}

/** "unanswered": the filter could not look, for a reason that is a sentence for people. */
export type Verdict =
  | { readonly kind: "fine" }
  | { readonly kind: "refused"; readonly seen: Seen }
  | { readonly kind: "unanswered"; readonly why: string };

interface FilterParts {
  readonly settings: FilterSettings;
  /** All that the network sees in a picture, of a moving one in any of its frames. */
  readonly see: (picture: Uint8Array) => Promise<readonly Seen[]>;
  readonly logger: Logger;
}

export const FILTERED = "filtered";

/** A result that is not shown: refused, or not looked at. */
export class FilterError<S extends Said = Said> extends SentenceError<S> {
  override readonly name = "FilterError";
  constructor(
    readonly kind: typeof FILTERED | "filter",
    /** For moderators: what was seen in it. */
    readonly detail: string | undefined,
    said: S,
    ...rest: SaidWith<S>
  ) {
    super(said, ...rest);
  }
}

export class PictureFilter {
  constructor(private readonly parts: FilterParts) {}

  /** Whether a picture may be shown. What cannot be looked at is never fine. */
  async judge(picture: Uint8Array): Promise<Verdict> {
    const { settings, see, logger } = this.parts;
    const bounds = Object.entries(settings.classes).filter(([, least]) => least < 1);
    try {
      const seen = new Map((await see(picture)).map((each) => [each.name, each]));
      const missing = bounds.flatMap(([name]) => (seen.has(name) ? [] : [name]));
      if (missing.length > 0 || bounds.length === 0) {
        const why = sentence("filter.classes", { network: settings.network, missing, known: [...seen.keys()] });
        logger.error({ network: settings.network }, why);
        return { kind: "unanswered", why };
      }
      const found = bounds.flatMap(([name, least]) => {
        const each = seen.get(name);
        return each && each.probability >= least ? [each] : [];
      });
      const [worst] = found.sort((a, b) => b.probability - a.probability);
      if (!worst) return { kind: "fine" };
      logger.info({ class: worst.name, probability: worst.probability }, "the filter has refused a picture");
      return { kind: "refused", seen: worst };
    } catch (error) {
      logger.error({ err: error, network: settings.network }, "the filter could not look at a picture");
      const why = error instanceof SentenceError ? error.message : sentence("filter.internal");
      return { kind: "unanswered", why };
    }
  }

  /**
   * Lets a result through, or not.
   * @throws FilterError for one that is not shown; the signal's reason when aborted
   */
  async checkResult(picture: Uint8Array, signal: AbortSignal): Promise<void> {
    const verdict = await abortable(this.judge(picture), signal);
    if (verdict.kind === "refused") {
      const detail = sentence("filter.seen", { label: verdict.seen.name, share: verdict.seen.probability });
      throw new FilterError(FILTERED, detail, "filter.result");
    }
    if (verdict.kind === "unanswered")
      throw new FilterError("filter", undefined, "filter.result-unanswered", { why: verdict.why });
  }
}

/** Frames on their way to people: none is shown before it has been judged, and what newer ones replace never is. */
export class JudgedFrames {
  #next: EngineFrame | undefined;
  #judging = false;
  #closed = false;

  constructor(
    private readonly filter: Pick<PictureFilter, "judge">,
    private readonly show: (frame: EngineFrame) => void,
  ) {}

  offer(frame: EngineFrame): void {
    // An octave's end stays in the chat: a preview does not take its turn.
    if (this.#next?.kind === "octave" && frame.kind !== "octave") return;
    this.#next = frame;
    if (!this.#judging) void this.#judge();
  }

  /** Nothing is shown any more. */
  close(): void {
    this.#closed = true;
    this.#next = undefined;
  }

  async #judge(): Promise<void> {
    this.#judging = true;
    for (let frame = this.#take(); frame; frame = this.#take()) {
      const { kind } = await this.filter.judge(frame.picture);
      if (kind === "fine" && !this.#closed) this.show(frame);
    }
    this.#judging = false;
  }

  #take(): EngineFrame | undefined {
    const frame = this.#next;
    this.#next = undefined;
    return frame;
  }
}
