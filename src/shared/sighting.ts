/** What networks see in pictures, in their own words. */

/** A class as a network sees it in a picture. */
export interface Seen {
  /** Its usual name, such as "great grey owl". */
  readonly name: string;
  /** 0..1 */
  readonly probability: number;
}

/** A class that a channel of a network speaks for. */
export interface ChannelLabel {
  readonly name: string;
  /** How far the channel's weight to it is above that to the mean class, in standard deviations. */
  readonly deviations: number;
}

/** What the channels of a picture stand for, as far as that can be told. */
export interface ChannelMeanings {
  /** The only layer whose channels have labels. */
  readonly layer: string;
  /** Those of that layer, each with its best labels, the first one first. */
  readonly channels: readonly { readonly channel: number; readonly labels: readonly ChannelLabel[] }[];
  /** There are others, which have none. */
  readonly others: boolean;
}

/** What a network saw first in a picture before it was changed, and in what it became. */
export interface Sighting {
  readonly network: string;
  /** Undefined where there was no picture before. */
  readonly before?: Seen;
  readonly after: Seen;
}
