/** A frame of the page's socket, encoded. */
interface Encoded {
  readonly bytes: Buffer;
  /** The person whom it is for; everybody when left out. */
  readonly only?: string | undefined;
}

/** Frames in a row that are for the same people, with commas between them. */
interface Run extends Encoded {
  readonly frames: number;
}

const [OPENING, COMMA, CLOSING] = [Buffer.from("["), Buffer.from(","), Buffer.from("]")];

/**
 * Frames that are sent together to those who follow the same. For people with frames of their own among them the bytes
 * are copied, not encoded again; all others share them.
 */
export class Batch {
  readonly #runs: readonly Run[];
  readonly #people: ReadonlySet<string | undefined>;
  #shared: Buffer | undefined;

  constructor(frames: readonly Encoded[]) {
    this.#people = new Set(frames.map(({ only }) => only));
    this.#runs = runsOf(frames);
  }

  /** Undefined where there is nothing for this person. */
  for(user: string): Buffer | undefined {
    if (this.#people.has(user)) return together(this.#runs.filter(({ only }) => only === undefined || only === user));
    this.#shared ??= together(this.#runs.filter(({ only }) => only === undefined));
    return this.#shared;
  }
}

function runsOf(frames: readonly Encoded[]): Run[] {
  const runs: Encoded[][] = [];
  for (const frame of frames) {
    const last = runs.at(-1);
    if (last && last[0]?.only === frame.only) last.push(frame);
    else runs.push([frame]);
  }
  return runs.map((run) => ({ only: run[0]?.only, frames: run.length, bytes: joined(run) }));
}

/** One frame as it is, several as an array. */
function together(runs: readonly Run[]): Buffer | undefined {
  const [first] = runs;
  if (!first) return undefined;
  return runs.length === 1 && first.frames === 1 ? first.bytes : joined(runs, OPENING, CLOSING);
}

function joined(parts: readonly Encoded[], before = Buffer.alloc(0), after = before): Buffer {
  const withCommas = parts.flatMap(({ bytes }, index) => (index === 0 ? [bytes] : [COMMA, bytes]));
  return Buffer.concat([before, ...withCommas, after]);
}
