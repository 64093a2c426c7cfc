import { setImmediate as soon } from "node:timers";

/** Those who wait for a turn in one place. */
interface Lane {
  /** How long a turn may have been when one more has theirs, in milliseconds. */
  readonly milliseconds: number;
  /** The next one to go on; undefined when no one waits. */
  next(): (() => void) | undefined;
}

/**
 * The turns of the program's event loop, of which all {@link Turns} have their share: a little here and a little there
 * would be long together. In each turn one goes on in every place where somebody waits, and more of them as long as the
 * turn is short.
 */
class Loop {
  readonly #lanes = new Set<Lane>();
  #begunAt = Number.NEGATIVE_INFINITY;
  #scheduledAt: number | undefined;

  /** Of the last turn that anybody has waited for. */
  get begunAt(): number {
    return this.#begunAt;
  }

  #isLong({ milliseconds }: Lane): boolean {
    return performance.now() - this.#begunAt > milliseconds;
  }

  wait(lane: Lane): void {
    this.#lanes.add(lane);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduledAt !== undefined) return;
    this.#scheduledAt = performance.now();
    soon(() => {
      // While a turn is waited for the loop does not rest: what else it has done since then belongs to this one.
      this.#begunAt = this.#scheduledAt ?? performance.now();
      this.#scheduledAt = undefined;
      this.#goRound([...this.#lanes], this.#lanes.size);
    });
  }

  /** @param due how many of the places have not had their one yet in this turn */
  #goRound(lanes: readonly Lane[], due: number): void {
    const [lane, ...others] = lanes;
    if (!lane) {
      if (this.#lanes.size > 0) this.#schedule();
      return;
    }
    if (due <= 0 && this.#isLong(lane)) {
      this.#goRound(others, due);
      return;
    }
    const goOn = lane.next();
    if (!goOn) {
      this.#lanes.delete(lane);
      this.#goRound(others, due - 1);
      return;
    }
    goOn();
    // When all that follows from it at once is done, which is what the queue of microtasks holds.
    queueMicrotask(() => process.nextTick(() => this.#goRound([...others, lane], due - 1)));
  }
}

const loop = new Loop();

/**
 * Has much that comes at once done a little at a time, so that what else the program does goes on in between: work is
 * done at once as long as this turn of the event loop is short, else in a later one, in the order of the calls.
 */
export class Turns {
  /** Those who wait, by whom it is for. */
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #lane: Lane;
  /** When the last turn has begun in which somebody went on here. */
  #turnAt = Number.NEGATIVE_INFINITY;

  /** @param milliseconds how long a turn may have been when more is done in it */
  constructor(private readonly milliseconds: number) {
    this.#lane = { milliseconds, next: () => this.#next() };
  }

  /**
   * With those who wait for a later turn it is as with {@link pass}.
   *
   * @param who whom it is for: one who wants much keeps others waiting for one thing at a time
   */
  async take<T>(work: () => T, who = ""): Promise<Awaited<T>> {
    if (this.#waiting.size > 0 || this.#isLong()) await this.pass(who);
    return await work();
  }

  #isLong(): boolean {
    return performance.now() - this.#turnAt > this.milliseconds;
  }

  /**
   * For many who go on at the same moment: resolves for one after the other, in the order of the calls, with all that
   * follows at once from the one done before the next.
   */
  pass(who = ""): Promise<void> {
    return new Promise((resolve) => {
      const own = this.#waiting.get(who);
      if (own) own.push(resolve);
      else this.#waiting.set(who, [resolve]);
      loop.wait(this.#lane);
    });
  }

  /** Takes them in turns, as a map keeps its order. */
  #next(): (() => void) | undefined {
    const [first] = this.#waiting;
    if (!first) return undefined;
    this.#turnAt = loop.begunAt;
    const [who, own] = first;
    const next = own.shift();
    this.#waiting.delete(who);
    if (own.length > 0) this.#waiting.set(who, own);
    return next;
  }
}
