/** Where the Web API is, when it is not Slack's own. */
import { ChatError } from "../../port/chat-error.js";
import { understandable } from "./answers.js";
import { SLACK_API_URL } from "./options.js";

/**
 * The address to call methods under, with a slash at its end: the given one, or `api/` below it where only that answers
 * as a Web API does. People know a server by its root as well as by its API. Nothing is asked of Slack itself, nor
 * where the address ends in `/api`; a server that does not answer is taken at its word.
 *
 * @throws ChatError when it is no http address
 */
export async function findApi(given: string | undefined, timeoutMs: number): Promise<string> {
  if (given === undefined) return SLACK_API_URL;
  if (!URL.canParse(given)) throw new ChatError("forbidden", "slack.api-url", { url: given });
  const url = new URL(given);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new ChatError("forbidden", "slack.api-url", { url: given });
  const base = given.endsWith("/") ? given : `${given}/`;
  if (base === SLACK_API_URL || url.pathname.replace(/\/$/, "").endsWith("/api")) return base;
  if (await answersAsApi(base, timeoutMs)) return base;
  return (await answersAsApi(`${base}api/`, timeoutMs)) ? `${base}api/` : base;
}

/** Without a token every Web API says, as JSON, that it wants one. */
async function answersAsApi(base: string, timeoutMs: number): Promise<boolean> {
  try {
    const answer = await fetch(`${base}auth.test`, {
      method: "POST",
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    const { status } = await understandable(answer);
    return status === 200 || status === 429;
  } catch {
    return false;
  }
}
