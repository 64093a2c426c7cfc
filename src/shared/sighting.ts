/** What networks see in pictures, in their own words. */

/** A class as a network sees it in a picture. */
export interface Seen {
  /** Its usual name, such as "great grey owl". */
  readonly name: string;
  /** 0..1 */
  readonly probability: number;
}

/** What a network saw first in a picture before it was changed, and in what it became. */
export interface Sighting {
  readonly network: string;
  /** Undefined where there was no picture before. */
  readonly before?: Seen;
  readonly after: Seen;
}
