/** `activation_36:1.5 activation_30:1.2`: layers with their weights, as people write them. */

export interface WeightedLayer {
  readonly name: string;
  readonly weight: number;
}

const MAX_LAYERS = 16;
/** A line with its layers must fit into any chat's message. */
const MAX_LENGTH = 600;

/** Reads layers; a weight that is left out is 1. Undefined when the text is none, or has a layer twice. */
export function readLayers(text: string): readonly WeightedLayer[] | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const words = text.split(/[\s,]+/u).filter((word) => word !== "");
  const layers = words.map(readLayer);
  const known = layers.filter((layer) => layer !== undefined);
  if (known.length === 0 || known.length !== words.length || known.length > MAX_LAYERS) return undefined;
  return new Set(known.map((layer) => layer.name)).size === known.length ? known : undefined;
}

export function printLayers(layers: readonly WeightedLayer[]): string {
  return layers.map((layer) => `${layer.name}:${layer.weight}`).join(" ");
}

function readLayer(word: string): WeightedLayer | undefined {
  // The weight is what follows the last colon, since ONNX names hold slashes and even colons ("conv:0").
  const match = /^(?<name>[\w./:-]{1,200}?)(?::(?<weight>-?(\d+(\.\d*)?|\.\d+)))?$/u.exec(word);
  const name = match?.groups?.name;
  if (name === undefined || name.endsWith(":")) return undefined;
  // "a:x" is a mistyped weight; a name with a colon needs its weight behind it.
  if (name.includes(":") && match?.groups?.weight === undefined) return undefined;
  const weight = Number(match?.groups?.weight ?? "1");
  // The bounds also keep a printed weight readable: no exponents.
  return Math.abs(weight) >= 0.001 && Math.abs(weight) <= 1000 ? { name, weight } : undefined;
}
