import { createHash } from "node:crypto";
import {
  type APIApplication,
  DefaultRestOptions,
  HTTPError,
  REST,
  type RESTOptions,
  type RESTPostAPIApplicationCommandsJSONBody,
  Routes,
} from "discord.js";
import type { KeyValueStore } from "../../port/adapter.js";
import { abortableDelay } from "../../shared/async.js";
import { retryAfterMs } from "../../shared/retry-after.js";
import { Calls } from "./calls.js";
import { type Defined, definitions } from "./definitions.js";
import { DEFAULT_TIMING } from "./limits.js";
import type { DiscordOptions } from "./options.js";
import { Penalties, Penalty } from "./penalties.js";

type Definitions = readonly RESTPostAPIApplicationCommandsJSONBody[];

/** Whose commands, and of which server, when it is not Discord's own. */
interface Application {
  readonly appId: string;
  readonly apiUrl?: string | undefined;
}

/**
 * Tells Discord the commands, unless it was told the same ones before and still has them: it takes 200 new commands a
 * day, and users' menus reload after each change. Returns whether it was necessary.
 *
 * @throws ChatError
 */
export async function register(
  calls: Calls,
  { appId, apiUrl }: Application,
  commands: Definitions,
  keyValues?: Pick<KeyValueStore, "get" | "set">,
): Promise<boolean> {
  const key = ["discord commands", appId, ...(apiUrl === undefined ? [] : [apiUrl])].join(" ");
  const hash = createHash("sha256").update(JSON.stringify(commands)).digest("hex");
  if (keyValues?.get(key) === hash && !(await areMissing(calls, appId, commands))) return false;
  const route = Routes.applicationCommands(appId);
  await calls.run({ method: "PUT", route, body: commands, doing: "discord.doing.register" });
  keyValues?.set(key, hash);
  return true;
}

/** Whether a server has lost registered commands; only their names are compared. */
async function areMissing(calls: Calls, appId: string, commands: Definitions): Promise<boolean> {
  try {
    const route = Routes.applicationCommands(appId);
    const about = { doing: "discord.doing.commands", ms: 10_000 } as const;
    const known = await calls.run<readonly { readonly name: string }[]>({ method: "GET", route, ...about });
    return commands.some(({ name }) => !known.some((command) => command.name === name));
  } catch {
    return false;
  }
}

/** The application that the token belongs to. @throws ChatError */
export async function applicationId(calls: Calls): Promise<string> {
  const about = { doing: "discord.doing.application", ms: 20_000 } as const;
  return (await calls.run<APIApplication>({ method: "GET", route: Routes.currentApplication(), ...about })).id;
}

/** How long the question about a token may take, in milliseconds. */
const CHECK_MS = 10_000;

/** Asks Discord for the application of a token, for `dreamloom doctor`. @throws ChatError with what is wrong */
export async function askApplication({ token, apiUrl }: Pick<DiscordOptions, "token" | "apiUrl">): Promise<string> {
  const rest = new REST(restOptions(apiUrl, CHECK_MS)).setToken(token);
  const calls = new Calls(rest, { ...DEFAULT_TIMING, callMs: CHECK_MS });
  try {
    return await applicationId(calls);
  } finally {
    await calls.close();
  }
}

/**
 * Registers all commands, whatever was registered before: for `dreamloom register`. Needs no gateway.
 *
 * @returns how many there are, and of which application
 * @throws ChatError
 */
export async function registerNow(
  options: Pick<DiscordOptions, "token" | "appId" | "apiUrl" | "keyValues">,
  handlers: Defined,
): Promise<{ readonly appId: string; readonly commands: number }> {
  const { token, keyValues, apiUrl } = options;
  const rest = new REST(restOptions(apiUrl, DEFAULT_TIMING.requestMs)).setToken(token);
  const calls = new Calls(rest, DEFAULT_TIMING);
  try {
    const appId = options.appId ?? (await applicationId(calls));
    const commands = definitions(handlers);
    const forgetful = keyValues && { get: () => undefined, set: keyValues.set.bind(keyValues) };
    await register(calls, { appId, apiUrl }, commands, forgetful);
    return { appId, commands: commands.length };
  } finally {
    await calls.close();
  }
}

/**
 * discord.js's settings for the REST interface, whose address may end with the version or without it. Another server's
 * emoji, stickers and avatars are looked for at that server.
 */
export function restOptions(
  apiUrl: string | undefined,
  timeout: number,
  penalties = new Penalties(),
): Partial<RESTOptions> {
  const makeRequest = makingRequests(penalties, timeout / 2);
  if (apiUrl === undefined) return { version: "10", timeout, makeRequest };
  const [, api = apiUrl, version = "10"] = /^(.*?)\/*(?:\/v(\d+)\/*)?$/s.exec(apiUrl.trim()) ?? [];
  const files = URL.canParse(api) ? new URL(api).origin : api;
  return { version, timeout, makeRequest, api, cdn: files, mediaProxy: files };
}

/** Makes no call before the time that Discord has asked for, whatever discord.js makes of it. */
function makingRequests(penalties: Penalties, patienceMs: number): RESTOptions["makeRequest"] {
  return async (url, init) => {
    const method = init.method ?? "GET";
    const waitMs = penalties.waitMs(method, url);
    if (waitMs > patienceMs) throw new Penalty(waitMs);
    if (waitMs > 0) await abortableDelay(waitMs, init.signal as AbortSignal);
    const once = method === "POST" && url.includes("/webhooks/");
    const response = await request(url, init).catch((error: unknown) => Promise.reject(once ? lost(error) : error));
    penalties.note(method, url, response);
    if (once && response.status >= 500) throw new HTTPError(response.status, response.statusText, method, url, {});
    return response;
  };
}

/**
 * Messages by an interaction's token have no nonce: discord.js would post them twice where the first answer is lost, so
 * that it must not see that the connection broke.
 */
function lost(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  // It was never sent.
  if (/^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT)$/.test(code)) return error;
  return Object.assign(new Error("Discord did not answer", { cause: error }), { name: "TimeoutError" });
}

/**
 * Sends forms with files as bytes. discord.js leaves their encoding to its own undici, whose stream the undici of the
 * rest of this program cannot read, which is the global dispatcher once it is loaded: every upload would fail.
 */
const request: RESTOptions["makeRequest"] = async (url, init) => {
  if (!(init.body instanceof FormData)) return withRetryAfter(await DefaultRestOptions.makeRequest(url, init));
  const form = new Response(init.body);
  const body = new Uint8Array(await form.arrayBuffer());
  const type = form.headers.get("content-type") ?? "multipart/form-data";
  const headers = { ...(init.headers as Record<string, string>), "content-type": type };
  return withRetryAfter(await DefaultRestOptions.makeRequest(url, { ...init, body, headers }));
};

type Answered = Awaited<ReturnType<RESTOptions["makeRequest"]>>;

/**
 * discord.js learns from headers only how long to wait after a 429, in seconds, and repeats the call at once without
 * them. A server may say it as a date, or in the body only, as Discord does too; one that says nothing is given a
 * second.
 */
async function withRetryAfter(response: Answered): Promise<Answered> {
  if (response.status !== 429) return response;
  const header = response.headers.get("retry-after");
  const said = retryAfterMs(header);
  if (said !== undefined && said === Number(header) * 1000) return response;
  const text = await response.text();
  const { retry_after, global } = limitOf(text);
  const headers = new Headers(response.headers as Headers);
  const seconds = said === undefined ? retry_after : said / 1000;
  headers.set("retry-after", String(Number(seconds) > 0 ? seconds : 1));
  if (global === true) headers.set("x-ratelimit-global", "true");
  return new Response(text, { status: 429, headers });
}

function limitOf(text: string): { readonly retry_after?: unknown; readonly global?: unknown } {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
