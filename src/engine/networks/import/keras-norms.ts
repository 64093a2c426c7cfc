/** Keras layers that shift and scale: batch, layer, group normalisation, and the preprocessing layers. */
import { z } from "zod";
import type { KerasLayer } from "./keras-config.js";
import { axisFits, type Kind, needed, number, weightName } from "./keras-reading.js";
import { batchNorm } from "./kernels.js";
import { type Step, Unusable } from "./layer-graph.js";
import { elements, type WeightStore } from "./weights.js";

const normConfig = z.object({ epsilon: number.default(1e-3), axis: z.union([number, z.array(number)]).default(-1) });

const numbers = z.union([number.transform((n) => [n]), z.array(z.unknown()).transform((list) => flatNumbers(list))]);
const flatNumbers = (list: readonly unknown[]): number[] =>
  list.flatMap((x) => (Array.isArray(x) ? flatNumbers(x) : typeof x === "number" ? [x] : []));
const rescaleConfig = z.object({ scale: numbers.default([1]), offset: numbers.default([0]) });
const standardConfig = z.object({ mean: numbers.nullish(), variance: numbers.nullish() });

const broadcast = (list: ArrayLike<number>, length: number): Float32Array =>
  Float32Array.from({ length }, (_, c) => list[list.length === 1 ? 0 : c] ?? 0);

/** x * scale + shift, of as many numbers as the longer list has. */
function affine(scale: () => ArrayLike<number>, shift: () => ArrayLike<number>, length: number): Step {
  const values = () => ({ scale: broadcast(scale(), length), shift: broadcast(shift(), length) });
  return { type: "affine", length, values };
}

/** gamma and beta of a normalisation, as a step; none where it has neither. */
function scaled(layer: KerasLayer, store: WeightStore): Step[] {
  const name = weightName(layer);
  const { scale, center } = layer.config;
  const gamma = scale === false ? undefined : needed(store, name, "gamma", 0);
  const beta = center === false ? undefined : needed(store, name, "beta", scale === false ? 0 : 1);
  const length = elements((gamma ?? beta)?.shape ?? [1]);
  if (!gamma && !beta) return [];
  return [
    affine(
      () => gamma?.data() ?? [1],
      () => beta?.data() ?? [0],
      length,
    ),
  ];
}

function alongChannels(layer: KerasLayer): { epsilon: number } {
  const { epsilon, axis } = normConfig.parse(layer.config);
  const [along = -1, ...others] = Array.isArray(axis) ? axis : [axis];
  if (others.length > 0 || !axisFits(along, layer.config)) throw new Unusable("unusable.not-channels");
  return { epsilon };
}

/** (x - mean) / sqrt(variance), from the settings or, where it was adapted to data, from its weights. */
function standardised(layer: KerasLayer, store: WeightStore): Step[] {
  const given = standardConfig.parse(layer.config);
  const name = weightName(layer);
  const mean = given.mean ?? needed(store, name, "mean", 0).data();
  const variance = given.variance ?? needed(store, name, "variance", 1).data();
  const invert = layer.config.invert === true;
  const deviation = Array.from(variance, (v) => Math.max(Math.sqrt(v), 1e-7));
  const length = Math.max(mean.length, deviation.length);
  const scale = deviation.map((d) => (invert ? d : 1 / d));
  const shift = Array.from({ length }, (_, c) => {
    const m = mean[mean.length === 1 ? 0 : c] ?? 0;
    return invert ? m : -m * (scale[scale.length === 1 ? 0 : c] ?? 1);
  });
  return [
    affine(
      () => scale,
      () => shift,
      length,
    ),
  ];
}

export const NORM_KINDS: Readonly<Record<string, Kind>> = {
  BatchNormalization: (layer, store) => {
    const { epsilon, axis } = normConfig.parse(layer.config);
    const along = Array.isArray(axis) ? (axis[0] ?? -1) : axis;
    if (!axisFits(along, layer.config)) throw new Unusable("unusable.not-channels");
    const { scale, center } = layer.config;
    const name = weightName(layer);
    let place = 0;
    const gamma = scale === false ? undefined : needed(store, name, "gamma", place++);
    const beta = center === false ? undefined : needed(store, name, "beta", place++);
    const mean = needed(store, name, "moving_mean", place++);
    const variance = needed(store, name, "moving_variance", place);
    const values = () => batchNorm(gamma?.data(), beta?.data(), mean.data(), variance.data(), epsilon);
    const statistics = () => ({ mean: mean.data(), variance: variance.data() });
    return [{ type: "affine", length: elements(mean.shape), values, statistics }];
  },
  LayerNormalization: (layer, store) => {
    // Of Keras 3: by the root of the mean square, without the mean.
    if (layer.config.rms_scaling === true)
      throw new Unusable("unusable.setting", { setting: "rms_scaling", value: "true" });
    return [{ type: "norm", over: "channels", epsilon: alongChannels(layer).epsilon }, ...scaled(layer, store)];
  },
  GroupNormalization: (layer, store) => {
    const { epsilon } = alongChannels(layer);
    const groups = number.default(32).parse(layer.config.groups);
    // -1 is a group for each channel.
    return [{ type: "norm", over: "places", groups: Math.max(groups, 0), epsilon }, ...scaled(layer, store)];
  },
  Normalization: standardised,
  Rescaling: ({ config }) => {
    const { scale, offset } = rescaleConfig.parse(config);
    return [
      affine(
        () => scale,
        () => offset,
        Math.max(scale.length, offset.length),
      ),
    ];
  },
};
