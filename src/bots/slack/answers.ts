/**
 * What the Web API answered, made such that the SDK understands it. Slack itself, the proxies before it and other
 * servers that speak its protocol do not all keep to "200 with JSON, or 429 with Retry-After", which is all that the
 * SDK knows.
 */
import type { WebClientOptions } from "@slack/web-api";
import { retryAfterMs } from "../../shared/retry-after.js";
import type { SlackLimits } from "./limits.js";
import { parsed } from "./messages.js";

/** Seconds to wait where a rate limit does not say for how long. */
const USUAL_WAIT = 5;
const BAD_GATEWAY = 502;

/** For the SDK's clients: they fetch as usual, and get answers as {@link understandable} makes them. */
export function clientOptions(slackApiUrl: string, { callMs }: SlackLimits, retries = 0) {
  return {
    slackApiUrl,
    fetch: async (url, init) => understandable(await fetch(url, init)),
    timeout: callMs,
    retryConfig: { retries },
  } satisfies WebClientOptions;
}

/**
 * - A rate limit always says how many seconds to wait: nothing was done, so the call can be made again.
 * - Slack's own "ok: false" counts with any status but those of trouble at the server: it says what is wrong.
 * - Whatever is no JSON object, such as a proxy's page for people, is trouble at the server, also with status 200.
 */
export async function understandable(answer: Response): Promise<Response> {
  const { status, headers } = answer;
  if (status === 429) {
    const wait = retryAfterMs(headers.get("retry-after"));
    return again(answer, await answer.text(), 429, wait === undefined ? USUAL_WAIT : Math.ceil(wait / 1000));
  }
  if (status >= 500) return answer;
  const text = await answer.text();
  const { ok, error } = parsed(text);
  if (ok === true || (ok === false && typeof error === "string" && error !== "")) return again(answer, text, 200);
  return again(answer, text, answer.ok ? BAD_GATEWAY : status);
}

function again({ headers, status, statusText }: Response, text: string, as: number, retryAfter?: number): Response {
  const kept = new Headers(headers);
  // The text is unpacked already.
  for (const name of ["content-encoding", "content-length"]) kept.delete(name);
  if (retryAfter !== undefined) kept.set("retry-after", String(retryAfter));
  return new Response(text, { status: as, statusText: as === status ? statusText : "", headers: kept });
}
