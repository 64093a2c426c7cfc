/**
 * What a recipe is: parameters and images in, frames and a result out. Recipes know nothing of chat, files or
 * processes.
 */
import type { z } from "zod";
import { type Said, SentenceError } from "../../shared/sentences/sentence-error.js";
import type { ChannelMeanings, Seen, Sighting } from "../../shared/sighting.js";
import type { CutOut } from "../images/codec.js";
import type { Film } from "../images/film.js";
import type { MovingPicture } from "../images/moving-picture.js";
import type { Flow } from "../images/optical-flow.js";
import type { Raster } from "../images/raster.js";
import type { Network } from "../networks/network.js";
import type { Programs } from "../programs.js";
import type { Savable, SavedState } from "./saved-state.js";

/** What a recipe works with. */
export interface RecipeContext {
  readonly programs: Programs;
  /** Loads a network by its id or path. */
  network(id: string): Promise<Network>;
  /** Whether a network can be loaded without being fetched. */
  installed?(id: string): Promise<boolean>;
  /** Checked at every step. */
  readonly signal: AbortSignal;
  /** Budget for the feature maps of a step: larger images are worked on in tiles. Unlimited when left out. */
  readonly memoryBytes?: number;
  /** The state of an earlier run with the same parameters and images. One that does not fit is ignored. */
  readonly resume?: SavedState;
  /** Of a film's frame after the first one: what it begins with. */
  readonly before?: FrameBefore;
  /** Of a film's frame: the masks of things that are looked for in it. */
  readonly masks?: FrameMasks;
}

/** Masks by what was looked for, at the size of the result. */
export interface FrameMasks {
  /** Those of the frame before. */
  readonly before: ReadonlyMap<string, Raster>;
  /** This frame's own, as they are found. */
  readonly found: Map<string, Raster>;
}

/** The frame before in a film, at the size of the result. */
export interface FrameBefore {
  readonly source: Raster;
  readonly result: Raster;
  /** Where each pixel of this frame was in it. */
  readonly flow: Flow;
  /** How far each pixel can be believed, from 0 to 1: what was covered before has nothing to begin with. */
  readonly sure: Raster;
}

/** An image on the way. */
export interface Frame {
  readonly kind: "octave" | "preview" | "film";
  /** 1-based, with how many there are; of a film, its frames. */
  readonly octave: number;
  readonly octaves: number;
  readonly step: number;
  readonly steps: number;
  /** Share of the whole work that is done, 0..1. */
  readonly progress: number;
  readonly image: Raster;
  /** The octave's loss at its first and its latest step; less is better. */
  readonly lossStart: number;
  readonly lossEnd: number;
  /** The state that a later run resumes from, to the same result. */
  readonly savable?: Savable;
  /** Of the last one: what networks see in it, where that was asked for. */
  readonly seen?: readonly Sighting[];
  /** Of the last one: what the channels stand for that it shows. */
  readonly meanings?: ChannelMeanings;
  /** What its network sees in the picture that it was asked about, the most probable first. */
  readonly labels?: readonly Seen[];
  /** Of the last one: what was taught. */
  readonly taught?: Lesson;
}

/** What a lesson has come to. */
export interface Lesson {
  /** A trained layer's file. */
  readonly file: Uint8Array;
  /** See `TrainingResult.preference`. */
  readonly preference: number;
}

/** Frames as they are made, and in the end a film where the recipe makes one. */
// biome-ignore lint/suspicious/noConfusingVoidType: a generator that returns nothing is one of void
export type Frames = AsyncGenerator<Frame, Film | void, void>;

/** Decoded images by role, for instance `image`, `style`. They are given at their own size. */
export type Pictures = Readonly<Record<string, PictureInput>>;

export interface PictureInput {
  readonly width: number;
  readonly height: number;
  /**
   * Decodes it with a given longer side in pixels; `cutOut` is what of it is transparent, and `matte` what it lies on
   * there, where that is another picture's: each by itself would be on what suits it.
   */
  decode(side: number, matte?: number): Promise<Raster & { readonly cutOut?: CutOut }>;
  /** Where it moves: its frames. */
  moving?(): Promise<MovingPicture | undefined>;
}

export interface Recipe<Schema extends z.ZodType = z.ZodType> {
  readonly name: string;
  /** See `RecipeDefinition.version`. */
  readonly version: number;
  /** The parameters, with defaults. */
  readonly params: Schema;
  /** The role of the image whose transparency the frames keep, where there is one; they have its proportions. */
  cutOutOf?(params: z.output<Schema>): string | undefined;
  /**
   * Yields a frame at the end of each octave, and previews at least every few seconds. The film it returns is the
   * result; without one, the last frame is.
   */
  run(params: z.output<Schema>, pictures: Pictures, context: RecipeContext): Frames;
}

/** Something a person asked for cannot be done; the message says what would do. */
export class RecipeError<S extends Said = Said> extends SentenceError<S> {
  override readonly name = "RecipeError";
}
