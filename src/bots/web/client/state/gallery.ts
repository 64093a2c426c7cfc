/** What the gallery page does: loads works, one of them in full, and takes hearts. */
import type { WireWork } from "../../wire.js";
import * as api from "./api.js";
import { galleryHref, go } from "./route.js";
import { type GalleryView, getState, setState, toast } from "./store.js";

/** Answers to questions that have been overtaken are passed over. */
let asked = 0;

/** Called whenever the address leads into the gallery: what is shown may be old by now. */
export function enterGallery(work: string | undefined): void {
  const { gallery } = getState();
  if (work === undefined || gallery.status === "idle") void loadWorks();
  if (work === undefined) setState({ work: undefined });
  else void openWork(work);
}

export function showGallery(view: GalleryView): void {
  setState({ gallery: { view, works: [], status: "loading" } });
  void loadWorks();
}

/** Loads the first page in the present view. */
async function loadWorks(): Promise<void> {
  const turn = ++asked;
  const { gallery } = getState();
  const { view } = gallery;
  setState({ gallery: { ...gallery, status: "loading", error: undefined } });
  try {
    const { works, next } = await api.loadGallery(queryOf(view));
    if (turn === asked) setState({ gallery: { view, works, next, status: "ready" } });
  } catch (error) {
    if (turn === asked) setState({ gallery: { view, works: [], status: "failed", error: api.errorText(error) } });
  }
}

/** Loads the page after what is shown, once at a time. */
export async function loadMoreWorks(): Promise<void> {
  const { gallery } = getState();
  if (gallery.next === undefined || gallery.status !== "ready") return;
  const turn = ++asked;
  setState({ gallery: { ...gallery, status: "loading", stalled: false } });
  try {
    const { works, next } = await api.loadGallery({ ...queryOf(gallery.view), after: gallery.next });
    if (turn !== asked) return;
    const now = getState().gallery;
    const known = new Set(now.works.map(({ job }) => job));
    setState({
      gallery: { ...now, works: [...now.works, ...works.filter(({ job }) => !known.has(job))], next, status: "ready" },
    });
  } catch (error) {
    if (turn !== asked) return;
    // Not again by itself: where the end of the list is in sight, that would be without a pause.
    setState({ gallery: { ...getState().gallery, status: "ready", stalled: true } });
    toast(api.errorText(error));
  }
}

async function openWork(job: string): Promise<void> {
  if (getState().work?.job !== job) setState({ work: undefined });
  try {
    const work = await api.loadWork(job);
    if (getState().route.work === job) setState({ work });
  } catch (error) {
    if (getState().route.work !== job) return;
    toast(api.errorText(error));
    window.location.hash = galleryHref();
  }
}

/** Gives or takes back a heart: shown at once, put right when the answer comes. */
export async function setFavourite(work: WireWork): Promise<void> {
  const on = !work.loved;
  change(work.job, { loved: on, hearts: Math.max(0, work.hearts + (on ? 1 : -1)) });
  try {
    const { hearts } = await api.setFavourite(work.job, on);
    change(work.job, { loved: on, hearts });
  } catch (error) {
    change(work.job, { loved: work.loved, hearts: work.hearts });
    toast(api.errorText(error));
  }
}

/** Takes the open work out of the gallery, or puts it back. */
export async function setHidden(job: string, hidden: boolean): Promise<void> {
  try {
    await api.hideWork(job, hidden);
    const { work, gallery } = getState();
    if (work?.job === job) setState({ work: { ...work, hidden } });
    if (hidden) setState({ gallery: { ...gallery, works: gallery.works.filter((each) => each.job !== job) } });
    else void loadWorks();
    toast(hidden ? "It is out of the gallery. Its messages stay." : "It is in the gallery again.");
  } catch (error) {
    toast(api.errorText(error));
  }
}

/** Makes a work again, and goes where it grows. */
export async function makeAgain(job: string): Promise<void> {
  try {
    const { channel, message, refusal } = await api.workAgain(job);
    if (refusal !== undefined) toast(refusal);
    else if (channel !== undefined) go(channel, message);
  } catch (error) {
    toast(api.errorText(error));
  }
}

function change(job: string, changes: Partial<WireWork>): void {
  const { gallery, work } = getState();
  const changed = (each: WireWork) => (each.job === job ? { ...each, ...changes } : each);
  setState({
    gallery: { ...gallery, works: gallery.works.map(changed) },
    ...(work ? { work: { ...work, ...(work.job === job ? changes : {}) } } : {}),
  });
}

function queryOf({ by, command, user }: GalleryView) {
  return { by, command, person: user?.id };
}
