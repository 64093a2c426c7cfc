/** What this installation offers and allows: data that the composition root hands to the commands. */

/** A named choice of layers, from the engine's network catalogue. */
export interface Look {
  readonly name: string;
  readonly help: string;
  /** Ids of the networks that have it. */
  readonly networks: readonly string[];
}

export interface House {
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
  readonly pictures: { readonly maxBytes: number; readonly seconds: number };
}
