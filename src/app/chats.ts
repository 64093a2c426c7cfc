/** The chats that the settings describe. A platform's packages are loaded only where it is configured. */

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Logger } from "pino";
import { fetchImage } from "../commands/images/fetch/fetch-image.js";
import type { Chat } from "../port/adapter.js";
import { sentence } from "../shared/sentences/sentence.js";
import type { Store } from "../store/open.js";
import { MEGABYTE } from "./bot-options.js";
import { discordOptions } from "./discord.js";
import type { Config } from "./settings/load-settings.js";

const SAMPLE = fileURLToPath(new URL("../../config/sample.jpg", import.meta.url));
/** The credit that the licence asks for. */
const SAMPLE_CREDIT = "Aitzol Berasategi (CC BY 4.0)";

export async function configuredChats(config: Config, store: Store, logger: Logger): Promise<Chat[]> {
  const chats: Chat[] = [];
  if (config.web.enabled) chats.push(await webChat(config, logger.child({ part: "web" })));
  // A token for a workspace, or what lets workspaces install the app.
  if (config.slack.botToken !== "" || config.slack.clientId !== "")
    chats.push(await slackChat(config, store, logger.child({ part: "slack" })));
  if (config.discord.token !== "") chats.push(await discordChat(config, store, logger.child({ part: "discord" })));
  return chats;
}

async function webChat({ web, data, pictures, retention }: Config, logger: Logger): Promise<Chat> {
  const { WebChat } = await import("../bots/web/chat.js");
  const { host, port, moderatorCode, allowedHosts, basePath, trustedProxies, nameHeader, publicUrl } = web;
  const { publicGallery } = web;
  const sample = { samplePicture: SAMPLE, sampleDescription: sentence("app.sample"), sampleCredit: SAMPLE_CREDIT };
  return new WebChat({
    host,
    port,
    allowedHosts,
    basePath,
    trustedProxies,
    nameHeader,
    publicGallery,
    ...(publicUrl !== "" && { publicUrl }),
    dataDir: data.dir,
    logger,
    limits: uploadLimits(pictures),
    retention: { days: retention.days, megabytes: retention.webMegabytes },
    ...(existsSync(SAMPLE) && sample),
    ...(moderatorCode !== "" && { moderatorCode }),
  });
}

async function slackChat({ slack, pictures }: Config, store: Store, logger: Logger): Promise<Chat> {
  const { SlackChat } = await import("../bots/slack/chat.js");
  const {
    botToken,
    appToken,
    signingSecret,
    clientId,
    clientSecret,
    stateSecret,
    host,
    port,
    apiUrl,
    commands,
    commandPrefix,
  } = slack;
  const oauth = { clientId, clientSecret, stateSecret, installations: store.slackInstallations };
  return new SlackChat({
    host,
    port,
    commands,
    commandPrefix,
    limits: uploadLimits(pictures),
    keyValues: store.keyValues,
    logger,
    fetchLink: (link, limits) => fetchImage(link, { ...limits, seconds: pictures.seconds }),
    ...(botToken !== "" && { botToken }),
    ...(appToken !== "" && { appToken }),
    ...(signingSecret !== "" && { signingSecret }),
    ...(apiUrl !== "" && { apiUrl }),
    ...(clientId !== "" && { oauth }),
  });
}

async function discordChat(config: Config, { keyValues }: Store, logger: Logger): Promise<Chat> {
  const { DiscordChat } = await import("../bots/discord/chat.js");
  return new DiscordChat({ ...discordOptions(config), keyValues, logger });
}

function uploadLimits({ megabytes }: Config["pictures"]): { readonly uploadBytes: number } {
  return { uploadBytes: Math.round(megabytes * MEGABYTE) };
}
