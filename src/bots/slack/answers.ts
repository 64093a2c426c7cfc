/**
 * What the Web API answered, made such that the SDK understands it. Slack itself, the proxies before it and other servers that speak its
 * protocol do not all keep to "200 with JSON, or 429 with Retry-After", which is all that the SDK knows.
 */
import type { FetchFunction } from "@slack/web-api";
import { fields } from "./messages.js";

/** Seconds to wait where a rate limit does not say for how long. */
const USUAL_WAIT = 5;
const BAD_GATEWAY = 502;

/** A `fetch` for the SDK's clients: the global one, with answers as {@link understandable} makes them. */
export const fetchAnswer: FetchFunction = async (url, init) => understandable(await fetch(url, init));

/**
 * - A rate limit always says how long to wait: nothing was done, so the call can be made again.
 * - Slack's own "ok: false" counts with any status but those of trouble at the server: it says what is wrong.
 * - Whatever is no JSON object, such as a proxy's page for people, is trouble at the server, also with status 200.
 */
export async function understandable(answer: Response): Promise<Response> {
  if (answer.status === 429) {
    const wait = Number.parseInt(answer.headers.get("retry-after") ?? "", 10);
    return wait >= 0 ? answer : again(answer, await answer.text(), 429, { "retry-after": String(USUAL_WAIT) });
  }
  if (answer.status >= 500) return answer;
  const text = await answer.text();
  const { ok, error } = object(text);
  if (ok === true || (ok === false && typeof error === "string" && error !== "")) return again(answer, text, 200);
  return again(answer, text, answer.ok ? BAD_GATEWAY : answer.status);
}

function object(text: string): Readonly<Record<string, unknown>> {
  try {
    return fields(JSON.parse(text));
  } catch {
    return {};
  }
}

function again(
  { headers, status, statusText }: Response,
  text: string,
  as: number,
  more: Readonly<Record<string, string>> = {},
): Response {
  const kept = new Headers(headers);
  // The text is unpacked already.
  for (const name of ["content-encoding", "content-length"]) kept.delete(name);
  for (const [name, value] of Object.entries(more)) kept.set(name, value);
  return new Response(text, { status: as, statusText: as === status ? statusText : "", headers: kept });
}
