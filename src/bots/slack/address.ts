/** Where the Web API is, when it is not Slack's own. */
import { ChatError } from "../../port/chat-error.js";
import { timeLimit } from "../../shared/async.js";
import { understandable } from "./answers.js";
import { SLACK_API_URL } from "./options.js";

/**
 * The address to call methods under, with a slash at its end: the given one, or `api/` below it where only that answers
 * as a Web API does. Operators give a server's root as well as its API. Nothing is asked of Slack itself, nor
 * where the address ends in `/api`; of a server that does not answer the address is used as given.
 *
 * @throws ChatError when it is no http address
 */
export async function findApi(given: string | undefined, timeoutMs: number): Promise<string> {
  if (given === undefined) return SLACK_API_URL;
  const { protocol, pathname } = URL.canParse(given) ? new URL(given) : { protocol: "", pathname: "" };
  if (!/^https?:$/.test(protocol)) throw new ChatError("forbidden", "slack.api-url", { url: given });
  const base = given.endsWith("/") ? given : `${given}/`;
  if (base === SLACK_API_URL || pathname.replace(/\/$/, "").endsWith("/api")) return base;
  if (await answersAsApi(base, timeoutMs)) return base;
  return (await answersAsApi(`${base}api/`, timeoutMs)) ? `${base}api/` : base;
}

/** Without a token every Web API says, as JSON, that it wants one. */
async function answersAsApi(base: string, timeoutMs: number): Promise<boolean> {
  try {
    const signal = timeLimit(timeoutMs);
    const answer = await fetch(`${base}auth.test`, { method: "POST", redirect: "error", signal });
    const { status } = await understandable(answer);
    return status === 200 || status === 429;
  } catch {
    return false;
  }
}
