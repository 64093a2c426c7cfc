import { createHash } from "node:crypto";
import {
  type APIApplication,
  DefaultRestOptions,
  REST,
  type RESTOptions,
  type RESTPostAPIApplicationCommandsJSONBody,
  Routes,
} from "discord.js";
import type { ChatHandlers } from "../chat.js";
import { Calls } from "./calls.js";
import { definitions } from "./definitions.js";
import { DEFAULT_TIMING, type DiscordOptions, type Memo } from "./options.js";

type Definitions = readonly RESTPostAPIApplicationCommandsJSONBody[];

/**
 * Tells Discord the commands, unless it has been told the very same ones before: it takes 200 new commands a day, and people's menus load anew
 * after each change. Returns whether it was necessary.
 *
 * @throws ChatError
 */
export async function register(calls: Calls, appId: string, commands: Definitions, memo?: Memo): Promise<boolean> {
  const key = `discord commands ${appId}`;
  const hash = createHash("sha256").update(JSON.stringify(commands)).digest("hex");
  if (memo?.get(key) === hash) return false;
  await calls.run({ method: "PUT", route: Routes.applicationCommands(appId), body: commands, doing: "register commands" });
  memo?.set(key, hash);
  return true;
}

/**
 * Registers all commands anew, whatever was registered before: for `dreamloom register`. Needs no gateway.
 *
 * @returns how many there are, and of which application
 * @throws ChatError
 */
export async function registerNow(
  options: Pick<DiscordOptions, "token" | "appId" | "apiUrl" | "memo">,
  handlers: Pick<ChatHandlers, "commands" | "shortcuts">,
): Promise<{ readonly appId: string; readonly commands: number }> {
  const rest = new REST(restOptions(options.apiUrl, DEFAULT_TIMING.requestMs)).setToken(options.token);
  const calls = new Calls(rest, DEFAULT_TIMING);
  const asked = { method: "GET", route: Routes.currentApplication(), doing: "ask for the application" } as const;
  const appId = options.appId ?? (await calls.run<APIApplication>(asked)).id;
  const commands = definitions(handlers.commands, handlers.shortcuts);
  const { memo } = options;
  await register(calls, appId, commands, memo && { get: () => undefined, set: (key, value) => memo.set(key, value) });
  return { appId, commands: commands.length };
}

/** discord.js's settings for the REST interface. */
export function restOptions(apiUrl: string | undefined, timeout: number): Partial<RESTOptions> {
  return { version: "10", timeout, makeRequest, ...(apiUrl === undefined ? {} : { api: apiUrl.replace(/\/(v\d+\/?)?$/, "") }) };
}

/**
 * Sends forms with files as bytes. discord.js leaves their encoding to its own undici, whose stream the undici of the rest of this program,
 * which is everybody's dispatcher once it is loaded, cannot read: every upload would fail.
 */
const makeRequest: RESTOptions["makeRequest"] = async (url, init) => {
  if (!(init.body instanceof FormData)) return DefaultRestOptions.makeRequest(url, init);
  const form = new Response(init.body);
  const body = new Uint8Array(await form.arrayBuffer());
  const headers = {
    ...(init.headers as Record<string, string>),
    "content-type": form.headers.get("content-type") ?? "multipart/form-data",
  };
  return DefaultRestOptions.makeRequest(url, { ...init, body, headers });
};
