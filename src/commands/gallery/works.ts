import type { Picture, Work, WorksRequest } from "../../port/chat.js";
import type { StoredJob } from "../../store/job-record.js";
import { Mistake } from "../command.js";
import type { Desk } from "../context.js";
import { commandLine } from "../recipes/recipe.js";

/** A person's finished works in a community, newest first, wherever they were made and whether or not the gallery shows them. */
export function works({ platform, community, person, limit }: WorksRequest, desk: Desk): Work[] {
  return desk.store.jobs
    .finishedBy({ platform, community, author: person.id }, limit)
    .flatMap((job) => workOf(job, desk) ?? []);
}

function workOf(job: StoredJob, desk: Desk): Work | undefined {
  const recipe = desk.recipes.get(job.recipe);
  if (!recipe) return undefined;
  const { final, announcement } = job.messages;
  const message = final ?? announcement;
  return {
    job: job.id,
    title: recipe.title(job.params),
    line: commandLine(recipe, { ...job.params, ...(job.result === undefined ? {} : { seed: job.result.seed }) }),
    at: job.finishedAt ?? job.createdAt,
    ...(message === undefined ? {} : { message }),
    thumbnail: (side) => thumbnail(job, side, desk),
  };
}

/** @throws Mistake when the picture is no longer kept. */
async function thumbnail({ id }: StoredJob, side: number, desk: Desk): Promise<Picture> {
  const bytes = await desk.thumbnails.get(id, side);
  if (!bytes) throw new Mistake(`The picture of job ${id} is no longer kept.`);
  return { bytes, name: `${id}.jpg`, type: "image/jpeg" };
}
