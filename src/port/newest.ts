/**
 * What "the newest picture" of a channel is: what anybody else has posted there, or a result of the bot's own. What the
 * bot posts besides is none: previews, contact sheets, palettes, tiles of styles, pages of the gallery.
 */
import { JOB_ID } from "../domain/model.js";
import type { PictureSource } from "./messages.js";

/** The newest picture, and the way to the ones before it, for when it turns out to be none. */
export interface NewestPicture extends PictureSource {
  older?(): Promise<NewestPicture | undefined>;
}

/** The file name of a job's result; `part` for what it shows on the way there, such as "octave-2". */
export function pictureName(recipe: string, job: string, extension: string, part?: string): string {
  return `${[recipe, job, ...(part === undefined ? [] : [part])].join("-")}.${extension}`;
}

/** The key of one of a job's messages. In the end the announcement shows the result, where no final message does. */
export function messageKey(job: string, what: string): string {
  return `${job} ${what}`;
}

const RESULT_NAME = new RegExp(`^[a-z-]+-${JOB_ID}\\.[a-z0-9]+$`);
const RESULT_KEY = new RegExp(`^${JOB_ID} (?:final|announcement)$`);

/**
 * Whether a picture of the bot's own is a result, by its file's name or by its message's key, whichever the platform
 * keeps.
 */
export function isResult({ name = "", key = "" }: { readonly name?: string; readonly key?: string | undefined }) {
  return RESULT_NAME.test(name) || RESULT_KEY.test(key);
}

/** The first of pictures that come newest first; the others are read when they are asked for. */
export async function newestOf(pictures: AsyncIterator<PictureSource>): Promise<NewestPicture | undefined> {
  const { done, value } = await pictures.next();
  return done ? undefined : { ...value, older: () => newestOf(pictures) };
}
