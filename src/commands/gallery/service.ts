/** The gallery as adapters see it: see `Gallery` in the port. */

import type { MessageRef } from "../../domain/message.js";
import { ChatError } from "../../port/chat-error.js";
import type { Gallery, GalleryDetail, GalleryViewer, GalleryWork } from "../../port/gallery.js";
import { kebab } from "../../shared/text.js";
import { StoreError } from "../../store/errors.js";
import type { StoredJob } from "../../store/job-record.js";
import type { Store } from "../../store/open.js";

import { creditLine } from "../presenting/credits.js";
import { mayManage } from "../presenting/permission.js";
import { buttonId } from "../presenting/texts.js";
import { elapsed } from "../presenting/words.js";
import { commandLine, type Recipe } from "../recipes/recipe.js";
import type { Thumbnails } from "./thumbnails.js";

/** Enough for a menu. */
const MOST_AUTHORS = 200;
const MOST_ORIGINS = 12;
const MOST_REMIXES = 48;

export interface GalleryServices {
  readonly recipes: ReadonlyMap<string, Recipe>;
  readonly store: Pick<Store, "favourites" | "gallery" | "jobs">;
  readonly thumbnails: Pick<Thumbnails, "get">;
}

export function createGallery(services: GalleryServices): Gallery {
  const { store } = services;
  return {
    async page(query, viewer) {
      const { by, author, command, limit, after } = query;
      const recipe = command === undefined ? undefined : recipeOf(command, services);
      const { jobs, next } = readPage(() =>
        store.gallery.page({
          ...communityOf(viewer),
          ...{ by, limit },
          ...(author === undefined ? {} : { author }),
          ...(recipe === undefined ? {} : { recipe }),
          ...(after === undefined ? {} : { after }),
        }),
      );
      return {
        works: jobs.flatMap((job) => workOf(job, viewer, services) ?? []),
        ...(next === undefined ? {} : { next }),
      };
    },
    async authors(viewer) {
      return store.gallery.authors(communityOf(viewer), MOST_AUTHORS);
    },
    async work(id, viewer) {
      const job = needed(id, viewer, services);
      const recipe = services.recipes.get(job.recipe);
      const work = workOf(job, viewer, services);
      if (!recipe || !work) throw gone();
      const seen = (each: StoredJob) => (isShown(each, viewer) ? (workOf(each, viewer, services) ?? []) : []);
      const { final, announcement } = job.messages;
      return {
        ...work,
        line: commandLine(recipe, seeded(job), job.pictures),
        facts: factsOf(job, recipe),
        credits: creditLine(job.credits),
        messages: [final, announcement].filter((message): message is MessageRef => message !== undefined),
        hidden: job.hidden,
        mayHide: mayManage(viewer.user, job),
        again: buttonId("again", id),
        origins: store.jobs.origins(id, MOST_ORIGINS).flatMap(seen),
        remixes: store.jobs.remixes(id, MOST_REMIXES).flatMap(seen),
      };
    },
    async thumbnail(id, side, viewer) {
      needed(id, viewer, services);
      const bytes = await services.thumbnails.get(id, side);
      if (!bytes) throw gone();
      return { bytes, name: `${id}.jpg`, type: "image/jpeg" };
    },
    async picture(id, viewer) {
      needed(id, viewer, services);
      const picture = await store.jobs.picture(id);
      if (!picture) throw gone();
      return { ...picture, name: `${id}.${/\/(\w+)/.exec(picture.type)?.[1] ?? "png"}` };
    },
    async favourite(id, on, viewer) {
      needed(id, viewer, services);
      return store.favourites.set(id, { platform: viewer.platform, user: viewer.user.id }, on).count;
    },
    async hide(id, hidden, viewer) {
      const job = needed(id, viewer, services);
      if (!mayManage(viewer.user, job)) {
        throw new ChatError("forbidden", "gallery.foreign", { owner: job.author.name });
      }
      store.jobs.setHidden(id, hidden);
    },
  };
}

/** Whether a work is in the gallery that somebody looks at. */
function isShown(job: StoredJob, viewer: GalleryViewer): boolean {
  const { channel, state, picture, hidden, audience } = job;
  const here = channel.platform === viewer.platform && channel.community === viewer.community;
  return (
    here &&
    state === "done" &&
    picture !== undefined &&
    !hidden &&
    (audience === "community" || channel.id === viewer.channel)
  );
}

/** A job as a work; undefined when nobody knows any more what made it. */
export function workOf(
  job: StoredJob,
  viewer: Pick<GalleryViewer, "platform" | "user">,
  services: GalleryServices,
): GalleryWork | undefined {
  const recipe = services.recipes.get(job.recipe);
  if (!recipe) return undefined;
  const { id, author, result, favourites, spoiler } = job;
  return {
    ...{ job: id, title: recipe.title(job.params), command: recipe.command, author },
    at: job.finishedAt ?? job.createdAt,
    ...{ width: result?.width ?? 0, height: result?.height ?? 0, film: recipe.film(job.params) },
    hearts: favourites,
    loved: favourites > 0 && services.store.favourites.has(id, { platform: viewer.platform, user: viewer.user.id }),
    spoiler,
    variation: job.from !== undefined && job.repeats,
  };
}

/** With the seed that was used. */
export function seeded({ params, result }: Pick<StoredJob, "params" | "result">): StoredJob["params"] {
  return { ...params, ...(result === undefined ? {} : { seed: result.seed }) };
}

function factsOf(job: StoredJob, recipe: Recipe): GalleryDetail["facts"] {
  const params = seeded(job);
  const told = recipe.print(params);
  const [first] = Object.keys(recipe.options);
  const { result } = job;
  const came = result && [
    { name: "picture", value: `${result.width} × ${result.height} px` },
    { name: "took", value: elapsed(result.seconds) },
    { name: "painted by", value: `${result.network} on ${result.runtime}` },
  ];
  return [...told.map(({ key, value }) => ({ name: key ?? kebab(first ?? ""), value })), ...(came ?? [])];
}

/** @throws ChatError "gone" for what this viewer does not see, or nobody. Who took a work out, and moderators, still see it. */
function needed(id: string, viewer: GalleryViewer, { store }: GalleryServices): StoredJob {
  const job = store.jobs.get(id);
  if (!job || !(isShown(job, viewer) || (mayManage(viewer.user, job) && isShown({ ...job, hidden: false }, viewer))))
    throw gone();
  return job;
}

function communityOf({ platform, community }: GalleryViewer) {
  return { platform, community };
}

function recipeOf(command: string, { recipes }: GalleryServices): string {
  const found = [...recipes.values()].find((recipe) => recipe.command === command);
  if (!found) throw new ChatError("gone", "gallery.no-command");
  return found.name;
}

function readPage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof StoreError && error.kind === "cursor") throw new ChatError("gone", error);
    throw error;
  }
}

function gone(): ChatError {
  return new ChatError("gone", "gallery.work-gone");
}
