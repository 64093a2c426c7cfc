/** A line search for the strong Wolfe conditions (Nocedal and Wright 2006, algorithms 3.5 and 3.6). */
import { addScaled, copy, dot, maxAbsolute, type Oracle, type Vector } from "./vector.js";

export interface LineSearchResult<V extends Vector> {
  readonly step: number;
  readonly loss: number;
  readonly gradient: V;
  readonly evaluations: number;
}

interface Trial<V extends Vector> {
  readonly step: number;
  readonly loss: number;
  readonly gradient: V;
  /** Derivative along the direction. */
  readonly slope: number;
}

/** Sufficient decrease and curvature, the customary values for quasi-Newton methods. */
const C1 = 1e-4;
const C2 = 0.9;
const MOST_EVALUATIONS = 25;
/** A bracket whose ends differ by less than this along the direction, in the units of x, is as good as closed. */
const CLOSED = 1e-9;

/** The minimum of the cubic through two points with their slopes, kept inside [low, high] (Nocedal and Wright, eq. 3.59). */
function cubicMinimum(a: Trial<Vector>, b: Trial<Vector>, low: number, high: number): number {
  const d1 = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.step - b.step);
  const square = d1 * d1 - a.slope * b.slope;
  if (square < 0) return (low + high) / 2;
  const d2 = Math.sqrt(square);
  const [left, right] = a.step <= b.step ? [a, b] : [b, a];
  const at = right.step - (right.step - left.step) * ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2));
  return Number.isFinite(at) ? Math.min(Math.max(at, low), high) : (low + high) / 2;
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
  let evaluations = 0;
  const zero: Trial<V> = { step: 0, loss: start.loss, gradient: start.gradient, slope: dot(start.gradient, direction) };
  const at = async (step: number): Promise<Trial<V>> => {
    evaluations++;
    const moved = copy(x);
    addScaled(moved, direction, step);
    const { loss, gradient } = await oracle(moved);
    return { step, loss, gradient, slope: dot(gradient, direction) };
  };
  const enough = (t: Trial<V>): boolean => t.loss <= zero.loss + C1 * t.step * zero.slope;
  const flat = (t: Trial<V>): boolean => Math.abs(t.slope) <= -C2 * zero.slope;
  const result = ({ step, loss, gradient }: Trial<V>): LineSearchResult<V> => ({ step, loss, gradient, evaluations });

  // Bracketing: growing steps until the minimum lies between two of them.
  let previous = zero;
  let current = await at(first);
  let bracket: [Trial<V>, Trial<V>] | undefined;
  while (!bracket && evaluations < MOST_EVALUATIONS) {
    if (!enough(current) || (previous !== zero && current.loss >= previous.loss) || !Number.isFinite(current.loss))
      bracket = [previous, current];
    else if (flat(current)) return result(current);
    else if (current.slope >= 0) bracket = [current, previous];
    else {
      const next = cubicMinimum(
        previous,
        current,
        current.step + 0.01 * (current.step - previous.step),
        current.step * 10,
      );
      previous = current;
      current = await at(next);
    }
  }
  if (!bracket) return result(current.loss < previous.loss ? current : previous);

  // Zooming in: the first of the bracket is always the better point.
  let [best, other] = bracket;
  const span = maxAbsolute(direction);
  let stuck = false;
  while (evaluations < MOST_EVALUATIONS && Math.abs(other.step - best.step) * span > CLOSED) {
    const [low, high] = [Math.min(best.step, other.step), Math.max(best.step, other.step)];
    let step = Number.isFinite(other.loss) ? cubicMinimum(best, other, low, high) : (low + high) / 2;
    // Too near an end twice running, or outside: 10 % inwards, so that the bracket shrinks.
    const margin = 0.1 * (high - low);
    if (Math.min(high - step, step - low) < margin) {
      if (stuck || step >= high || step <= low) {
        step = Math.abs(step - high) < Math.abs(step - low) ? high - margin : low + margin;
        stuck = false;
      } else stuck = true;
    } else stuck = false;
    const trial = await at(step);
    if (!enough(trial) || trial.loss >= best.loss || !Number.isFinite(trial.loss)) {
      other = trial;
    } else {
      if (flat(trial)) return result(trial);
      if (trial.slope * (other.step - best.step) >= 0) other = best;
      best = trial;
    }
  }
  return result(best);
}
