/** The Discord bot as the settings describe it. Its packages are loaded only where it is used. */
import type { DiscordOptions } from "../bots/discord/options.js";
import { PERSON_SHORTCUTS, SHORTCUTS, summarise } from "../commands/command.js";
import { chatCommands } from "../commands/create-context.js";
import { sentence } from "../shared/sentences/sentence.js";
import { botOptionsOf } from "./bot-options.js";
import { type Config, ConfigError } from "./settings/load-settings.js";

/** What is empty was not set. */
export function discordOptions({
  discord,
}: Config): Pick<DiscordOptions, "token" | "appId" | "apiUrl" | "messageContent"> {
  const { token, appId, apiUrl, messageContent } = discord;
  return { token, messageContent, ...(appId !== "" && { appId }), ...(apiUrl !== "" && { apiUrl }) };
}

/**
 * `dreamloom register`: tells Discord the commands, also beside a program that runs.
 *
 * @returns how many there are, and of which application
 * @throws ChatError when Discord does not take them, ConfigError when there is no token.
 */
export async function registerDiscord(config: Config): Promise<{ readonly appId: string; readonly commands: number }> {
  if (config.discord.token === "") throw new ConfigError([sentence("app.register")]);
  const { registerNow } = await import("../bots/discord/register.js");
  const { commands } = chatCommands(botOptionsOf(config));
  const shortcuts = { shortcuts: SHORTCUTS, personShortcuts: PERSON_SHORTCUTS };
  return registerNow(discordOptions(config), { commands: commands.map(summarise), ...shortcuts });
}

/** What `dreamloom doctor` finds of the bot in Discord. */
interface Found {
  /** Whether Discord takes the token; undefined where there is none. */
  readonly works: boolean | undefined;
  /** Why not. */
  readonly problem?: string;
  /** The link by which the bot is added to a server, where it is known whose bot it is. */
  readonly invite?: string;
}

/** Asks Discord about the token, which tells whose bot it is. Never rejects. */
export async function findDiscord(config: Config): Promise<Found> {
  const { token, appId } = config.discord;
  const { inviteLink } = await import("../bots/discord/permissions.js");
  const known = appId === "" ? {} : { invite: inviteLink(appId) };
  if (token === "") return { works: undefined, ...known };
  const { askApplication } = await import("../bots/discord/register.js");
  try {
    return { works: true, invite: inviteLink(await askApplication(discordOptions(config))) };
  } catch (error) {
    return { works: false, problem: error instanceof Error ? error.message : String(error), ...known };
  }
}
