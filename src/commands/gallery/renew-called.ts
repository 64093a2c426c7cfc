/** Works are found by what they are called, which an earlier version may not have kept or may have said otherwise. */
import { setTimeout as delay } from "node:timers/promises";
import { commandLine } from "../recipes/recipe.js";
import type { GalleryServices } from "./service.js";

/** Of the newest works; older ones are found by what was kept of them. */
const MOST_BATCHES = 500;
/** Between two batches, so that people are answered meanwhile. */
const PAUSE_MS = 20;

/** Renews what all works are called, the newest first; ends when all is done, or with the signal. */
export async function renewCalled(
  { store, recipes }: Pick<GalleryServices, "recipes"> & { readonly store: Pick<GalleryServices["store"], "gallery"> },
  signal: AbortSignal,
): Promise<void> {
  let before: number | undefined;
  for (let batch = 0; batch < MOST_BATCHES && !signal.aborted; batch++) {
    before = store.gallery.renewCalled(({ recipe: name, params, pictures }) => {
      const recipe = recipes.get(name);
      return recipe && { title: recipe.title(params), line: commandLine(recipe, params, pictures) };
    }, before);
    if (before === undefined) return;
    await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}
