/**
 * What "the newest picture" of a channel is: what anybody else has posted there, or a result of the bot's own. What the
 * bot posts besides is none: previews, contact sheets, palettes, tiles of styles, pages of the gallery. `isResult` in
 * `domain/model.ts` tells them apart.
 */
import type { Among } from "../domain/model.js";
import type { PictureSource } from "./messages.js";

/** A picture that a message shows. */
export interface ShownPicture extends PictureSource {
  readonly among?: Among;
}

/** The pictures of a message, each with its place where it is about several. */
export function shownTogether(sources: readonly PictureSource[]): ShownPicture[] {
  const count = sources.filter(({ aside }) => !aside).length;
  return sources.map((source, index) => ({ ...source, ...(count > 1 && { among: { number: index + 1, count } }) }));
}

/** The newest picture, and the way to the ones before it, for when it turns out to be none. */
export interface NewestPicture extends ShownPicture {
  older?(): Promise<NewestPicture | undefined>;
}

/** The first of pictures that come newest first; the others are read when they are asked for. */
export async function newestOf(pictures: AsyncIterator<ShownPicture>): Promise<NewestPicture | undefined> {
  const { done, value } = await pictures.next();
  return done ? undefined : { ...value, older: () => newestOf(pictures) };
}
