import type { Checkpoint } from "../../engine/process/engine.js";

/** A checkpoint as bytes: the octave in four bytes, then its state. */
export function packCheckpoint({ octave, state }: Checkpoint): Uint8Array {
  const bytes = new Uint8Array(4 + state.byteLength);
  new DataView(bytes.buffer).setUint32(0, octave);
  bytes.set(state, 4);
  return bytes;
}

/** Undefined when that is none: the job begins anew. */
export function unpackCheckpoint(bytes: Uint8Array | undefined): Checkpoint | undefined {
  if (bytes === undefined || bytes.byteLength < 4) return undefined;
  const octave = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
  return { octave, state: bytes.subarray(4) };
}
