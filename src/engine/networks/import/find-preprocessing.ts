/**
 * How a network's pictures are to be prepared, found from the file: what it says, what it does with them first, what
 * its batch normalisation met in training.
 */
import { z } from "zod";
import { type Front, type FrontChannel, frontOf } from "./image-front.js";
import { oihw, toOIHW } from "./kernels.js";
import type { LayerGraph } from "./layer-graph.js";
import { CAFFE, channelOrder, channelScale, type Preprocessing, RAW, SIGNED, TORCH, UNIT } from "./preprocessing.js";

/** Where a preprocessing is known from. */
type PreprocessingSource = "notes" | "catalogue" | "metadata" | "operations" | "statistics" | "format";

export interface FoundPreprocessing {
  readonly preprocessing: Preprocessing;
  readonly from: PreprocessingSource;
}

const inBgr = (rgb: Preprocessing): Preprocessing => ({ ...rgb, channels: "bgr" });
/** The conventions that are in use. */
const CONVENTIONS: readonly Preprocessing[] = [
  RAW,
  UNIT,
  SIGNED,
  TORCH,
  CAFFE,
  inBgr(RAW),
  { channels: "rgb", mean: [123.68, 116.779, 103.939], scale: 1 },
];

const three = z
  .preprocess(
    (value) =>
      typeof value === "string"
        ? value
            .split(/[^\d.eE+-]+/)
            .filter(Boolean)
            .map(Number)
        : value,
    z.array(z.number()).length(3),
  )
  .optional()
  .catch(undefined);
/** Hugging Face's preprocessor_config.json, timm's pretrained_cfg, and what people write into metadata. */
const Stated = z.object({
  image_mean: three,
  image_std: three,
  mean: three,
  std: three,
  rescale_factor: z.coerce.number().positive().optional().catch(undefined),
  do_rescale: z.boolean().optional().catch(undefined),
  do_normalize: z.boolean().optional().catch(undefined),
});
/** ONNX's own words: https://github.com/onnx/onnx/blob/main/docs/MetadataProps.md */
const Image = z.object({
  "Image.BitmapPixelFormat": z.string().optional().catch(undefined),
  "Image.NominalPixelRange": z.string().optional().catch(undefined),
});
const RANGES: Readonly<Record<string, Preprocessing>> = {
  NominalRange_0_255: RAW,
  Normalized_0_1: UNIT,
  Normalized_1_1: SIGNED,
};

/** What a record of settings says; undefined where it says nothing of it. */
export function statedPreprocessing(record: unknown): Preprocessing | undefined {
  const image = Image.safeParse(record).data;
  const range = image?.["Image.NominalPixelRange"];
  const format = image?.["Image.BitmapPixelFormat"];
  if (range !== undefined || format !== undefined) {
    const base = (range !== undefined && Object.hasOwn(RANGES, range) && RANGES[range]) || RAW;
    return format?.startsWith("Bgr") ? inBgr(base) : base;
  }
  const stated = Stated.safeParse(record).data;
  const [mean, std] = [stated?.image_mean ?? stated?.mean, stated?.image_std ?? stated?.std];
  const rescaled = stated?.do_rescale === false ? 1 : (stated?.rescale_factor ?? 1 / 255);
  if (stated?.do_normalize === false) return { channels: "rgb", mean: [0, 0, 0], scale: rescaled };
  if (!mean || !std || std.some((s) => !(s > 0))) return undefined;
  // Means of at most 1 are of pictures of 0..1.
  const unit = mean.every((m) => Math.abs(m) <= 1) ? rescaled : 1;
  const [r = 0, g = 0, b = 0] = mean.map((m) => m / unit);
  const [byR = 1, byG = 1, byB = 1] = std.map((s) => unit / s);
  return { channels: "rgb", mean: [r, g, b], scale: [byR, byG, byB] };
}

/** What a convention makes of a value of 0..255 in a channel, counted in its own order. */
const prepared = (convention: Preprocessing, channel: number, value: number): number =>
  (value - (convention.mean[channel] ?? 0)) * (channelScale(convention)[channel] ?? 1);

/** How far, in its own width, the range that the first convolution sees is from one that is in use. */
function rangeError(channels: readonly FrontChannel[], convention: Preprocessing): number {
  const at = ({ of, scale, shift }: FrontChannel, value: number) => prepared(convention, of, value) * scale + shift;
  const errors = CONVENTIONS.map((target) => {
    const far = channels.map((channel, i) => {
      const [low, high] = [prepared(target, i, 0), prepared(target, i, 255)];
      return (Math.abs(at(channel, 0) - low) + Math.abs(at(channel, 255) - high)) / (high - low);
    });
    return Math.max(...far);
  });
  return Math.min(...errors);
}

/** The most that a range may be off, of its own width. */
const NEAR = 0.15;

/** What has to go in for the file's own operations to make something usual of it. */
function byOperations({ channels }: Front): Preprocessing | undefined {
  if (channels.every((c) => c.scale === 1 && c.shift === 0)) return undefined;
  const all = [RAW, UNIT, TORCH, SIGNED].map((convention) => ({ convention, far: rangeError(channels, convention) }));
  const [best] = all.sort((a, b) => a.far - b.far);
  return best && best.far < NEAR ? best.convention : undefined;
}

/** Photographs: mean of R, G and B, their deviation, how alike channels are, and neighbours. */
const PHOTOS = { mean: [123.7, 116.3, 103.5], deviation: 66, channels: 0.92, neighbours: 0.96 } as const;

/** How alike two places of a window are, by their distance: a row for each place. */
function likeness(h: number, w: number): Float64Array {
  const area = h * w;
  return Float64Array.from({ length: area * area }, (_, i) => {
    const [a, b] = [Math.floor(i / area), i % area];
    return PHOTOS.neighbours ** Math.hypot(Math.floor(a / w) - Math.floor(b / w), (a % w) - (b % w));
  });
}

/** The variance of what a kernel [C, h * w] answers, its weights multiplied by the channels' deviations. */
function varianceOf(weights: Float64Array, area: number, alike: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++)
    for (let j = 0; j < weights.length; j++) {
      const across = Math.floor(i / area) === Math.floor(j / area) ? 1 : PHOTOS.channels;
      sum += (weights[i] ?? 0) * (weights[j] ?? 0) * (alike[(i % area) * area + (j % area)] ?? 0) * across;
    }
  return Math.max(sum, 0);
}

/** The most that one kernel adds to a distance: a few that nothing explains do not decide. */
const MOST = 9;
/** Beyond this distance, nothing that is in use explains what training met. */
const FAR = 3;
const TINY = 1e-12;

/** How far what photographs give under a convention is from what batch normalisation met in training. */
function distance(front: Front, statistics: NonNullable<Front["statistics"]>, convention: Preprocessing): number {
  const { channels, conv } = front;
  const [outputs, inputs, h, w] = oihw(conv.kernel);
  const [kernel, bias, area] = [toOIHW(conv.kernel), conv.bias?.data(), h * w];
  const order = channelOrder(convention);
  const means = channels.map((c) => {
    return prepared(convention, c.of, PHOTOS.mean[order[c.of] ?? 0] ?? 0) * c.scale + c.shift;
  });
  const deviations = channels.map((c) => PHOTOS.deviation * (channelScale(convention)[c.of] ?? 1) * c.scale);
  const alike = likeness(h, w);
  let total = 0;
  for (let o = 0; o < outputs; o++) {
    const own = kernel.subarray(o * inputs * area, (o + 1) * inputs * area);
    const spread = Float64Array.from(own, (v, i) => v * (deviations[Math.floor(i / area)] ?? 0));
    const mean = own.reduce((sum, v, i) => sum + v * (means[Math.floor(i / area)] ?? 0), bias?.[o] ?? 0);
    const met = Math.max(statistics.variance[o] ?? 0, TINY);
    total += Math.min((mean - (statistics.mean[o] ?? 0)) ** 2 / met, MOST);
    total += Math.min(Math.log(Math.max(varianceOf(spread, area, alike), TINY) / met) ** 2, MOST);
  }
  return total / outputs;
}

function byStatistics(front: Front): Preprocessing | undefined {
  const { statistics, conv } = front;
  const [outputs, inputs, h, w] = oihw(conv.kernel);
  // Larger ones than any network's would take long.
  if (!statistics || inputs !== 3 || conv.groups !== 1 || h * w > 256 || outputs > 1024) return undefined;
  const all = CONVENTIONS.map((convention) => ({ convention, far: distance(front, statistics, convention) }));
  const [best] = all.sort((a, b) => a.far - b.far);
  return best && best.far < FAR ? best.convention : undefined;
}

/**
 * Finds a network's preprocessing.
 * @param stated what lies beside the file says
 * @param usual of files of its format, where nothing else tells
 */
export function findPreprocessing(
  graph: LayerGraph,
  stated: Preprocessing | undefined,
  usual: Preprocessing,
): FoundPreprocessing {
  const said = statedPreprocessing(graph.metadata ?? {}) ?? stated;
  if (said) return { preprocessing: said, from: "metadata" };
  const front = frontOf(graph);
  const done = front && byOperations(front);
  if (done) return { preprocessing: done, from: "operations" };
  const met = front && byStatistics(front);
  return met ? { preprocessing: met, from: "statistics" } : { preprocessing: usual, from: "format" };
}
