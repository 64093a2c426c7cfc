import type {
  WireAdminMode,
  WireAgain,
  WireCompletion,
  WireError,
  WireGalleryPage,
  WireGalleryPeople,
  WireMe,
  WireMessage,
  WirePage,
  WireSession,
  WireWorkDetail,
} from "../../wire.js";
import type { Draft } from "./store.js";

const timeoutMs = 20_000;
const uploadTimeoutMs = 120_000;

/** A refusal; `message` is a sentence for the person. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    readonly status: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export const loadSession = () => call<WireSession>("GET", "/api/session");
export const saveProfile = (body: { name?: string; moderatorCode?: string }) =>
  call<WireMe>("POST", "/api/session", body);
export const createChannel = (name: string, topic: string) =>
  call<{ id: string }>("POST", "/api/channels", { name, topic });
export const markRead = (channel: string, message: string) =>
  call<void>("POST", `${channelPath(channel)}/read`, { message });
export const removeMessage = (id: string) => call<void>("DELETE", `/api/messages/${id}`);
export const react = (id: string, emoji: string, on: boolean) =>
  call<void>("POST", `/api/messages/${id}/reactions`, { emoji, on });
export const press = (id: string, action: string) => call<void>("POST", `/api/messages/${id}/actions`, { action });

export function loadGallery(query: {
  by: string;
  user?: string | undefined;
  command?: string | undefined;
  after?: string | undefined;
}): Promise<WireGalleryPage> {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return call<WireGalleryPage>("GET", `/api/gallery?${new URLSearchParams(given)}`);
}

export const loadGalleryUsers = () => call<WireGalleryPeople>("GET", "/api/gallery/people");
export const loadWork = (job: string) => call<WireWorkDetail>("GET", workPath(job));
export const setFavourite = (job: string, on: boolean) =>
  call<{ hearts: number }>("POST", `${workPath(job)}/love`, { on });
export const hideWork = (job: string, hidden: boolean) => call<void>("POST", `${workPath(job)}/hidden`, { hidden });
export const workAgain = (job: string) => call<WireAgain>("POST", `${workPath(job)}/again`, {});

function workPath(job: string): string {
  return `/api/gallery/works/${encodeURIComponent(job)}`;
}

export const setQueueMode = (mode: WireAdminMode) => call<void>("POST", "/api/admin/mode", { mode });
export const cancelJob = (job: string) => call<void>("POST", `/api/admin/jobs/${encodeURIComponent(job)}/cancel`, {});

export function loadPage(channel: string, thread: string | undefined, before: string | undefined): Promise<WirePage> {
  const query = new URLSearchParams({
    ...(thread === undefined ? {} : { thread }),
    ...(before === undefined ? {} : { before }),
  });
  return call<WirePage>("GET", `${channelPath(channel)}/messages?${query}`);
}

export async function complete(request: {
  command: string;
  option: string;
  typed: string;
  channel: string;
  thread?: string | undefined;
}): Promise<readonly WireCompletion[]> {
  return (await call<{ completions: readonly WireCompletion[] }>("POST", "/api/complete", request)).completions;
}

interface Outgoing {
  readonly channel: string;
  readonly thread?: string | undefined;
  readonly text: string;
  readonly repliesTo?: string | undefined;
  readonly nonce: string;
  readonly files: readonly Draft[];
}

export function sendMessage({ channel, thread, text, repliesTo, nonce, files }: Outgoing): Promise<WireMessage> {
  const form = new FormData();
  const fields = { channel, text, nonce, thread, repliesTo };
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.append(name, value);
  for (const [index, { description, spoiler }] of files.entries()) {
    form.append(`description-${index}`, description);
    if (spoiler) form.append(`spoiler-${index}`, "1");
  }
  for (const { file } of files) form.append("file", file, file.name);
  return call<WireMessage>("POST", "/api/messages", form);
}

function channelPath(channel: string): string {
  return `/api/channels/${encodeURIComponent(channel)}`;
}

async function call<T>(method: string, path: string, body?: object): Promise<T> {
  const form = body instanceof FormData;
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: "same-origin",
      signal: AbortSignal.timeout(form ? uploadTimeoutMs : timeoutMs),
      ...(body === undefined
        ? {}
        : form
          ? { body }
          : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
  } catch (cause) {
    throw new ApiError(0, "The chat's server does not answer right now.", { cause });
  }
  const text = await response.text();
  const answer = parse(text);
  if (!response.ok)
    throw new ApiError(
      response.status,
      (answer as WireError | undefined)?.error ?? `The chat's server answered ${response.status}.`,
    );
  return answer as T;
}

function parse(text: string): unknown {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));
