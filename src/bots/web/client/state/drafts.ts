import type { WireMessage } from "../../wire.js";
import { sentence } from "../text/sentences.js";
import { keep, keptOf } from "./kept.js";
import { fitted, isFilm, isHeic } from "./shrink.js";
import { type Attachment, type Draft, getState, setReplying, setState, useStore } from "./store.js";
import { toast } from "./toasts.js";

const empty: Draft = { text: "", files: [] };
let counter = 0;

/** What is written but not sent in a timeline: it outlives a change of channel, and its text the page. */
export function useDraft(key: string): Draft {
  return useStore((state) => state.drafts[key] ?? empty);
}

export function setDraft(key: string, change: Partial<Draft>): void {
  setState({ drafts: { ...getState().drafts, [key]: { ...draftOf(key), ...change } } });
  if (change.text !== undefined) keep("draft", key, change.text === "" ? undefined : { text: change.text });
}

/** Takes up what an earlier page has left unsent. */
export function resumeDrafts(): void {
  const kept = keptOf<Pick<Draft, "text">>("draft").map(([key, { text }]) => [key, { text, files: [] }] as const);
  setState({ drafts: { ...Object.fromEntries(kept), ...getState().drafts } });
}

export function draftOf(key: string): Draft {
  return getState().drafts[key] ?? empty;
}

/** Adds chosen, pasted or dropped files, made to fit; says at once which ones cannot be sent. */
export async function addFiles(key: string, files: Iterable<File>): Promise<void> {
  const limits = getState().session?.limits;
  if (!limits) return;
  for (const file of files) {
    const { name } = file;
    if (!isPicture(file)) {
      toast(sentence("composer.no-picture", { name }));
      continue;
    }
    const fit = await fitted(file, { bytes: limits.uploadBytes, pixels: limits.uploadPixels });
    if (!fit) {
      toast(cannotSend(file, limits.uploadBytes));
      continue;
    }
    if (fit !== file && !isHeic(file)) toast(sentence("composer.shrunk", { name }));
    const attachment = await measure(fit);
    const { files: present } = draftOf(key);
    if (present.length >= limits.picturesPerMessage) {
      URL.revokeObjectURL(attachment.url);
      return toast(sentence("composer.too-many", { count: limits.picturesPerMessage }));
    }
    setDraft(key, { files: [...present, attachment] });
  }
  focusDraft(key);
}

function isPicture(file: File): boolean {
  return (file.type.startsWith("image/") && file.type !== "image/svg+xml") || isHeic(file) || isFilm(file);
}

function cannotSend(file: File, most: number): string {
  const { name } = file;
  if (isHeic(file)) return sentence("composer.heic", { name });
  return sentence("composer.too-large", { name, megabytes: Math.floor(most / 1024 / 1024) });
}

export function changeFile(key: string, file: Attachment, change: Partial<Attachment>): void {
  setDraft(key, { files: draftOf(key).files.map((each) => (each.key === file.key ? { ...file, ...change } : each)) });
}

export function removeFile(key: string, file: Attachment): void {
  // A mask without its picture says nothing.
  const gone = draftOf(key).files.filter((each) => each.key === file.key || each.maskOf === file.key);
  for (const { url } of gone) URL.revokeObjectURL(url);
  setDraft(key, { files: draftOf(key).files.filter((each) => !gone.includes(each)) });
}

/** Makes what is being written an answer to a message, or to none. Masks of another message's picture go. */
export function answer(key: string, message: WireMessage | undefined): void {
  setReplying(key, message);
  for (const file of draftOf(key).files)
    if (file.drawnOn && file.drawnOn.message !== message?.id) removeFile(key, file);
}

/** Moves the cursor to where a timeline's next message is written. */
export function focusDraft(key: string): void {
  document.querySelector<HTMLElement>(`textarea[data-key="${CSS.escape(key)}"]`)?.focus();
}

export async function measure(file: File): Promise<Attachment> {
  const url = URL.createObjectURL(file);
  if (isFilm(file)) {
    counter += 1;
    return { key: `${counter}`, file, url, width: 0, height: 0, description: "", spoiler: false };
  }
  const image = new Image();
  image.src = url;
  // A browser may not know the format (TIFF); the server looks again anyway.
  await image.decode().catch(() => undefined);
  counter += 1;
  const { naturalWidth: width, naturalHeight: height } = image;
  return { key: `${counter}`, file, url, width, height, description: "", spoiler: false };
}

/** Writes a line into a timeline's message box, to be looked at before it is sent. */
export function fillDraft(key: string, text: string): void {
  setDraft(key, { text });
  focusDraft(key);
}
