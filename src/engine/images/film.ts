import { type Said, SentenceError } from "../../shared/sentences/sentence-error.js";
/** What an encoded film is. */
export const FILM_TYPES = { webp: "image/webp", gif: "image/gif", mp4: "video/mp4" } as const;
export type FilmFormat = keyof typeof FILM_TYPES;

export interface Film {
  readonly bytes: Uint8Array;
  readonly type: (typeof FILM_TYPES)[FilmFormat];
  /** In pixels; smaller than the frames were where the film had to shrink. */
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly framesPerSecond: number;
}

/** A film cannot be written; the message says what would do. */
export class FilmError<S extends Said = Said> extends SentenceError<S> {
  override readonly name = "FilmError";
}
