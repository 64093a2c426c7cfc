/** What a network does to the picture's channels before its first convolution: shifts, scales, another order. */
import type { ConvStep, Layer, LayerGraph } from "./layer-graph.js";

/** A channel of what the first convolution takes in: scale * (the picture's channel `of`) + shift. */
export interface FrontChannel {
  readonly of: number;
  readonly scale: number;
  readonly shift: number;
}

export interface Front {
  /** Three, one for each of the first convolution's inputs. */
  readonly channels: readonly FrontChannel[];
  readonly conv: ConvStep;
  /** Of a batch normalisation that follows the convolution at once. */
  readonly statistics?: { readonly mean: Float32Array; readonly variance: Float32Array };
}

/** The channels after a layer, where each is one of the picture's shifted and scaled; undefined where it is more. */
function channelsAfter(layer: Layer, inputs: readonly (readonly FrontChannel[])[]): FrontChannel[] | undefined {
  const { step } = layer;
  const [first] = inputs;
  if (step.type === "input") return [0, 1, 2].map((of) => ({ of, scale: 1, shift: 0 }));
  if (!first) return undefined;
  switch (step.type) {
    case "identity":
    case "picture":
    case "zeroPad":
      return [...first];
    case "resample":
      return step.sampling.rows.type === "pad" ? [...first] : undefined;
    // Limits of the numbers of a quantized file: no picture is beyond them.
    case "activation":
      return step.activation.name === "clip" ? [...first] : undefined;
    case "channels":
      return step.order.flatMap((c) => first[c] ?? []);
    case "concat":
      return inputs.flat();
    case "affine": {
      const { scale, shift } = step.values();
      return first.map((c, i) => {
        const [by, plus] = [scale[i] ?? scale[0] ?? 1, shift[i] ?? shift[0] ?? 0];
        return { of: c.of, scale: c.scale * by, shift: c.shift * by + plus };
      });
    }
    default:
      return undefined;
  }
}

/** Finds the first convolution that sees each of the picture's channels once, and what was done to them before. */
export function frontOf({ layers }: LayerGraph): Front | undefined {
  const known = new Map<string, readonly FrontChannel[]>();
  for (const layer of layers) {
    const inputs = layer.inputs.flatMap((name) => known.get(name) ?? []);
    const lists = layer.inputs.flatMap((name) => {
      const list = known.get(name);
      return list ? [list] : [];
    });
    if (lists.length < layer.inputs.length) continue;
    if (layer.step.type === "conv" && inputs.length === 3 && new Set(inputs.map((c) => c.of)).size === 3) {
      const norm = layers.find((l) => l.inputs[0] === layer.name && l.step.type === "affine")?.step;
      const statistics = norm?.type === "affine" ? norm.statistics?.() : undefined;
      return { channels: inputs, conv: layer.step, ...(statistics && { statistics }) };
    }
    const after = channelsAfter(layer, lists);
    if (after) known.set(layer.name, after);
  }
  return undefined;
}
