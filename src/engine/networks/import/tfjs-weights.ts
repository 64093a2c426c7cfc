/** The weights of a tfjs model: a manifest of groups, each a run of bytes cut into shards. */
import { closeSync, constants, openSync, readSync } from "node:fs";
import { access, stat } from "node:fs/promises";
import { basename, isAbsolute, join, normalize, sep } from "node:path";
import { z } from "zod";
import { NetworkError } from "../network.js";
import { halfToFloat } from "./kernels.js";
import { elements, type Weight, type WeightStore } from "./weights.js";

const Quantization = z.object({
  dtype: z.enum(["uint8", "uint16", "float16"]),
  scale: z.number().optional(),
  min: z.number().optional(),
});
const Manifest = z.array(
  z.object({
    paths: z.array(z.string()),
    weights: z.array(
      z.object({
        name: z.string(),
        shape: z.array(z.int().nonnegative()),
        dtype: z.string(),
        quantization: Quantization.optional(),
      }),
    ),
  }),
);
type Spec = z.infer<typeof Manifest>[number]["weights"][number];

const SIZES: Readonly<Record<string, number>> = { float32: 4, int32: 4, uint8: 1, uint16: 2, float16: 2, bool: 1 };

interface Shard {
  readonly path: string;
  /** Where it begins in the group's run of bytes. */
  readonly start: number;
  readonly size: number;
}

/**
 * A group's shards as one run of bytes. A piece is read when it is asked for: a step needs the layers up to its
 * objective's only, and holds what it has made of them.
 */
class Shards {
  private constructor(private readonly shards: readonly Shard[]) {}

  static async find(folder: string, paths: readonly string[]): Promise<Shards> {
    const shards: Shard[] = [];
    let start = 0;
    for (const path of paths) {
      const clean = normalize(path);
      if (isAbsolute(clean) || clean.startsWith(`..${sep}`) || clean === "..")
        throw new NetworkError("corrupt", "weights.outside", { file: path });
      const file = join(folder, clean);
      const size = await access(file, constants.R_OK)
        .then(() => stat(file))
        .then((found) => found.size)
        .catch((cause: unknown) => missing(file, cause));
      shards.push({ path: file, start, size });
      start += size;
    }
    return new Shards(shards);
  }

  get length(): number {
    return this.shards.reduce((sum, { size }) => sum + size, 0);
  }

  /** @throws NetworkError when a file is no longer what it was */
  read(from: number, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    for (const { path, start, size } of this.shards) {
      const [begin, end] = [Math.max(from, start), Math.min(from + length, start + size)];
      if (begin >= end) continue;
      const file = opened(path);
      try {
        for (let at = begin; at < end; ) {
          const read = readSync(file, bytes, at - from, end - at, at - start);
          if (read === 0) throw new NetworkError("corrupt", "weights.shrank", { file: basename(path) });
          at += read;
        }
      } finally {
        closeSync(file);
      }
    }
    return bytes;
  }
}

function missing(path: string, cause: unknown): never {
  const said = { file: basename(path), model: "model.json" };
  throw new NetworkError("corrupt", "weights.missing", said, { cause });
}

function opened(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    return missing(path, error);
  }
}

function decode(shards: Shards, start: number, spec: Spec): Float32Array {
  const stored = spec.quantization?.dtype ?? spec.dtype;
  const count = elements(spec.shape);
  const size = SIZES[stored] ?? 4;
  const { buffer } = shards.read(start, count * size);
  if (stored === "float32") return new Float32Array(buffer);
  if (stored === "float16") return halfToFloat(new Uint16Array(buffer));
  const { scale = 1, min = 0 } = spec.quantization ?? {};
  const values =
    stored === "uint16"
      ? new Uint16Array(buffer)
      : stored === "int32"
        ? new Int32Array(buffer)
        : new Uint8Array(buffer);
  const result = new Float32Array(count);
  for (let i = 0; i < count; i++) result[i] = (values[i] as number) * scale + min;
  return result;
}

export interface TfjsWeights extends WeightStore {
  /** By the names in the manifest. */
  readonly named: ReadonlyMap<string, Weight>;
}

/**
 * Finds every shard a manifest names; numbers are read and decoded when they are used.
 * @throws NetworkError "corrupt" for missing, short or unreadable weights
 */
export async function readTfjsWeights(folder: string, manifest: unknown): Promise<TfjsWeights> {
  const groups = Manifest.safeParse(manifest);
  if (!groups.success) throw new NetworkError("corrupt", "weights.list");
  const weights = new Map<string, Weight>();
  let total = 0;
  for (const group of groups.data) {
    const shards = await Shards.find(folder, group.paths);
    let at = 0;
    for (const spec of group.weights) {
      const start = at;
      const type = spec.quantization?.dtype ?? spec.dtype;
      const size = Object.hasOwn(SIZES, type) ? SIZES[type] : undefined;
      if (size === undefined)
        throw new NetworkError("unsupported", "weight.unknown-type", { weight: spec.name, type: spec.dtype });
      at += elements(spec.shape) * size;
      total += elements(spec.shape) * 4;
      weights.set(spec.name.replace(/:0$/, ""), { shape: spec.shape, data: () => decode(shards, start, spec) });
    }
    const { length } = shards;
    if (at !== length) throw new NetworkError("corrupt", "weights.bytes", { bytes: length, expected: at });
  }
  return {
    bytes: total,
    named: weights,
    find(layer, weight) {
      const short = layer.slice(layer.lastIndexOf("/") + 1);
      for (const name of [`${layer}/${weight}`, `${short}/${weight}`]) {
        const found = weights.get(name);
        if (found) return found;
      }
      // Models within models, and scopes: outer/inner/conv1/kernel
      const ending = `/${short}/${weight}`;
      const matches = [...weights.keys()].filter((name) => name.endsWith(ending));
      return matches.length === 1 && matches[0] !== undefined ? weights.get(matches[0]) : undefined;
    },
  };
}
