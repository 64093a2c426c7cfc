/** The weights of a tfjs model: a manifest of groups, each a run of bytes cut into shards. */
import { open } from "node:fs/promises";
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

/** Reads a group's shards into one run of bytes. */
async function readShards(folder: string, paths: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  const files = await Promise.all(
    paths.map(async (path) => {
      const clean = normalize(path);
      if (isAbsolute(clean) || clean.startsWith(`..${sep}`) || clean === "..")
        throw new NetworkError("corrupt", "weights.outside", { file: path });
      try {
        const file = await open(join(folder, clean), "r");
        return { path, file, size: (await file.stat()).size };
      } catch (error) {
        const missing = { file: basename(path), model: "model.json" };
        throw new NetworkError("corrupt", "weights.missing", missing, { cause: error });
      }
    }),
  );
  try {
    const bytes = new Uint8Array(files.reduce((sum, f) => sum + f.size, 0));
    let start = 0;
    await Promise.all(
      files.map(async ({ path, file, size }) => {
        let at = start;
        start += size;
        const end = start;
        while (at < end) {
          const { bytesRead } = await file.read(bytes, at, end - at, at - (end - size));
          if (bytesRead === 0) throw new NetworkError("corrupt", "weights.shrank", { file: path });
          at += bytesRead;
        }
      }),
    );
    return bytes;
  } finally {
    await Promise.all(files.map((f) => f.file.close()));
  }
}

/** A typed view of bytes where they are aligned for it, of a copy where not. */
function aligned(
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
  length: number,
  size: number,
): { buffer: ArrayBuffer; offset: number } {
  const offset = bytes.byteOffset + start;
  if (offset % size === 0) return { buffer: bytes.buffer, offset };
  return { buffer: bytes.slice(start, start + length).buffer, offset: 0 };
}

function decode(bytes: Uint8Array<ArrayBuffer>, start: number, spec: Spec): Float32Array {
  const stored = spec.quantization?.dtype ?? spec.dtype;
  const count = elements(spec.shape);
  const size = SIZES[stored] ?? 4;
  const { buffer, offset } = aligned(bytes, start, count * size, size);
  if (stored === "float32") return new Float32Array(buffer, offset, count);
  if (stored === "float16") return halfToFloat(new Uint16Array(buffer, offset, count));
  const { scale = 1, min = 0 } = spec.quantization ?? {};
  const values =
    stored === "uint16"
      ? new Uint16Array(buffer, offset, count)
      : stored === "int32"
        ? new Int32Array(buffer, offset, count)
        : new Uint8Array(buffer, offset, count);
  const result = new Float32Array(count);
  for (let i = 0; i < count; i++) result[i] = (values[i] as number) * scale + min;
  return result;
}

/**
 * Reads every shard a manifest names; numbers are decoded when they are used.
 * @throws NetworkError "corrupt" for missing, short or unreadable weights
 */
export async function readTfjsWeights(folder: string, manifest: unknown): Promise<WeightStore> {
  const groups = Manifest.safeParse(manifest);
  if (!groups.success) throw new NetworkError("corrupt", "weights.list");
  const weights = new Map<string, Weight>();
  let total = 0;
  for (const group of groups.data) {
    const bytes = await readShards(folder, group.paths);
    let at = 0;
    for (const spec of group.weights) {
      const start = at;
      const size = SIZES[spec.quantization?.dtype ?? spec.dtype];
      if (size === undefined)
        throw new NetworkError("unsupported", "weight.unknown-type", { weight: spec.name, type: spec.dtype });
      at += elements(spec.shape) * size;
      total += elements(spec.shape) * 4;
      weights.set(spec.name.replace(/:0$/, ""), { shape: spec.shape, data: () => decode(bytes, start, spec) });
    }
    if (at !== bytes.length) throw new NetworkError("corrupt", "weights.bytes", { bytes: bytes.length, expected: at });
  }
  return {
    bytes: total,
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
