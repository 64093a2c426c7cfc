/** A line search for the strong Wolfe conditions (Nocedal and Wright 2006, algorithms 3.5 and 3.6). */
import { addScaled, copy, dot, maxAbsolute, type Oracle, type Vector } from "./vector.js";

interface Trial<V extends Vector> {
  readonly step: number;
  readonly loss: number;
  readonly gradient: V;
  /** Derivative along the direction. */
  readonly slope: number;
}

interface LineSearchResult<V extends Vector> extends Omit<Trial<V>, "slope"> {
  readonly evaluations: number;
}

/** Sufficient decrease and curvature, the customary values for quasi-Newton methods. */
const C1 = 1e-4;
const C2 = 0.9;
const MOST_EVALUATIONS = 25;
/** A bracket whose ends differ by less than this along the direction, in the units of x, is as good as closed. */
const CLOSED = 1e-9;

/**
 * The minimum of the cubic through two points with their slopes, kept inside [low, high] (Nocedal and Wright, eq.
 * 3.59).
 */
function cubicMinimum(a: Trial<Vector>, b: Trial<Vector>, low: number, high: number): number {
  const d1 = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.step - b.step);
  const square = d1 * d1 - a.slope * b.slope;
  if (square < 0) return (low + high) / 2;
  const d2 = Math.sqrt(square);
  const [left, right] = a.step <= b.step ? [a, b] : [b, a];
  const at = right.step - (right.step - left.step) * ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2));
  return Number.isFinite(at) ? Math.min(Math.max(at, low), high) : (low + high) / 2;
}

/** Evaluations of a function along a direction, counted. */
class Line<V extends Vector> {
  readonly zero: Trial<V>;
  /** Largest component of the direction. */
  readonly span: number;
  #evaluations = 0;

  constructor(
    private readonly oracle: Oracle<V>,
    private readonly x: V,
    private readonly direction: V,
    { loss, gradient }: { readonly loss: number; readonly gradient: V },
  ) {
    this.zero = { step: 0, loss, gradient, slope: dot(gradient, direction) };
    this.span = maxAbsolute(direction);
  }

  get exhausted(): boolean {
    return this.#evaluations >= MOST_EVALUATIONS;
  }

  async at(step: number): Promise<Trial<V>> {
    this.#evaluations++;
    const moved = copy(this.x);
    addScaled(moved, this.direction, step);
    const { loss, gradient } = await this.oracle(moved);
    return { step, loss, gradient, slope: dot(gradient, this.direction) };
  }

  /** Sufficient decrease. */
  enough({ loss, step }: Trial<V>): boolean {
    return Number.isFinite(loss) && loss <= this.zero.loss + C1 * step * this.zero.slope;
  }

  /** The curvature condition. */
  flat({ slope }: Trial<V>): boolean {
    return Math.abs(slope) <= -C2 * this.zero.slope;
  }

  result({ step, loss, gradient }: Trial<V>): LineSearchResult<V> {
    return { step, loss, gradient, evaluations: this.#evaluations };
  }
}

/**
 * Finds a step along `direction` with f(x + t d) <= f(x) + C1 t f'(x) and |f'(x + t d)| <= C2 |f'(x)|.
 * @param first the step to try first
 * @returns the best point seen when no such step is found in 25 evaluations
 */
export async function strongWolfe<V extends Vector>(
  oracle: Oracle<V>,
  x: V,
  direction: V,
  start: { readonly loss: number; readonly gradient: V },
  first: number,
): Promise<LineSearchResult<V>> {
  const line = new Line(oracle, x, direction, start);
  const found = await bracket(line, first);
  return line.result("step" in found ? found : await zoom(line, found));
}

/** The ends of an interval in which a step lies; the first is always the better point. */
type Bracket<V extends Vector> = readonly [Trial<V>, Trial<V>];

/** Tries growing steps until the minimum lies between two of them; a step that is good already ends the search. */
async function bracket<V extends Vector>(line: Line<V>, first: number): Promise<Trial<V> | Bracket<V>> {
  let previous = line.zero;
  let current = await line.at(first);
  while (!line.exhausted) {
    if (!line.enough(current) || (previous !== line.zero && current.loss >= previous.loss)) return [previous, current];
    if (line.flat(current)) return current;
    if (current.slope >= 0) return [current, previous];
    const low = current.step + 0.01 * (current.step - previous.step);
    const next = cubicMinimum(previous, current, low, current.step * 10);
    previous = current;
    current = await line.at(next);
  }
  return current.loss < previous.loss ? current : previous;
}

/** Narrows a bracket until a step fulfils both conditions. */
async function zoom<V extends Vector>(line: Line<V>, [first, second]: Bracket<V>): Promise<Trial<V>> {
  let [best, other] = [first, second];
  let stuck = false;
  while (!line.exhausted && Math.abs(other.step - best.step) * line.span > CLOSED) {
    const [low, high] = [Math.min(best.step, other.step), Math.max(best.step, other.step)];
    let step = Number.isFinite(other.loss) ? cubicMinimum(best, other, low, high) : (low + high) / 2;
    // Too near an end twice running, or outside: 10 % inwards, so that the bracket shrinks.
    const margin = 0.1 * (high - low);
    const near = Math.min(high - step, step - low) < margin;
    const inwards: boolean = near && (stuck || step >= high || step <= low);
    if (inwards) step = Math.abs(step - high) < Math.abs(step - low) ? high - margin : low + margin;
    stuck = near && !inwards;
    const trial = await line.at(step);
    if (!line.enough(trial) || trial.loss >= best.loss) {
      other = trial;
      continue;
    }
    if (line.flat(trial)) return trial;
    if (trial.slope * (other.step - best.step) >= 0) other = best;
    best = trial;
  }
  return best;
}
