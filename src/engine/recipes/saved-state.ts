/** The state that a recipe resumes from: plain numbers, small enough to be saved at every octave. */

export interface SavedState {
  /** The octave (scale, image, frame) after which it was saved, 1-based as in its frame. */
  readonly octave: number;
  readonly numbers: Readonly<Record<string, number>>;
  readonly arrays: Readonly<Record<string, Float32Array | Uint8Array>>;
}

/** A state that can be had as long as the frame that offers it is the newest one. */
export interface Savable {
  /** About how many bytes it has. */
  readonly bytes: number;
  save(): SavedState | Promise<SavedState>;
}

/** A float array of a state, if it has the length that it should have. */
export function floatsOf(state: SavedState, name: string, length: number): Float32Array | undefined {
  const array = state.arrays[name];
  return array instanceof Float32Array && array.length === length ? array : undefined;
}

/** A byte array of a state, if it has the length that it should have. */
export function bytesOf(state: SavedState, name: string, length: number): Uint8Array | undefined {
  const array = state.arrays[name];
  return array instanceof Uint8Array && array.length === length ? array : undefined;
}

/** Bytes of some arrays together. */
export function sizeOf(arrays: SavedState["arrays"]): number {
  return Object.values(arrays).reduce((sum, { byteLength }) => sum + byteLength, 0);
}
