import type { Work, WorksRequest } from "../../port/gallery.js";
import type { Picture } from "../../port/messages.js";
import type { StoredJob } from "../../store/job-record.js";
import { commandLine } from "../recipes/recipe.js";
import { UserError } from "../user-error.js";
import type { GalleryServices } from "./service.js";

/** A person's finished works in a community, newest first, wherever they were made and whether or not the gallery shows them. */
export function finishedWorks({ platform, community, user, limit }: WorksRequest, services: GalleryServices): Work[] {
  return services.store.jobs
    .finishedBy({ platform, community, author: user.id }, limit)
    .flatMap((job) => workOf(job, services) ?? []);
}

function workOf(job: StoredJob, services: GalleryServices): Work | undefined {
  const recipe = services.recipes.get(job.recipe);
  if (!recipe) return undefined;
  const { final, announcement } = job.messages;
  const message = final ?? announcement;
  return {
    job: job.id,
    title: recipe.title(job.params),
    line: commandLine(
      recipe,
      { ...job.params, ...(job.result === undefined ? {} : { seed: job.result.seed }) },
      job.pictures,
    ),
    at: job.finishedAt ?? job.createdAt,
    ...(message === undefined ? {} : { message }),
    thumbnail: (side) => thumbnail(job, side, services),
  };
}

/** @throws UserError when the picture is no longer kept. */
async function thumbnail({ id }: StoredJob, side: number, services: GalleryServices): Promise<Picture> {
  const bytes = await services.thumbnails.get(id, side);
  if (!bytes) throw new UserError("gallery.job-image-gone", { id });
  return { bytes, name: `${id}.jpg`, type: "image/jpeg" };
}
