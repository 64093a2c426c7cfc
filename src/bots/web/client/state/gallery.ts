/** What the gallery page does: loads works, one of them in full, and marks favourites. */
import type { WireWork } from "../../wire.js";
import { sentence } from "../text/sentences.js";
import * as api from "./api.js";
import { galleryHref, go } from "./route.js";
import { type GalleryView, getState, type State, setState } from "./store.js";
import { attempt, errorText, toast } from "./toasts.js";

/** The latest question's number: answers to earlier ones are ignored. */
let asked = 0;

/** Called whenever the address leads into the gallery: what is shown may be old by now. */
export function enterGallery(work: string | undefined): void {
  if (work === undefined || getState().gallery.status === "idle") void loadWorks();
  if (work === undefined) setState({ work: undefined });
  else void openWork(work);
}

export function showGallery(view: GalleryView): void {
  setState({ gallery: { view, works: [], status: "loading" } });
  void loadWorks();
}

/** Loads the first page in the present view. */
async function loadWorks(): Promise<void> {
  setGallery({ status: "loading", error: undefined });
  const { view } = getState().gallery;
  await ask(
    (works, next) => setState({ gallery: { view, works, next, status: "ready" } }),
    (error) => setState({ gallery: { view, works: [], status: "failed", error } }),
  );
}

/** Loads the page after what is shown, once at a time. */
export async function loadMoreWorks(): Promise<void> {
  const { next: after, status } = getState().gallery;
  if (after === undefined || status !== "ready") return;
  setGallery({ status: "loading", stalled: false });
  await ask(
    (more, next) => {
      const { works } = getState().gallery;
      const known = new Set(works.map(({ job }) => job));
      setGallery({ works: [...works, ...more.filter(({ job }) => !known.has(job))], next, status: "ready" });
    },
    (error) => {
      // Not again by itself: where the end of the list is in sight, that would be without a pause.
      setGallery({ status: "ready", stalled: true });
      toast(error);
    },
    after,
  );
}

async function ask(
  onPage: (works: readonly WireWork[], next: string | undefined) => void,
  onError: (error: string) => void,
  after?: string,
): Promise<void> {
  const question = ++asked;
  const { user, ...view } = getState().gallery.view;
  try {
    const { works, next } = await api.loadGallery({ ...view, person: user?.id, after });
    if (question === asked) onPage(works, next);
  } catch (error) {
    if (question === asked) onError(errorText(error));
  }
}

async function openWork(job: string): Promise<void> {
  if (getState().work?.job !== job) setState({ work: undefined });
  try {
    const work = await api.loadWork(job);
    if (getState().route.work === job) setState({ work });
  } catch (error) {
    if (getState().route.work !== job) return;
    toast(errorText(error));
    window.location.hash = galleryHref();
  }
}

/** Marks a favourite, or no longer: shown at once, put right when the answer comes. */
export async function setFavourite({ job, loved, hearts }: WireWork): Promise<void> {
  const on = !loved;
  change(job, { loved: on, hearts: Math.max(0, hearts + (on ? 1 : -1)) });
  try {
    const answer = await api.setFavourite(job, on);
    change(job, { loved: on, hearts: answer.hearts });
  } catch (error) {
    change(job, { loved, hearts });
    toast(errorText(error));
  }
}

/** Takes the open work out of the gallery, or puts it back. */
export async function setHidden(job: string, hidden: boolean): Promise<void> {
  await attempt(async () => {
    await api.hideWork(job, hidden);
    const { work, gallery } = getState();
    if (work?.job === job) setState({ work: { ...work, hidden } });
    if (hidden) setGallery({ works: gallery.works.filter((each) => each.job !== job) });
    else void loadWorks();
    toast(sentence(hidden ? "gallery.hidden" : "gallery.shown"));
  });
}

/** Makes a work again, or what one of its buttons makes of it, and goes where that grows. */
export async function makeOf(job: string, button?: string): Promise<void> {
  await attempt(async () => {
    const { channel, message, refusal } = await api.makeOf(job, button);
    if (refusal !== undefined) toast(refusal);
    else if (channel !== undefined) go(channel, message);
  });
}

function change(job: string, changes: Partial<WireWork>): void {
  const { gallery, work } = getState();
  setGallery({ works: gallery.works.map((each) => (each.job === job ? { ...each, ...changes } : each)) });
  if (work?.job === job) setState({ work: { ...work, ...changes } });
}

function setGallery(changes: Partial<State["gallery"]>): void {
  setState({ gallery: { ...getState().gallery, ...changes } });
}
