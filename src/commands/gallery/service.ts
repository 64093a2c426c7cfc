/** The gallery as adapters see it: see `Gallery` in the port. */

import {
  type ChannelRef,
  isSeenFrom,
  type Member,
  type MessageRef,
  mayManage,
  moderates,
  type PublicScope,
  sameCommunity,
} from "../../domain/model.js";
import { variationsOf } from "../../engine/recipes/outcome.js";
import { ChatError } from "../../port/chat-error.js";
import type {
  Gallery,
  GalleryDetail,
  GalleryPage,
  GalleryQuery,
  GalleryViewer,
  GalleryWork,
  LinkedResult,
  PublicGallery,
  PublicWork,
  Work,
  WorkFile,
  WorksRequest,
} from "../../port/gallery.js";
import type { Picture } from "../../port/messages.js";
import { defined } from "../../shared/defined.js";
import { FileParts } from "../../shared/file-parts.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { StoreError } from "../../shared/store-error.js";
import { elapsed, kebab, plain } from "../../shared/text.js";
import type { StoredJob } from "../../store/job-rows.js";
import type { Store } from "../../store/open.js";
import type { Moderation } from "../moderation/moderation.js";
import { markedResult, markedResultParts } from "../presenting/marked-result.js";
import { buttonId, buttons, creditLine, lineNotes } from "../presenting/texts.js";
import { commandLine, type Recipe } from "../recipes/recipe.js";
import { variantsOf } from "../recipes/variants.js";
import type { ChannelSettings } from "../settings/channel-settings.js";
import { UserError } from "../user-error.js";
import type { Thumbnails } from "./thumbnails.js";
import type { WholeResults } from "./whole-results.js";

/** Enough for a menu. */
const MAX_AUTHORS = 200;
const MAX_ORIGINS = 12;
const MAX_REMIXES = 48;

export interface GalleryServices {
  readonly recipes: ReadonlyMap<string, Recipe>;
  readonly store: Pick<Store, "favourites" | "gallery" | "jobs">;
  readonly thumbnails: Pick<Thumbnails, "get">;
  readonly moderation: Pick<Moderation, "isBarred" | "noteOnOthers">;
  readonly settings: Pick<ChannelSettings, "largest" | "marksFiles">;
}

export function createGallery(services: GalleryServices): Gallery {
  const { store } = services;
  return {
    page: async (query, viewer) => pageOf(query, viewer, services),
    authors: async ({ platform, community }) => store.gallery.authors({ platform, community }, MAX_AUTHORS),
    work: async (id, viewer) => detailOf(shownJob(id, viewer, services), viewer, services),
    async thumbnail(id, side, viewer) {
      shownJob(id, viewer, services);
      return (await thumbnail(id, side, services)) ?? gone();
    },
    picture: async (id, viewer) => pictureOf(shownJob(id, viewer, services), services),
    file: async (id, viewer) => fileOf(shownJob(id, viewer, services), services),
    async favourite(id, on, viewer) {
      mustNotBeBarred(viewer, services);
      shownJob(id, viewer, services);
      return store.favourites.set(id, { platform: viewer.platform, user: viewer.user.id, roles: viewer.user.roles }, on)
        .count;
    },
    async hide(id, hidden, viewer) {
      mustNotBeBarred(viewer, services);
      const job = shownJob(id, viewer, services);
      setHidden(job, hidden, { user: viewer.user, here: placeOf(viewer) }, services);
    },
  };
}

/** The gallery for those in the chat, and its part that is for everybody. */
export function createGalleries(services: GalleryServices) {
  return { gallery: createGallery(services), publicGallery: createPublicGallery(services) };
}

/** A result for those who have its link. @throws ChatError "gone" */
export async function linkedResult(
  link: LinkedResult,
  links: Pick<WholeResults, "admits">,
  services: GalleryServices,
): Promise<WorkFile> {
  const job = links.admits(link) ? services.store.jobs.get(link.job) : undefined;
  // What was taken out of the gallery since, by its author or a moderator, is not shown by the way.
  if (job?.state !== "done" || job.hidden) throw new ChatError("gone", "gallery.link-gone");
  return fileOf(job, services);
}

function createPublicGallery(services: GalleryServices): PublicGallery {
  const { store, recipes } = services;
  const shown = (id: string, scope: PublicScope): StoredJob => store.gallery.publicWork(id, scope) ?? gone();
  const publicWork = (job: StoredJob): PublicWork | undefined => {
    const recipe = recipes.get(job.recipe);
    const { author, credits } = job;
    return recipe && { ...factsOfAll(job, recipe), author: author.name, credits: creditLine(credits) };
  };
  return {
    async page(query, scope) {
      const { jobs, next } = orGone(() => store.gallery.publicPage({ ...query, ...scope }));
      return { works: jobs.flatMap((job) => publicWork(job) ?? []), ...defined({ next }) };
    },
    choices: async (scope) => store.gallery.publicChoices(scope),
    work: async (id, scope) => publicWork(shown(id, scope)) ?? gone(),
    async thumbnail(id, side, scope) {
      shown(id, scope);
      return (await thumbnail(id, side, services)) ?? gone();
    },
    file: async (id, scope) => fileOf(shown(id, scope), services),
  };
}

/**
 * Takes a work out of the gallery, or puts it back, for its author or a moderator.
 * @throws ChatError "forbidden" for others, and for an author whose work a moderator has taken out
 */
export function setHidden(
  job: StoredJob,
  hidden: boolean,
  { user, here }: { readonly user: Member; readonly here: ChannelRef | undefined },
  { store, moderation }: Pick<GalleryServices, "store" | "moderation">,
): void {
  const { id, author, channel, withheld } = job;
  if (!mayManage(user, job, here)) throw new ChatError("forbidden", "gallery.foreign", { owner: plain(author.name) });
  const isModerator = moderates(user, channel, here);
  if (withheld && !isModerator) throw new ChatError("forbidden", "gallery.withheld");
  const asAuthor = user.id === author.id && (hidden || !isModerator);
  store.jobs.setHidden(id, hidden, asAuthor ? "author" : "moderator");
  moderation.noteOnOthers(user, hidden ? "hide-work" : "show-work", job);
}

/** @throws ChatError "forbidden": those whom moderators have barred change nothing here either */
function mustNotBeBarred({ user, ...viewer }: GalleryViewer, { moderation }: GalleryServices): void {
  if (moderation.isBarred(user, viewer)) throw new ChatError("forbidden", "moderate.barred");
}

/** The channel that a gallery is looked at from; undefined for a page of its own. */
function placeOf({ platform, community, channel: id }: GalleryViewer): ChannelRef | undefined {
  return id === undefined ? undefined : { platform, community, id };
}

/** A user's finished works in a community, newest first, from any channel and whether or not the gallery shows them. */
export function finishedWorks({ platform, community, user, limit }: WorksRequest, services: GalleryServices): Work[] {
  const jobs = services.store.jobs.finishedBy({ platform, community, author: user.id }, limit);
  return jobs.flatMap((job) => {
    const recipe = services.recipes.get(job.recipe);
    const { id, params, messages } = job;
    if (!recipe) return [];
    const work: Work = {
      job: id,
      title: recipe.title(params),
      ...linesOf(job, recipe),
      at: finishedAt(job),
      ...defined({ message: messages.final ?? messages.announcement }),
      async thumbnail(side) {
        const small = await thumbnail(id, side, services);
        if (!small) throw new UserError("gallery.job-image-gone", { id });
        return small;
      },
    };
    return [work];
  });
}

function pageOf({ command, ...query }: GalleryQuery, viewer: GalleryViewer, services: GalleryServices): GalleryPage {
  const { platform, community } = viewer;
  const recipe = command === undefined ? undefined : recipeOf(command, services);
  const asked = { ...query, platform, community, ...defined({ recipe }) };
  const { jobs, next } = orGone(() => services.store.gallery.page(asked));
  return { works: jobs.flatMap((job) => workOf(job, viewer, services) ?? []), ...defined({ next }) };
}

/** What is read. @throws ChatError "gone" for a page that is unknown */
function orGone<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof StoreError && error.kind === "cursor") throw new ChatError("gone", error);
    throw error;
  }
}

function detailOf(job: StoredJob, viewer: GalleryViewer, services: GalleryServices): GalleryDetail {
  const { id, credits, hidden, messages } = job;
  const { jobs } = services.store;
  const here = placeOf(viewer);
  const recipe = services.recipes.get(job.recipe) ?? gone();
  const shown = (each: StoredJob) => (isShown(each, viewer) ? (workOf(each, viewer, services) ?? []) : []);
  return {
    ...(workOf(job, viewer, services) ?? gone()),
    ...linesOf(job, recipe),
    facts: factsOf(job, recipe),
    credits: creditLine(credits),
    messages: [messages.final, messages.announcement].filter((message): message is MessageRef => message !== undefined),
    hidden,
    mayHide: mayManage(viewer.user, job, here) && (!job.withheld || moderates(viewer.user, job.channel, here)),
    again: buttonId({ verb: "again" }, id),
    makes: makesOf(job, recipe, viewer, services),
    origins: jobs.origins(id, MAX_ORIGINS).flatMap(shown),
    ...defined({ photo: photoOf(job, viewer, services) }),
    remixes: jobs.remixes(id, MAX_REMIXES).flatMap(shown),
  };
}

function makesOf(
  job: StoredJob,
  recipe: Recipe,
  { user }: GalleryViewer,
  { settings }: GalleryServices,
): GalleryDetail["makes"] {
  const { params, channel } = job;
  const variants = variantsOf({ recipe, params, largest: settings.largest(recipe, channel, user) }, job);
  return buttons(job, ...variants.map(({ variant: verb, ...which }) => ({ verb, ...which })));
}

/** The file that a work's chain began with; undefined where some of the chain is not shown to the viewer. */
function photoOf(job: StoredJob, viewer: GalleryViewer, { store, recipes }: GalleryServices): string | undefined {
  const chain = [job, ...store.jobs.origins(job.id, MAX_ORIGINS)];
  const first = chain.at(-1) ?? job;
  if (first.from !== undefined || !chain.slice(1).every((each) => isShown(each, viewer))) return undefined;
  const role = recipes.get(first.recipe)?.imageRole;
  return role === undefined ? undefined : store.jobs.inputSha(first.id, role);
}

/** Whether a work is in the gallery that a viewer looks at. */
function isShown(job: StoredJob, viewer: GalleryViewer): boolean {
  const { channel, state, picture, hidden } = job;
  if (!sameCommunity(channel, viewer) || state !== "done" || picture === undefined || hidden) return false;
  return isSeenFrom(job, defined({ id: viewer.channel, thread: viewer.thread }), viewer.user);
}

/** A job as a work; undefined when its recipe is gone. */
export function workOf(
  job: StoredJob,
  { platform, user }: Pick<GalleryViewer, "platform" | "user">,
  { recipes, store }: GalleryServices,
): GalleryWork | undefined {
  const recipe = recipes.get(job.recipe);
  if (!recipe) return undefined;
  const { id, author, favourites, spoiler } = job;
  return {
    ...factsOfAll(job, recipe),
    command: recipe.command,
    author,
    hearts: favourites,
    loved: favourites > 0 && store.favourites.has(id, { platform, user: user.id }),
    spoiler,
    variation: job.from !== undefined && job.repeats,
  };
}

/** What everybody is told of a work. */
function factsOfAll(job: StoredJob, recipe: Recipe): Omit<PublicWork, "author" | "credits"> {
  const { id, params, result } = job;
  const { width = 0, height = 0 } = result ?? {};
  const film = recipe.film(params);
  const video = film && params.format === "mp4";
  const facts = { job: id, title: recipe.title(params), at: finishedAt(job), width, height, film };
  const sheet = variationsOf(params) > 1;
  return { ...facts, ...(video && { video }), ...(sheet && { sheet: true as const }) };
}

/** The line that makes a work again, with the seed that was used, and what belongs to it. */
export function linesOf(job: StoredJob, recipe: Recipe): Pick<Work, "line" | "lineNotes"> {
  const notes = lineNotes(recipe, job, job.result ?? {});
  return { line: commandLine(recipe, seeded(job), job.pictures), ...(notes === "" ? {} : { lineNotes: notes }) };
}

function seeded({ params, result }: StoredJob): StoredJob["params"] {
  return { ...params, ...(result && { seed: result.seed }) };
}

function finishedAt({ finishedAt: at, createdAt }: StoredJob): number {
  return at ?? createdAt;
}

async function thumbnail(id: string, side: number, { thumbnails }: GalleryServices): Promise<Picture | undefined> {
  try {
    const bytes = await thumbnails.get(id, side);
    return bytes && { bytes, name: `${id}.jpg`, type: "image/jpeg" };
  } catch (error) {
    throw error instanceof UserError ? new ChatError("unavailable", error) : error;
  }
}

async function pictureOf(job: StoredJob, services: GalleryServices): Promise<Picture> {
  const picture = (await services.store.jobs.result(job.id)) ?? gone();
  const named = { ...picture, name: nameOf(job, picture.type) };
  const made = madeOf(job, services);
  return made ? markedResult(named, made) : named;
}

function fileOf(job: StoredJob, services: GalleryServices): WorkFile {
  const { jobs } = services.store;
  const { type } = job.picture ?? gone();
  return {
    name: nameOf(job, type),
    type,
    async open() {
      const path = jobs.resultPath(job.id) ?? gone();
      const picture = (await jobs.result(job.id)) ?? gone();
      const made = madeOf(job, services);
      return new FileParts(path, picture.bytes, made && markedResultParts(picture, made));
    },
  };
}

function nameOf({ id }: StoredJob, type: string): string {
  return `${id}.${/\/(\w+)/.exec(type)?.[1] ?? "png"}`;
}

/** What a file says of its making; undefined where the recipe is gone. */
function madeOf(job: StoredJob, { recipes, settings }: GalleryServices) {
  const recipe = recipes.get(job.recipe);
  const { result } = job;
  return recipe && result && { recipe, job, result, marksFiles: (channel: ChannelRef) => settings.marksFiles(channel) };
}

function factsOf(job: StoredJob, recipe: Recipe): GalleryDetail["facts"] {
  const [first = ""] = Object.keys(recipe.options);
  const chosen = recipe.print(seeded(job)).map(({ key, value }) => ({ name: key ?? kebab(first), value }));
  const { result } = job;
  if (!result) return chosen;
  const { width, height, seconds, network, runtime } = result;
  return [
    ...chosen,
    { name: sentence("gallery.fact.picture"), value: `${width} × ${height} px` },
    { name: sentence("gallery.fact.took"), value: elapsed(seconds) },
    { name: sentence("gallery.fact.made-by"), value: sentence("result.runtime", { network, runtime }) },
  ];
}

/** @throws ChatError "gone" for what this viewer may not see. Who may manage a hidden work still sees it. */
function shownJob(id: string, viewer: GalleryViewer, { store }: GalleryServices): StoredJob {
  const job = store.jobs.get(id) ?? gone();
  return isShown(mayManage(viewer.user, job, placeOf(viewer)) ? { ...job, hidden: false } : job, viewer) ? job : gone();
}

function recipeOf(command: string, { recipes }: GalleryServices): string {
  const found = [...recipes.values()].find((recipe) => recipe.command === command);
  if (!found) throw new ChatError("gone", "gallery.no-command");
  return found.name;
}

function gone(): never {
  throw new ChatError("gone", "gallery.work-gone");
}
