/** Classes: the network sees what is wanted, and not something else. */
import {
  add,
  exp,
  log,
  mul,
  reduceMax,
  reduceMean,
  reduceSum,
  scalar,
  stopGradient,
  sub,
  sumAll,
} from "../graph/ops.js";
import { number, type Objective } from "./objective.js";

/** How strongly all other classes are pushed back, for each unit of what is wanted. */
const RIVALRY = 0.5;
/** Far below any score, so that a class counts as none of the others. */
const ABSENT = -1e4;

/**
 * -(sum over classes c of w_c (z_c - mean z) - RIVALRY W logsumexp of the scores of those that are not wanted), z being
 * the scores before the softmax and W the sum of the positive weights.
 *
 * The logarithm of a probability gives no more gradient once the network is sure; this goes on, and still keeps what is
 * like the class but not it from growing instead. Negative weights push away.
 * @param weights by the classes' places
 * @param count how many classes the network has
 */
export function classes(weights: ReadonlyMap<number, number>, count: number): Objective {
  const [wanted, others] = [new Float32Array(count), new Float32Array(count)];
  let positive = 0;
  for (const [place, weight] of weights) {
    wanted[place] = weight;
    if (weight > 0) others[place] = ABSENT;
    positive += Math.max(0, weight);
  }
  const shape = [1, count, 1, 1];
  return {
    structure: "classes",
    values: {
      wanted: { data: wanted, shape },
      others: { data: others, shape },
      rivalry: number(RIVALRY * positive),
    },
    build(scope) {
      const scores = scope.scores();
      const pull = sumAll(mul(sub(scores, reduceMean(scores, [1])), scope.value("wanted", shape)));
      const rivals = add(scores, scope.value("others", shape));
      const highest = stopGradient(reduceMax(rivals, [1]));
      const all = add(highest, log(reduceSum(exp(sub(rivals, highest)), [1])));
      return mul(sub(pull, mul(scope.value("rivalry", []), sumAll(all))), scalar(-1));
    },
  };
}
