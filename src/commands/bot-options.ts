/** What this installation offers and allows: data that the composition root hands to the commands. */

/** A named choice of layers, from the engine's network catalogue. */
export interface Look {
  readonly name: string;
  readonly help: string;
  /** Ids of the networks that have it. */
  readonly networks: readonly string[];
}

export interface BotOptions {
  readonly looks: readonly Look[];
  readonly networks: readonly { readonly id: string; readonly help: string }[];
  readonly dream: {
    /** Longest side in pixels, like `maxSize`. */
    readonly size: number;
    readonly maxSize: number;
    readonly octaves: number;
    readonly maxOctaves: number;
    readonly octaveScale: number;
    readonly steps: number;
    readonly maxSteps: number;
    readonly strength: number;
    readonly look: string;
    readonly network: string;
  };
  /** /stylize, /blend and /texture. */
  readonly paint: {
    readonly size: number;
    readonly maxSize: number;
    readonly steps: number;
    readonly maxSteps: number;
    readonly strength: number;
    readonly network: string;
  };
  /** /neuron, /neurons and the neurons of /zoom. */
  readonly neuron: {
    readonly size: number;
    readonly maxSize: number;
    readonly steps: number;
    readonly maxSteps: number;
    readonly network: string;
  };
  /** /zoom, and the sweeps of /blend. */
  readonly film: {
    readonly width: number;
    readonly maxWidth: number;
    readonly frames: number;
    readonly maxFrames: number;
    /** Most pictures of a sweep. */
    readonly maxSweep: number;
  };
  /** Most styles that a community, and one person in it, may add. */
  readonly styles: { readonly perCommunity: number; readonly perPerson: number };
  /** The most that may wait or run, and be started in an hour, of one person and of one channel. */
  readonly caps: {
    readonly perPerson: number;
    readonly perHour: number;
    readonly perChannel: number;
    readonly perChannelHour: number;
  };
  /** The engine's bound of a job's feature maps in megabytes, beyond which it works in tiles; Infinity for none. */
  readonly mapsMegabytes: number;
  readonly pictures: { readonly maxBytes: number; readonly seconds: number };
}
