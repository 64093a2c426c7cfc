import { ChatError } from "../../port/chat-error.js";
import { readAtMost } from "../../shared/read-at-most.js";

interface DownloadOptions {
  readonly url: string;
  readonly token: string;
  /** Where the Web API is: files may be on its host too. */
  readonly apiUrl: string;
  readonly name: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

interface Downloaded {
  readonly bytes: Uint8Array;
  readonly type: string | undefined;
}

const SLACK_HOSTS = /(?:^|\.)(?:slack\.com|slack-files\.com|slack-edge\.com)$/;
const REDIRECTS = 3;

/**
 * Downloads a file with the bot's token, from Slack's own hosts only: an address in a message is not to be trusted
 * with the token.
 *
 * @throws ChatError when it is elsewhere, refused, too large or too slow
 */
export async function download(options: DownloadOptions): Promise<Downloaded> {
  const { token, apiUrl, name, signal } = options;
  let url = new URL(options.url);
  try {
    for (let hop = 0; hop <= REDIRECTS; hop++) {
      if (!isSlack(url, apiUrl)) throw new ChatError("forbidden", "slack.file-elsewhere", { name });
      const response = await fetch(url, { headers: { authorization: `Bearer ${token}` }, redirect: "manual", signal });
      const next = response.headers.get("location");
      if (response.status >= 300 && response.status < 400 && next !== null) {
        await response.body?.cancel();
        url = new URL(next, url);
        continue;
      }
      return await read(response, options);
    }
  } catch (error) {
    if (error instanceof ChatError) throw error;
    const late = signal.aborted || (error instanceof Error && error.name === "TimeoutError");
    throw late
      ? new ChatError("timeout", "slack.file-timeout", { name }, { cause: error })
      : new ChatError("unavailable", "slack.file-unreachable", { name }, { cause: error });
  }
  throw noAccess(name);
}

/** Whether the token may be sent there. */
export function isSlack(url: URL, apiUrl: string): boolean {
  const api = new URL(apiUrl);
  const same = url.hostname === api.hostname || (isLoopback(url) && isLoopback(api));
  if (same) return url.protocol === api.protocol || url.protocol === "https:";
  return url.protocol === "https:" && SLACK_HOSTS.test(url.hostname);
}

/** This machine has several names. */
function isLoopback({ hostname }: URL): boolean {
  return /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
}

async function read(response: Response, { name, maxBytes }: DownloadOptions): Promise<Downloaded> {
  const type = response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  const failure = failureOf(response, type, name);
  if (failure || !response.body || Number(response.headers.get("content-length")) > maxBytes) {
    await response.body?.cancel();
    throw failure ?? tooLarge(name, maxBytes);
  }
  const bytes = await readAtMost(response.body, maxBytes);
  if (!bytes) throw tooLarge(name, maxBytes);
  return { bytes, type };
}

function failureOf({ ok, status, body }: Response, type: string | undefined, name: string): ChatError | undefined {
  if (status === 404 || status === 410) return new ChatError("gone", "slack.file-gone", { name });
  // For a file that the token may not see Slack answers with its sign-in page, with status 200.
  if (status === 401 || status === 403 || type === "text/html") return noAccess(name);
  return ok && body ? undefined : new ChatError("unavailable", "slack.file-status", { name, status });
}

function noAccess(name: string): ChatError {
  return new ChatError("forbidden", "slack.file-scope", { name });
}

export function tooLarge(name: string, maxBytes: number): ChatError {
  return new ChatError("too-large", "chat.image-too-large", { name, megabytes: (maxBytes / 1024 / 1024).toFixed(1) });
}
