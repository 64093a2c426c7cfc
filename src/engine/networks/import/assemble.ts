/** Builds a file's layers as nodes of the tensor program, folding what can be folded into convolutions. */
import { sentence } from "../../../shared/sentences/sentence.js";
import { isClassifier } from "../../classes.js";
import { inOrder, type Node, type Pads } from "../../graph/node.js";
import * as ops from "../../graph/ops.js";
import {
  type BuildOptions,
  type BuiltNetwork,
  imageOf,
  type LayerInfo,
  type Network,
  NetworkError,
  noClasses,
  noLayer,
} from "../network.js";
import { Constants, channelsOf, convTranspose } from "./constants.js";
import { bandedKernel, mixInputs, oihw, scaleOutputs, toOIHW } from "./kernels.js";
import type { ConvStep, Layer, LayerGraph, Step } from "./layer-graph.js";
import { padPlane, plainNode } from "./plain-nodes.js";
import { channelOrder, channelScale, type Preprocessing } from "./preprocessing.js";
import { type Survey, survey } from "./survey.js";

const addPads = (a: Pads, b: Pads): Pads => [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]];
type Affine = ReturnType<Extract<Step, { type: "affine" }>["values"]>;
/** Every window holds at least one place of the image. */
const fits = (p: Pads, reachH: number, reachW: number): boolean =>
  Math.max(p[0], p[2]) < reachH && Math.max(p[1], p[3]) < reachW;

/** Scale and shift for each of so many channels, where there may be one for all. */
function forEach({ scale, shift }: Affine, count: number): Affine {
  const all = (list: Float32Array): Float32Array =>
    list.length === 1 && count > 1 ? new Float32Array(count).fill(list[0] as number) : list;
  return { scale: all(scale), shift: all(shift) };
}

/** One build: nodes by layer name, each made when it is first asked for. */
class Assembly {
  readonly image: Node;
  readonly #nodes: Map<string, Node>;
  readonly #survey: Survey;
  readonly #constants: Constants;
  readonly #preprocessing: Preprocessing;
  readonly #average: boolean;
  readonly #byPlace: boolean;

  /** @param whole a build with whose maps the classifier is asked at each place, instead of of the whole picture */
  constructor(
    survey: Survey,
    constants: Constants,
    preprocessing: Preprocessing,
    options: BuildOptions,
    whole?: Assembly,
  ) {
    const maps = [...(whole ? whole.#nodes : [])].filter(([name]) => !survey.facts.get(name)?.flat);
    this.image = whole?.image ?? imageOf(options);
    this.#nodes = new Map(maps);
    this.#survey = survey;
    this.#constants = constants;
    this.#preprocessing = preprocessing;
    this.#average = options.pooling === "average";
    this.#byPlace = whole !== undefined;
  }

  node(name: string): Node {
    const layer = this.#survey.source(name);
    const missing = (l: Layer) => (this.#nodes.has(l.name) ? [] : this.#needs(l));
    for (const l of inOrder([layer], missing)) if (!this.#nodes.has(l.name)) this.#nodes.set(l.name, this.#make(l));
    return this.#made(layer);
  }

  #made(layer: Layer): Node {
    const node = this.#nodes.get(layer.name);
    if (!node) throw new Error(`layer ${layer.name} is not built yet`);
    return node;
  }

  #input(layer: Layer, index = 0): Layer {
    return this.#survey.source(layer.inputs[index] ?? "");
  }

  /** The layers whose nodes this layer's node is made of, seen through what is folded away. */
  #needs(layer: Layer): Layer[] {
    const folded = this.#folded(layer);
    if (folded) return this.#needs(folded.conv);
    if (layer.step.type === "flat") return [this.#plane(layer)];
    if (layer.step.type === "conv" || layer.step.type === "pool") {
      const { from } = this.#padded(layer);
      // A convolution of the image takes its channel order into the kernel.
      return from.step.type === "input" && this.#takesImage(layer) ? [] : [from];
    }
    return layer.inputs.map((_, i) => this.#input(layer, i));
  }

  /** What is flattened: of an average pool what it takes in, as pictures of other sizes are not of its size. */
  #plane(layer: Layer): Layer {
    const from = this.#input(layer);
    return this.#survey.facts.get(from.name)?.flat ? from : this.#input(from);
  }

  #takesImage({ step }: Layer): boolean {
    return step.type === "conv" && step.groups === 1;
  }

  /**
   * For an affine layer: the convolution that it and the affine layers between can be folded into, if nothing else
   * reads them.
   */
  #folded(layer: Layer): { conv: Layer & { step: ConvStep }; affine: Layer[] } | undefined {
    const affine: Layer[] = [];
    let at = layer;
    while (at.step.type === "affine") {
      affine.unshift(at);
      at = this.#input(at);
      if ((this.#survey.consumers.get(at.name) ?? 0) !== 1) return undefined;
    }
    if (affine.length === 0 || at.step.type !== "conv") return undefined;
    return { conv: { ...at, step: at.step }, affine };
  }

  /** What a window slides over, and its pads, with zero padding before it folded in where that is the same. */
  #padded(layer: Layer): { from: Layer; pads: Pads } {
    const { step } = layer;
    let from = this.#input(layer);
    if (step.type !== "conv" && step.type !== "pool") return { from, pads: [0, 0, 0, 0] };
    let pads = step.pads;
    const [h, w] = step.type === "conv" ? [oihw(step.kernel)[2], oihw(step.kernel)[3]] : step.kernel;
    const [dh, dw] = step.type === "conv" ? step.dilations : [1, 1];
    while (from.step.type === "zeroPad") {
      const more = addPads(pads, from.step.pads);
      if (!fits(more, dh * (h - 1) + 1, dw * (w - 1) + 1)) break;
      const below = this.#input(from);
      // A maximum ignores its own pads; that equals zeros only where nothing is below zero. (It would differ for a
      // window of nothing but padding, which `fits` rules out.) An average would no longer count them.
      if (step.type === "pool" && !(step.mode === "max" && this.#survey.facts.get(below.name)?.nonNegative)) break;
      pads = more;
      from = below;
    }
    return { from, pads };
  }

  #make(layer: Layer): Node {
    const { step } = layer;
    const x = (index = 0): Node => this.#made(this.#input(layer, index));
    const all = () => layer.inputs.map((_, i) => x(i));
    switch (step.type) {
      case "input":
        return this.#prepared();
      case "conv":
        return this.#conv(layer, step, []);
      case "affine": {
        const folded = this.#folded(layer);
        if (folded) return this.#conv(folded.conv, folded.conv.step, folded.affine);
        const scale = this.#constants.perChannel(`${layer.name}:scale`, () => step.values().scale);
        const shift = this.#constants.perChannel(`${layer.name}:shift`, () => step.values().shift);
        return ops.add(ops.mul(x(), scale), shift);
      }
      case "pool":
        return this.#pool(layer, step);
      case "lrn":
        return this.#localResponse(layer, step);
      case "convTranspose":
        return convTranspose(x(), step, layer.name, this.#constants);
      case "flat":
      case "mean":
        return this.#mean(layer, step);
      case "channels":
        return channelsOf(x(), step.order, this.#constants);
      case "identity":
      case "unsupported":
        throw new Error(`layer ${layer.name} has no node of its own`);
      default:
        return plainNode(step, all());
    }
  }

  #mean(layer: Layer, step: Extract<Step, { type: "flat" | "mean" }>): Node {
    const flat = (from: Layer) => this.#survey.facts.get(from.name)?.flat === true;
    const from = step.type === "flat" ? this.#plane(layer) : this.#input(layer);
    const x = this.#made(from);
    if (step.type === "flat" && flat(this.#input(layer))) return x;
    if (this.#byPlace && flat(layer)) return x;
    return ops.reduceMean(x, step.type === "flat" ? [2, 3] : step.axes);
  }

  #pool(layer: Layer, { mode, kernel, strides, countPads }: Extract<Step, { type: "pool" }>): Node {
    const { from, pads } = this.#padded(layer);
    const x = this.#made(from);
    if (mode === "max") return (this.#average ? ops.avgPool : ops.maxPool)(x, { kernel, strides, pads });
    if (countPads) return ops.avgPool(padPlane(x, pads), { kernel, strides, pads: [0, 0, 0, 0] });
    return ops.avgPool(x, { kernel, strides, pads });
  }

  /** x / (bias + alpha / size * sum of squares of neighbouring channels) ^ beta */
  #localResponse(layer: Layer, { size, alpha, bias, beta }: Extract<Step, { type: "lrn" }>): Node {
    const x = this.#made(this.#input(layer, 0));
    const channels = this.#survey.facts.get(layer.name)?.channels ?? 0;
    const band = this.#constants.get(`band:${channels}:${size}`, () => ({
      data: bandedKernel(channels, size),
      shape: [channels, channels, 1, 1],
    }));
    const energy = ops.mul(ops.conv2d(ops.square(x), band), ops.scalar(alpha / size));
    return ops.mul(x, ops.pow(ops.add(energy, ops.scalar(bias)), -beta));
  }

  /** The image minus the mean, still RGB: zero padding comes after this, so it must stay explicit. */
  #centred(): Node {
    const order = channelOrder(this.#preprocessing);
    const { mean } = this.#preprocessing;
    if (mean.every((m) => m === 0)) return this.image;
    return ops.sub(
      this.image,
      this.#constants.perChannel(":mean", () => Float32Array.from(order, (c) => mean[c] ?? 0)),
    );
  }

  /** The image as the network wants it, for layers that cannot take its channel order into their kernels. */
  #prepared(): Node {
    const scale = channelScale(this.#preprocessing);
    const order = channelOrder(this.#preprocessing);
    if (order[0] === 0 && scale.every((s) => s === 1)) return this.#centred();
    const swap = this.#constants.get(":order", () => {
      const identity = Float32Array.from({ length: 9 }, (_, i) => (i % 4 === 0 ? 1 : 0));
      return {
        data: mixInputs(scaleOutputs(identity, 3, Float32Array.from(scale)), [3, 3, 1, 1], order, [1, 1, 1]),
        shape: [3, 3, 1, 1],
      };
    });
    return ops.conv2d(this.#centred(), swap);
  }

  #conv(layer: Layer, step: ConvStep, affine: readonly Layer[]): Node {
    const { from, pads } = this.#padded(layer);
    const direct = from.step.type === "input" && this.#takesImage(layer);
    const x = direct ? this.#centred() : this.#made(from);
    const key = [layer, ...affine].map((l) => l.name).join(":");
    const shape = oihw(step.kernel);
    const [outputs] = shape;
    const chain = () => affine.flatMap((l) => (l.step.type === "affine" ? [forEach(l.step.values(), outputs)] : []));
    const kernel = this.#constants.get(`${key}:kernel`, () => {
      const [first, ...further] = chain();
      let data = toOIHW(step.kernel, first?.scale);
      for (const { scale } of further) data = scaleOutputs(data, outputs, scale);
      if (direct) data = mixInputs(data, shape, channelOrder(this.#preprocessing), channelScale(this.#preprocessing));
      return { data, shape };
    });
    const makeBias = () => {
      const data = step.bias ? step.bias.data().slice() : new Float32Array(outputs);
      for (const { scale, shift } of chain()) {
        for (let o = 0; o < outputs; o++) data[o] = (data[o] as number) * (scale[o] as number) + (shift[o] as number);
      }
      return { data, shape: [outputs] };
    };
    const bias = step.bias || affine.length > 0 ? this.#constants.get(`${key}:bias`, makeBias) : undefined;
    const { strides, dilations, groups } = step;
    return ops.conv2d(x, kernel, bias, { strides, pads, dilations, groups });
  }
}

/**
 * A network from a file's layers.
 * @param classNames what its classes are called, where they are none of `config/classes.yaml`
 * @throws NetworkError "corrupt" or "unsupported" when no layer of the file can be used, or its classes are not so many
 */
export function assemble(
  id: string,
  graph: LayerGraph,
  preprocessing: Preprocessing,
  classNames?: readonly string[],
): Network {
  const facts = survey(graph);
  const constants = new Constants();
  const layers: LayerInfo[] = [];
  const unusable = new Map(facts.unusable);
  for (const { name, kind, hidden, step } of facts.order) {
    const known = facts.facts.get(name);
    if (!known || hidden || step.type === "input") continue;
    if (known.flat) unusable.set(name, sentence("unusable.flat"));
    else layers.push({ name, kind, channels: known.channels, stride: known.stride });
  }
  const hidden = new Set(graph.layers.flatMap((l) => (l.hidden ? [l.name] : [])));
  for (const name of hidden) unusable.delete(name);
  if (layers.length === 0) {
    const reason = [...unusable][0]?.join(": ") ?? sentence("unusable.none");
    throw new NetworkError("unsupported", "network.no-layer", { network: id, reason });
  }
  const names = new Set(layers.map((l) => l.name));
  const scores = facts.order.findLast(({ name }) => facts.facts.get(name)?.flat);
  const classes = (scores && facts.facts.get(scores.name)?.channels) ?? 0;
  if (classNames && classNames.length !== classes)
    throw new NetworkError("corrupt", "network.class-names", { network: id, names: classNames.length, classes });
  const isNamed = classNames !== undefined || isClassifier(classes);
  return {
    id,
    layers,
    unusable,
    bytes: graph.bytes,
    ...(classNames ? { classNames } : isNamed && { classes }),
    build(options: BuildOptions = {}): BuiltNetwork {
      const assembly = new Assembly(facts, constants, preprocessing, options);
      const classified = (by: Assembly) => (scores && isNamed ? by.node(scores.name) : noClasses(id));
      return {
        image: assembly.image,
        layer: (name) => (names.has(name) ? assembly.node(name) : noLayer(id, name)),
        scores: () => classified(assembly),
        scoresByPlace() {
          classified(assembly);
          return classified(new Assembly(facts, constants, preprocessing, options, assembly));
        },
      };
    },
  };
}
