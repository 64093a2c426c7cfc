import type {
  WireAdminMode,
  WireAgain,
  WireChannelAct,
  WireChannelState,
  WireCheck,
  WireCheckRequest,
  WireCompletion,
  WireCompletionRequest,
  WireDevices,
  WireError,
  WireGalleryPage,
  WireGalleryPeople,
  WireJoin,
  WireJoinCode,
  WireMe,
  WireMessage,
  WireModerated,
  WireModeration,
  WirePage,
  WirePersonAct,
  WirePreviewRequest,
  WireSearch,
  WireSession,
  WireWorkDetail,
} from "../../wire.js";
import { sentence } from "../text/sentences.js";
import type { Pending, TimelineRef } from "./store.js";

const TIMEOUT_MS = 20_000;
/** A large picture may be long on a slow line; one that does not go on is given up. */
const UPLOAD_SILENCE_MS = 120_000;

export const loadSession = () => call<WireSession>("GET", "api/session");
export const saveProfile = (body: { name?: string; moderatorCode?: string }) =>
  call<WireMe>("POST", "api/session", body);
export const createChannel = (name: string, topic: string) =>
  call<WireChannelState>("POST", "api/channels", { name, topic });
export const markRead = (channel: string, message: string, thread?: string) =>
  call<void>("POST", `${channelPath(channel)}/read`, { message, thread });
export const removeMessage = (id: string) => call<void>("DELETE", `api/messages/${id}`);
export const react = (id: string, emoji: string, on: boolean) =>
  call<void>("POST", `api/messages/${id}/reactions`, { emoji, on });
export const press = (id: string, action: string) => call<void>("POST", `api/messages/${id}/actions`, { action });

export const loadGallery = (query: Readonly<Record<string, string | undefined>>) =>
  call<WireGalleryPage>("GET", `api/gallery?${given(query)}`);
export const loadGalleryUsers = () => call<WireGalleryPeople>("GET", "api/gallery/people");
export const loadWork = (job: string) => call<WireWorkDetail>("GET", workPath(job));
export const setFavourite = (job: string, on: boolean) =>
  call<{ hearts: number }>("POST", `${workPath(job)}/love`, { on });
export const hideWork = (job: string, hidden: boolean) => call<void>("POST", `${workPath(job)}/hidden`, { hidden });
export const makeOf = (job: string, button?: string) => call<WireAgain>("POST", `${workPath(job)}/again`, { button });

export const setQueueMode = (mode: WireAdminMode) => call<void>("POST", "api/admin/mode", { mode });
export const cancelJob = (job: string) => call<void>("POST", `api/admin/jobs/${encodeURIComponent(job)}/cancel`, {});

export const loadModeration = () => call<WireModeration>("GET", "api/moderation");
export const loadPerson = (id: string) => call<WireModerated>("GET", personPath(id));
export const moderatePerson = (id: string, act: WirePersonAct) => call<WireModerated>("POST", personPath(id), act);
export const moderateChannel = (id: string, act: WireChannelAct) =>
  call<void>("POST", `api/moderation/channels/${encodeURIComponent(id)}`, act);

/** The newest messages, or those before, after or around one. */
export const loadPage = (
  { channel, thread }: TimelineRef,
  { before, after, around }: Readonly<Partial<Record<"before" | "after" | "around", string | undefined>>>,
) => call<WirePage>("GET", `${channelPath(channel)}/messages?${given({ thread, before, after, around })}`);
export const search = (q: string, from: string | undefined) =>
  call<WireSearch>("GET", `api/search?${given({ q, from })}`);
export const loadDevices = () => call<WireDevices>("GET", "api/devices");
export const makeJoinCode = () => call<WireJoinCode>("POST", "api/devices/code", {});
export const join = (code: string, sure: boolean) => call<WireJoin>("POST", "api/devices/join", { code, sure });
export const endDevice = (id: number) => call<void>("DELETE", `api/devices/${id}`);
export const editMessage = (id: string, text: string) => call<WireMessage>("PATCH", `api/messages/${id}`, { text });

export async function complete(request: WireCompletionRequest): Promise<readonly WireCompletion[]> {
  return (await call<{ completions: readonly WireCompletion[] }>("POST", "api/complete", request)).completions;
}

/** What is wrong with a command line, if anything. */
export async function checkLine(request: WireCheckRequest): Promise<string | undefined> {
  return (await call<WireCheck>("POST", "api/check", request)).problem;
}

/** Address of a picture of what an option's value would give. */
export function previewUrl({ command, option, value, channel, thread }: WirePreviewRequest): string {
  return `api/preview?${given({ command, option, value, channel, thread })}`;
}

/** @param onSent told how many bytes of the pictures are on their way, now and then */
export function sendMessage(
  ref: TimelineRef,
  { text, repliesTo, picture: meant, nonce, files }: Pending,
  onSent: (bytes: number) => void,
): Promise<WireMessage> {
  const form = new FormData();
  const drawn = files.find(({ drawnOn }) => drawnOn && drawnOn.message === repliesTo)?.drawnOn?.picture;
  const picture = (meant ?? drawn)?.toString();
  for (const [name, value] of given({ ...ref, text, nonce, repliesTo, picture })) form.append(name, value);
  for (const [index, { description, spoiler }] of files.entries()) {
    form.append(`description-${index}`, description);
    if (spoiler) form.append(`spoiler-${index}`, "1");
  }
  for (const { file } of files) form.append("file", file, file.name);
  return files.length === 0 ? call("POST", "api/messages", form) : upload("api/messages", form, onSent);
}

function channelPath(channel: string): string {
  return `api/channels/${encodeURIComponent(channel)}`;
}

function personPath(id: string): string {
  return `api/moderation/people/${encodeURIComponent(id)}`;
}

function workPath(job: string): string {
  return `api/gallery/works/${encodeURIComponent(job)}`;
}

/** The chat has said no, and why. */
class Refusal extends Error {
  constructor(
    message: string,
    readonly status: number,
    /** When it may say yes, in milliseconds from then, where it tells. */
    readonly pauseMs: number | undefined,
    /** Which picture of a message it is about. */
    readonly picture: number | undefined,
  ) {
    super(message);
  }
}

/** Whether what failed may succeed later without a change: the chat is out of reach or too busy. */
export function mayPass(error: unknown): boolean {
  return !(error instanceof Refusal) || error.status === 429 || error.status >= 500;
}

/** Which of a message's pictures was refused, where it was one. */
export function refusedPicture(error: unknown): number | undefined {
  return error instanceof Refusal ? error.picture : undefined;
}

/** How long the chat asks to wait, in milliseconds; undefined where it does not say. */
export function pauseAfter(error: unknown): number | undefined {
  return error instanceof Refusal ? error.pauseMs : undefined;
}

/** Why this page may not act in the chat at all; undefined when it may, or the chat does not say. */
export async function refusalOfAll(): Promise<string | undefined> {
  try {
    await saveProfile({});
  } catch (error) {
    if (error instanceof Refusal && error.status === 403) return error.message;
  }
  return undefined;
}

/** Those fields that have a value. */
function given(fields: Readonly<Record<string, string | undefined>>): URLSearchParams {
  return new URLSearchParams(
    Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** @throws Error with a sentence for the person. */
async function call<T>(method: string, path: string, body?: object): Promise<T> {
  const form = body instanceof FormData;
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const json = body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  let response: Response;
  try {
    response = await fetch(path, { method, credentials: "same-origin", signal, ...(form ? { body } : json) });
  } catch (cause) {
    throw new Error(sentence("page.no-answer"), { cause });
  }
  return read<T>(response.status, response.headers.get("retry-after"), await response.text());
}

/** As {@link call}; `fetch` does not tell how far it is. */
function upload<T>(path: string, form: FormData, onSent: (bytes: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = () => reject(new Error(sentence("page.no-answer")));
    request.open("POST", path);
    let silence = setTimeout(() => request.abort(), UPLOAD_SILENCE_MS);
    request.upload.onprogress = ({ loaded }) => {
      clearTimeout(silence);
      silence = setTimeout(() => request.abort(), UPLOAD_SILENCE_MS);
      onSent(loaded);
    };
    request.onloadend = () => clearTimeout(silence);
    request.onerror = fail;
    request.onabort = fail;
    request.onload = () => {
      try {
        resolve(read<T>(request.status, request.getResponseHeader("retry-after"), request.responseText));
      } catch (error) {
        reject(error);
      }
    };
    request.send(form);
  });
}

/** @throws Error with a sentence for the person. */
function read<T>(status: number, retryAfter: string | null, text: string): T {
  const answer = parse(text);
  if (status >= 200 && status < 300) return answer as T;
  const { error, picture } = (answer ?? {}) as Partial<WireError>;
  const seconds = Number(retryAfter);
  if (error !== undefined) throw new Refusal(error, status, seconds > 0 ? seconds * 1000 : undefined, picture);
  throw new Error(sentence("page.status", { status }));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
