/** A trained layer: a 1x1 re-mixing of one layer's channels that answers to the motifs of some images, as a file. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { NetworkError } from "../networks/network.js";

/** What a file says of itself. */
const Header = z.strictObject({
  version: z.literal(1),
  /** What people call it; also the name of its look. */
  name: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  /** The network, and the layer of it that is re-mixed. */
  network: z.string().min(1).max(500),
  layer: z.string().min(1).max(500),
  /** Channels of that layer. */
  inputs: z.int().min(1).max(16_384),
  /** Channels of the trained one. */
  channels: z.int().min(1).max(1024),
  /** How many images trained it. */
  pictures: z.int().min(1),
  seed: z.int().min(0),
});
type TrainedHeader = z.infer<typeof Header>;

/**
 * answer[k] = weights[k] . features + biases[k] at each place: about 1 at places that show motif k, below 0 at most
 * others.
 */
export interface TrainedLayer extends TrainedHeader {
  /** [channels, inputs], row by row. */
  readonly weights: Float32Array;
  /** [channels] */
  readonly biases: Float32Array;
}

/** The kind of trained layers in lists of layers. */
export const TRAINED_KIND = "Taught";

/** Where trained layers lie, relative to the models folder, and what their files end in. */
export const TRAINED_FOLDER = "taught";
export const TRAINED_ENDING = ".taught";

/** The name that a trained layer has among its network's layers. */
export const trainedLayerName = (name: string): string => `taught/${name}`;

const MAGIC = "DLTAUGHT";
const START = MAGIC.length + 4;
const MAX_HEADER = 65_536;

/**
 * A trained layer as bytes: "DLTAUGHT", the header's length (uint32, little-endian), the header as JSON filled up with
 * spaces to a multiple of four, weights and biases as little-endian float32.
 */
export function encodeTrainedLayer({ weights, biases, ...header }: TrainedLayer): Uint8Array {
  const json = JSON.stringify(Header.parse(header));
  const text = Buffer.from(json.padEnd(json.length + ((4 - (Buffer.byteLength(json) % 4)) % 4)));
  const bytes = Buffer.alloc(START + text.length + 4 * (weights.length + biases.length));
  bytes.write(MAGIC, 0, "latin1");
  bytes.writeUInt32LE(text.length, MAGIC.length);
  text.copy(bytes, START);
  let at = START + text.length;
  for (const v of weights) at = bytes.writeFloatLE(v, at);
  for (const v of biases) at = bytes.writeFloatLE(v, at);
  return bytes;
}

/**
 * Reads what {@link encodeTrainedLayer} wrote. The bytes may come from anywhere.
 * @param from names the file in errors
 * @throws NetworkError "corrupt" or "unsupported"
 */
export function decodeTrainedLayer(data: Uint8Array, from: string): TrainedLayer {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (bytes.length < START || bytes.toString("latin1", 0, MAGIC.length) !== MAGIC)
    throw new NetworkError("corrupt", "taught.other-file", { file: from });
  const broken = (cause?: unknown) => new NetworkError("corrupt", "taught.damaged", { file: from }, { cause });
  const length = bytes.readUInt32LE(MAGIC.length);
  if (length > MAX_HEADER || START + length > bytes.length) throw broken();
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString("utf8", START, START + length));
  } catch (error) {
    throw broken(error);
  }
  const version = z.looseObject({ version: z.int() }).safeParse(json);
  if (version.success && version.data.version !== 1)
    throw new NetworkError("unsupported", "taught.version", { file: from });
  const header = Header.safeParse(json);
  if (!header.success) throw broken(header.error);
  const { inputs, channels } = header.data;
  const count = channels * inputs + channels;
  if (bytes.length !== START + length + 4 * count) throw broken();
  const numbers = new Float32Array(count);
  for (let i = 0; i < count; i++) numbers[i] = bytes.readFloatLE(START + length + 4 * i);
  if (!numbers.every(Number.isFinite)) throw broken();
  return {
    ...header.data,
    weights: numbers.subarray(0, channels * inputs),
    biases: numbers.subarray(channels * inputs),
  };
}

export async function readTrainedLayer(path: string): Promise<TrainedLayer> {
  return decodeTrainedLayer(await readFile(path), path);
}
