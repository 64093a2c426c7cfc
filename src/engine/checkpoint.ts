/** Checkpoints: a recipe's state as bytes, and back; and when one is worth writing. */
import { createHash } from "node:crypto";
import type { Checkpoint, OctaveSummary } from "./process/engine.js";
import type { SavedState } from "./recipes/saved-state.js";

/** What belongs to a checkpoint besides the recipe's own state. */
interface Progress {
  readonly state: SavedState;
  /** Of the octaves so far. */
  readonly octaves: readonly OctaveSummary[];
  /** Seconds worked so far. */
  readonly seconds: number;
}

/**
 * What a checkpoint must fit: another recipe or version of it, other parameters (defaults may change) or other images
 * start over.
 */
interface Task {
  readonly recipe: string;
  /** See `RecipeDefinition.version`. */
  readonly version: number;
  readonly params: unknown;
  readonly pictures: Readonly<Record<string, Uint8Array>>;
}

interface Header {
  readonly task: string;
  readonly octave: number;
  readonly numbers: Readonly<Record<string, number>>;
  readonly arrays: readonly (readonly [name: string, type: "f32" | "u8", length: number])[];
  readonly octaves: readonly OctaveSummary[];
  readonly seconds: number;
}

/** Changes whenever a recipe goes on differently from the same state. */
const MAGIC = "DLCP0001";
/** A state of more bytes is not kept: an earlier one has to do. A film of 240 frames at 256 px has 35 million. */
const MAX_CHECKPOINT_BYTES = 64_000_000;
/** Machines to which this matters are little-endian; the others start over. */
const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** What it costs to pack a checkpoint, hand it over and write it to disk, in bytes a second: a cautious guess. */
const CHECKPOINT_PACE = 100e6;
/** The share of a job's time that may go into checkpoints. */
const CHECKPOINT_SHARE = 0.05;

/** Says whether enough has been done since the last checkpoint for one of so many bytes to be worth it. */
export function checkpointClock(now: () => number = () => performance.now()): (bytes: number) => boolean {
  let last = now();
  return (bytes) => {
    const seconds = (now() - last) / 1000;
    if (bytes > MAX_CHECKPOINT_BYTES || seconds * CHECKPOINT_SHARE < bytes / CHECKPOINT_PACE) return false;
    last = now();
    return true;
  };
}

/**
 * A state as bytes: a line of JSON and the arrays behind it, as they are. They are not compressed: float32 images give
 * a tenth of their size for more time than writing them takes.
 */
export function packCheckpoint(task: Task, { state, octaves, seconds }: Progress): Checkpoint | undefined {
  const arrays = Object.entries(state.arrays);
  const header: Header = {
    task: fingerprint(task),
    octave: state.octave,
    numbers: state.numbers,
    octaves,
    seconds,
    arrays: arrays.map(([name, array]) => [name, array instanceof Float32Array ? "f32" : "u8", array.length]),
  };
  const head = Buffer.from(JSON.stringify(header));
  const start = aligned(MAGIC.length + 4 + head.length);
  const size = arrays.reduce((sum, [, array]) => sum + aligned(array.byteLength), start);
  if (size > MAX_CHECKPOINT_BYTES || !LITTLE_ENDIAN) return undefined;
  const bytes = Buffer.alloc(size);
  bytes.write(MAGIC, "latin1");
  bytes.writeUInt32LE(head.length, MAGIC.length);
  head.copy(bytes, MAGIC.length + 4);
  let at = start;
  for (const [, array] of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += aligned(array.byteLength);
  }
  return { octave: state.octave, state: bytes };
}

/** The way back; undefined for a checkpoint of something else, of another version, or one that is damaged. */
export function unpackCheckpoint(task: Task, checkpoint: Checkpoint): Progress | undefined {
  try {
    const { buffer, byteOffset, byteLength } = checkpoint.state;
    const bytes = Buffer.from(buffer, byteOffset, byteLength);
    if (!LITTLE_ENDIAN || bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) return undefined;
    const length = bytes.readUInt32LE(MAGIC.length);
    const header = JSON.parse(bytes.toString("utf8", MAGIC.length + 4, MAGIC.length + 4 + length)) as Header;
    if (header.task !== fingerprint(task)) return undefined;
    const arrays: Record<string, Float32Array | Uint8Array> = {};
    let at = aligned(MAGIC.length + 4 + length);
    for (const [name, type, count] of header.arrays) {
      const size = type === "f32" ? 4 * count : count;
      if (at + size > bytes.length) return undefined;
      // A copy: the bytes may not lie where floats can be read.
      const copy = new Uint8Array(bytes.subarray(at, at + size));
      arrays[name] = type === "f32" ? new Float32Array(copy.buffer) : copy;
      at += aligned(size);
    }
    // JSON has no NaN.
    const octaves = header.octaves.map((octave) => ({
      ...octave,
      lossStart: octave.lossStart ?? NaN,
      lossEnd: octave.lossEnd ?? NaN,
    }));
    return { state: { octave: header.octave, numbers: header.numbers, arrays }, octaves, seconds: header.seconds };
  } catch {
    return undefined;
  }
}

function fingerprint({ recipe, version, params, pictures }: Task): string {
  const hash = createHash("sha256").update(JSON.stringify([recipe, version, params]));
  for (const role of Object.keys(pictures).sort())
    hash.update(`\n${role}\n`).update(pictures[role] ?? new Uint8Array());
  return hash.digest("hex");
}

/** The next multiple of 4. */
function aligned(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}
