import { ChatError } from "../../port/chat-error.js";

interface DownloadOptions {
  readonly url: string;
  readonly token: string;
  /** Where the Web API is: files may be on its host too. */
  readonly apiUrl: string;
  readonly name: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

const SLACK_HOSTS = /(?:^|\.)(?:slack\.com|slack-files\.com|slack-edge\.com)$/;
const REDIRECTS = 3;

/**
 * Downloads a file with the bot's token, from Slack's own hosts only: an address in a message is not to be trusted with it.
 *
 * @throws ChatError when it is elsewhere, refused, too large or too slow
 */
export async function download(options: DownloadOptions): Promise<{ bytes: Uint8Array; type: string | undefined }> {
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

async function read(
  response: Response,
  { name, maxBytes }: DownloadOptions,
): Promise<{ bytes: Uint8Array; type: string | undefined }> {
  const type = response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (response.status === 404 || response.status === 410) {
    await response.body?.cancel();
    throw new ChatError("gone", "slack.file-gone", { name });
  }
  // Whoever may not see a file is shown the page for signing in, with status 200.
  if (response.status === 401 || response.status === 403 || type === "text/html") {
    await response.body?.cancel();
    throw noAccess(name);
  }
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    throw new ChatError("unavailable", "slack.file-status", { name, status: response.status });
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (Number(response.headers.get("content-length")) > maxBytes) {
    await response.body.cancel();
    throw tooLarge(name, maxBytes);
  }
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    // Leaving the loop ends the download.
    if (size > maxBytes) throw tooLarge(name, maxBytes);
    chunks.push(chunk);
  }
  return { bytes: new Uint8Array(Buffer.concat(chunks)), type };
}

function noAccess(name: string): ChatError {
  return new ChatError("forbidden", "slack.file-scope", { name });
}

function tooLarge(name: string, maxBytes: number): ChatError {
  return new ChatError("too-large", "slack.file-larger", { name, megabytes: (maxBytes / 1024 / 1024).toFixed(1) });
}
