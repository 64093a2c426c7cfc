import type { Job, User } from "../../domain/model.js";
import { FINISHED } from "../../engine/recipes/common-options.js";
import { octaveOf, octaveRole } from "../../engine/recipes/morph-options.js";
import type { JobRepository } from "../../queue/job-repository.js";
import { defined } from "../../shared/defined.js";
import type { Jobs } from "../../store/jobs.js";
import { checkMayUse, checkNotWithheld } from "../images/may-use.js";
import { provenanceOfRepeat } from "../images/provenance.js";
import { creditedOwners } from "../images/shown-works.js";
import { UserError } from "../user-error.js";
import { type Params, type Recipe, randomSeed } from "./recipe.js";
import { type JobRequester, type JobServices, startJob } from "./start-job.js";

export interface RepeatServices extends JobServices {
  readonly recipes: ReadonlyMap<string, Recipe>;
  readonly jobs: JobServices["jobs"] & Pick<JobRepository, "pictures">;
  readonly store: JobServices["store"] & { readonly jobs: Pick<Jobs, "origins"> };
}

/** What takes the place of work when a job is made again. */
interface DoneBefore {
  /** The job's result, from which a larger one goes on; otherwise what is made again is made from the start. */
  readonly finished?: { readonly bytes: Uint8Array } | undefined;
  /** All its octaves in their order, of which a morph is made; otherwise the picture is made again for it. */
  readonly octaves?: readonly Uint8Array[] | undefined;
  /** Said where the new job is told of. */
  readonly note?: string | undefined;
}

/**
 * Starts a job again. Without changes it gets a new seed, since the same one would give the very same picture.
 *
 * @throws UserError when it cannot be repeated.
 */
export async function repeatJob(
  job: Job,
  changes: Params,
  requester: JobRequester,
  services: RepeatServices,
  { finished, octaves = [], note }: DoneBefore = {},
): Promise<void> {
  const recipe = recipeOf(job, services.recipes);
  if (recipe.once === true) throw new UserError("again.once", { command: recipe.command });
  checkNotWithheld(job);
  for (const owner of usedAgain(job, services)) checkMayUse(owner, requester, services);
  const pictures = await services.jobs.pictures(job.id);
  if (!pictures) throw new UserError("again.image-gone", { id: job.id });
  const { [FINISHED]: _, ...sources } = pictures;
  const given = Object.entries(sources).filter(([role]) => octaveOf(role) === undefined);
  const kept = octaves.map((bytes, index) => [octaveRole(index + 1), bytes] as const);
  const own = Object.fromEntries([...given, ...kept].map(([role, bytes]) => [role, { bytes }]));
  const images = { ...own, ...(finished && { [FINISHED]: { bytes: finished.bytes } }) };
  const done = finished && recipe.side(job.params);
  const changed = Object.keys(changes).length === 0 ? { seed: randomSeed() } : changes;
  const provenance = provenanceOfRepeat(job, requester.user);
  const request = { recipe, given: changed, params: job.params, images, done, provenance, ...defined({ note }) };
  await startJob(request, requester, services);
}

/**
 * Whose pictures repeating a job uses: its author's, those of the jobs that it varies and of the one whose result they
 * began with, and those of the people whose photos they began with.
 */
function usedAgain(job: Job, { store }: RepeatServices): User[] {
  const chain: Pick<Job, "author" | "repeats">[] = [job, ...(job.from === undefined ? [] : store.jobs.origins(job.id))];
  const end = chain.findIndex(({ repeats }) => !repeats);
  const used = end === -1 ? chain : chain.slice(0, end + 2);
  return [...used.map(({ author }) => author), ...creditedOwners(job)];
}

/** @throws UserError for a recipe that is gone. */
export function recipeOf(job: Job, recipes: ReadonlyMap<string, Recipe>): Recipe {
  const recipe = recipes.get(job.recipe);
  if (!recipe) throw new UserError("again.retired", { id: job.id, recipe: job.recipe });
  return recipe;
}
