import { useEffect, useState } from "preact/hooks";
import { type Draft, getState, toast } from "../state/store.js";

/** What is written but not sent, by timeline: it outlives a change of channel. */
interface DraftMessage {
  readonly text: string;
  readonly files: readonly Draft[];
}

const empty: DraftMessage = { text: "", files: [] };
const drafts = new Map<string, DraftMessage>();
const listeners = new Set<(key: string) => void>();
let counter = 0;

export function setDraft(key: string, change: Partial<DraftMessage>): void {
  drafts.set(key, { ...getDraft(key), ...change });
  for (const listener of listeners) listener(key);
}

function getDraft(key: string): DraftMessage {
  return drafts.get(key) ?? empty;
}

export function useDraft(key: string): DraftMessage {
  const [, render] = useState(0);
  useEffect(() => {
    const listener = (changed: string) => changed === key && render((count) => count + 1);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, [key]);
  return getDraft(key);
}

/** Adds chosen, pasted or dropped files; tells at once of those that the server would refuse. */
export async function addFiles(key: string, files: readonly File[]): Promise<void> {
  const limits = getState().session?.limits;
  if (!limits) return;
  for (const file of files) {
    if (!file.type.startsWith("image/") || file.type === "image/svg+xml") {
      toast(`${file.name} is not a picture: JPEG, PNG, WebP, GIF, AVIF and TIFF can be used.`);
    } else if (file.size > limits.uploadBytes) {
      toast(`${file.name} is larger than ${Math.floor(limits.uploadBytes / 1024 / 1024)} MB: make it smaller first.`);
    } else {
      const draft = await measure(file);
      const { files: present } = getDraft(key);
      if (present.length >= limits.picturesPerMessage) {
        URL.revokeObjectURL(draft.url);
        return toast(`A message has at most ${limits.picturesPerMessage} pictures: send the others in a second one.`);
      }
      setDraft(key, { files: [...present, draft] });
    }
  }
  document.querySelector<HTMLElement>(`textarea[data-key="${CSS.escape(key)}"]`)?.focus();
}

export function removeFile(key: string, draft: Draft): void {
  URL.revokeObjectURL(draft.url);
  setDraft(key, { files: getDraft(key).files.filter((each) => each.key !== draft.key) });
}

async function measure(file: File): Promise<Draft> {
  const url = URL.createObjectURL(file);
  const image = new Image();
  image.src = url;
  // A browser may not know the format (TIFF); the server looks again anyway.
  await image.decode().catch(() => undefined);
  counter += 1;
  return {
    key: `${counter}`,
    file,
    url,
    width: image.naturalWidth,
    height: image.naturalHeight,
    description: "",
    spoiler: false,
  };
}
