/** What networks see in a picture before and after a dream: the one that dreamt, and those that did not. */
import type { Sighting } from "../../../shared/sighting.js";
import { classify, imageToSee } from "../../classify.js";
import type { EngineContext } from "../../evaluate.js";
import type { Raster } from "../../images/raster.js";
import { catalogue } from "../../networks/catalogue-file.js";
import type { RecipeContext } from "../recipe.js";

/** Networks that can name things are asked where they are on this machine: none is fetched for it. */
export async function sightings(
  before: Raster | undefined,
  after: Raster,
  { programs, network }: EngineContext,
  context: RecipeContext,
): Promise<Sighting[]> {
  const seen = [await sighted(before, after, { programs, network })];
  for (const [id, { classifier }] of Object.entries(catalogue())) {
    if (!classifier || id === network.id || !(await context.installed?.(id))) continue;
    seen.push(await sighted(before, after, { programs, network: await context.network(id) }));
  }
  return seen;
}

async function sighted(before: Raster | undefined, after: Raster, engine: EngineContext): Promise<Sighting> {
  const first = async (image: Raster) => {
    const [best] = await classify(engine, imageToSee(engine.network, image));
    if (!best) throw new Error("a network has named nothing");
    return best;
  };
  return { network: engine.network.id, ...(before && { before: await first(before) }), after: await first(after) };
}
