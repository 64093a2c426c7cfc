/** What a network sees in a picture, as a job of the engine: its one frame is the picture as it was looked at. */
import type { z } from "zod";
import { classify, pictureToSee } from "../../classify.js";
import { type Frames, type Pictures, type Recipe, type RecipeContext, RecipeError } from "../recipe.js";
import { SEE, seeParams } from "./definition.js";

/** @throws NetworkError of a network that names nothing */
async function* see(
  { network: id, labels }: z.output<typeof seeParams>,
  { image: picture }: Pictures,
  context: RecipeContext,
): Frames {
  if (!picture) throw new RecipeError("see.no-image");
  const network = await context.network(id);
  const image = await pictureToSee(picture);
  const seen = await classify({ programs: context.programs, network }, image);
  const only = { kind: "octave", octave: 1, octaves: 1, step: 1, steps: 1, progress: 1 } as const;
  yield { ...only, image, lossStart: 0, lossEnd: 0, labels: seen.slice(0, labels) };
}

export const seeRecipe: Recipe<typeof seeParams> = { name: SEE, version: 1, params: seeParams, run: see };
