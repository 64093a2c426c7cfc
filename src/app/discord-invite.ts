import type { Config } from "./settings/load-settings.js";

/** The link by which the bot is added to a Discord server; undefined when the settings name no application. */
export async function discordInvite({ discord }: Config): Promise<string | undefined> {
  if (discord.appId === "") return undefined;
  const { inviteLink } = await import("../bots/discord/permissions.js");
  return inviteLink(discord.appId);
}
