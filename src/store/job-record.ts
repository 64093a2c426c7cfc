import type { Credit } from "../domain/credit.js";
import type { Job, JobAudience } from "../domain/job.js";
import type { StoredImage } from "./images.js";

/** What a message of a job shows. */
export type MessageRole = "announcement" | "progress" | "frame" | "final";

/** A job as it is read: the defaults of what may be left out are filled in, and the gallery's columns are there. */
export interface StoredJob extends Job {
  readonly unnotified: boolean;
  readonly repeats: boolean;
  readonly credits: readonly Credit[];
  readonly spoiler: boolean;
  readonly audience: JobAudience;
  /** The result image, as long as it is kept. */
  readonly picture?: StoredImage;
  /** Its author has taken it out of the gallery. */
  readonly hidden: boolean;
  /** How many people have it among their favourites. */
  readonly favourites: number;
}
