import type { Job } from "../../domain/model.js";
import { variationsOf } from "../../engine/recipes/outcome.js";
import type { PictureOrigin } from "../../port/messages.js";
import { defined } from "../../shared/defined.js";
import type { Jobs } from "../../store/jobs.js";
import type { Recipe } from "../recipes/recipe.js";

/** The role of what is changed: a texture takes its picture as a style, and has nothing in common with its forms. */
const IMAGE = "image";

/** The one picture that a job's pictures are made from, to be compared with them. */
export function madeFrom(
  { id, params, repeats = false }: Pick<Job, "id" | "params" | "repeats">,
  recipe: Pick<Recipe, "film" | "imageRole">,
  jobs: Pick<Jobs, "inputSha" | "origins">,
): PictureOrigin | undefined {
  if (recipe.film(params) || variationsOf(params) > 1 || recipe.imageRole !== IMAGE) return undefined;
  const sha = jobs.inputSha(id, IMAGE);
  if (sha === undefined) return undefined;
  // Chats show a result with its making in the file, so that its sum there is another one.
  const chain = jobs.origins(id);
  const worksOnIt = (index: number) => !(index === 0 ? repeats : chain[index - 1]?.repeats);
  const maker = chain.find(({ picture }, index) => worksOnIt(index) && picture?.sha === sha);
  return { sha, ...defined({ message: maker && (maker.messages.final ?? maker.messages.announcement) }) };
}
