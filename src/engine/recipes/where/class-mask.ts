/**
 * Where a network sees something of a kind: a class activation map ("Learning Deep Features for Discriminative
 * Localization", Zhou et al. 2016), drawn to the picture's edges by a guided filter.
 */
import { firstClass } from "../../classes.js";
import { type EngineContext, observe } from "../../evaluate.js";
import { constant, div, exp, mul, reduceMax, reduceSum, stopGradient, sub } from "../../graph/ops.js";
import { guidedFilter } from "../../images/guided-filter.js";
import { maskFrom } from "../../images/masks.js";
import { CHANNELS, fitInside, type Raster } from "../../images/raster.js";
import { extended, middle, resize } from "../../images/resample.js";
import { leastSideToName, noClasses } from "../../networks/network.js";

/** Longer side at which the map is put together, in pixels. */
const SIDE = 256;
/** Sizes at which the picture is looked at, against that one: near, for what it is, and nearer, for where it ends. */
const LOOKS = [1, 2];
const GUIDE = { radius: 32, epsilon: 1e-3 };
/** Shares of the strongest evidence below which a place is outside, and over which it goes over to inside. */
const [OUTSIDE, RAMP] = [0.3, 0.3];

interface ClassMask {
  readonly mask: Raster;
  /** How probable it is at the place where it is most so, 0..1. */
  readonly probability: number;
}

/**
 * @param members the classes, by their places among the known ones
 * @throws NetworkError of a network that names nothing
 */
export async function classMask(engine: EngineContext, image: Raster, members: readonly number[]): Promise<ClassMask> {
  const { width, height } = fitInside(image.width, image.height, Math.min(SIDE, Math.max(image.width, image.height)));
  const small = resize(image, width, height);
  const sum = new Float32Array(width * height);
  let probability = 0;
  for (const look of LOOKS) {
    const map = await probabilities(engine, resize(image, width * look, height * look), members);
    const strongest = map.data.reduce((most, v) => Math.max(most, v), 0);
    probability = Math.max(probability, strongest);
    const even = resize(map, width, height).data;
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (even[i] ?? 0) / LOOKS.length;
  }
  const most = sum.reduce((found, v) => Math.max(found, v), 1e-9);
  const refined = guidedFilter(
    sum.map((v) => v / most),
    small,
    image,
    GUIDE,
  );
  const mask = maskFrom(image.width, image.height, (x, y) => ((refined[y * image.width + x] ?? 0) - OUTSIDE) / RAMP);
  return { mask, probability };
}

/** How probable some classes are together at each place: a raster of the network's deepest map, in all three planes. */
async function probabilities(
  { programs, network }: EngineContext,
  image: Raster,
  members: readonly number[],
): Promise<Raster> {
  const count = network.classes ?? noClasses(network.id);
  const shape = [1, count, 1, 1];
  const wanted = new Float32Array(count);
  for (const member of members) wanted[firstClass(count) + member] = 1;
  const seen = extended(image, leastSideToName(network));
  const { map } = await observe(programs, network, "class map", mapOf(shape), seen, {
    values: { wanted: { data: wanted, shape } },
  });
  if (!map) throw new Error("no class map was computed");
  const [, , height = 1, width = 1] = map.shape;
  const whole = resize({ width, height, data: map.data }, seen.width, seen.height);
  return middle(whole, image);
}

const mapOf = (shape: readonly number[]) => (scope: Parameters<Parameters<typeof observe>[3]>[0]) => {
  const scores = scope.scoresByPlace();
  const powers = exp(sub(scores, stopGradient(reduceMax(scores, [1]))));
  const share = div(reduceSum(mul(powers, scope.value("wanted", shape)), [1]), reduceSum(powers, [1]));
  return { map: mul(share, constant(new Float32Array(CHANNELS).fill(1), [1, CHANNELS, 1, 1])) };
};
