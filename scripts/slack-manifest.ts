/**
 * Prints the manifest from which Slack makes the app, from the commands' and shortcuts' definitions: with the commands'
 * names that the settings say, and for events by HTTP with the bot's address wherever Slack wants it. With --write it
 * writes config/slack-manifest.yaml, which is for the settings as they come.
 *
 * Usage: [SLACK_COMMANDS=all] [SLACK_COMMAND_PREFIX=art-] npx tsx scripts/slack-manifest.ts [https://bot.example.org]
 */

import { writeFileSync } from "node:fs";
import { argv, stdout } from "node:process";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { loadConfig } from "../src/app/settings/load-settings.js";
import { type RegisteredCommands, registeredNames } from "../src/bots/slack/command-names.js";
import { REDIRECT } from "../src/bots/slack/http-server.js";
import { EVENTS, FORM_SHORTCUT, GLOBAL_SHORTCUTS, SCOPES } from "../src/bots/slack/scopes.js";
import { SHORTCUTS } from "../src/commands/command.js";
import type { CommandSummary, MessageShortcut } from "../src/port/commands.js";
import { sentence } from "../src/shared/sentences/sentence.js";
import { PROGRAM } from "../src/shared/typed.js";
import { commandSummaries } from "./commands-docs.js";

export const MANIFEST = fileURLToPath(new URL("../config/slack-manifest.yaml", import.meta.url));

const HEAD = `# The Slack app, for api.slack.com/apps > Create New App > From a manifest; docs/operating.md tells the way.
# Written by scripts/slack-manifest.ts from the commands' definitions: change those.
#
# As it stands it is for Socket Mode in one workspace, with three commands that have names of their own and /dreamloom for all others.
#   SLACK_COMMANDS=all npx tsx scripts/slack-manifest.ts
# prints it with a name for each command, SLACK_COMMAND_PREFIX=art- with names that begin so; the bot wants the same settings.
# For events by HTTP
#   npx tsx scripts/slack-manifest.ts https://bot.example.org
# prints it with that address: as url of every slash command, as request_url of event_subscriptions and interactivity, as
# message_menu_options_url, in oauth_config.redirect_urls, and with socket_mode_enabled: false.
# For several workspaces in Socket Mode add oauth_config.redirect_urls: [https://bot.example.org/slack/oauth_redirect]. Tokens may be rotated
# then (token_rotation_enabled: true, which Slack never takes back); a token in SLACK_BOT_TOKEN cannot be.
`;

/** Slack's bounds of what a manifest says. */
const DESCRIPTION = 140;
const HINT = 100;
const SHORTCUT = 150;

/**
 * @param registered the names of its commands
 * @param address where Slack reaches the bot by HTTP, such as "https://bot.example.org"; Socket Mode without one
 * @throws Error for an address that Slack would not take
 */
export function slackManifest(registered: RegisteredCommands = loadConfig({}).slack, address?: string): string {
  const by = address === undefined ? undefined : addresses(address);
  const manifest = {
    display_information: {
      name: "Dreamloom",
      description: "Dreams and paints by running trained networks backwards.",
      background_color: "#1f1b2e",
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      bot_user: { display_name: "dreamloom", always_online: true },
      shortcuts: [...GLOBAL_SHORTCUTS.map(formShortcut), ...SHORTCUTS.map(shortcut)],
      slash_commands: slashCommands(registered).map((command) => ({ ...command, ...(by ? { url: by.events } : {}) })),
    },
    oauth_config: { ...(by ? { redirect_urls: [by.redirect] } : {}), scopes: { bot: [...SCOPES] } },
    settings: {
      event_subscriptions: { ...(by ? { request_url: by.events } : {}), bot_events: [...EVENTS] },
      interactivity: {
        is_enabled: true,
        ...(by ? { request_url: by.events, message_menu_options_url: by.events } : {}),
      },
      org_deploy_enabled: false,
      socket_mode_enabled: !by,
      token_rotation_enabled: false,
    },
  };
  return `${HEAD}\n${stringify(manifest, { lineWidth: 0 })}`;
}

function addresses(address: string): { readonly events: string; readonly redirect: string } {
  if (!URL.canParse(address) || new URL(address).protocol !== "https:") {
    throw new Error(`Slack wants an address that begins with https://, not ${address}.`);
  }
  const base = address.replace(/\/+$/, "");
  return { events: `${base}/slack/events`, redirect: `${base}${REDIRECT}` };
}

function slashCommands(registered: RegisteredCommands) {
  const names = new Set(
    registeredNames(
      commandSummaries().map(({ name }) => name),
      registered,
    ),
  );
  const own = (name: string) => `${registered.commandPrefix}${name}`;
  const single = commandSummaries().filter(({ name }) => names.has(own(name)));
  return [...single.map((summary) => command(own(summary.name), summary)), command(own(PROGRAM), EVERYTHING)];
}

/** The command that all others can be said with. */
const EVERYTHING = {
  help: "Everything else: textures, films, styles, the gallery, the queue, settings",
  examples: [`/${PROGRAM} help, zoom, texture winter, gallery`],
};

function command(name: string, { help, examples }: Pick<CommandSummary, "help" | "examples">) {
  const example = examples.find((line) => line.includes(" ") && line.length <= HINT) ?? "";
  const usage = example.replace(/^\/\S+\s*/, "");
  return {
    command: `/${name}`,
    description: shorten(help, DESCRIPTION),
    ...(usage === "" ? {} : { usage_hint: usage }),
    // So that a mention comes with the person's id: names are not theirs alone.
    should_escape: true,
  };
}

function shortcut({ id, title, command: name }: MessageShortcut) {
  const help = commandSummaries().find((each) => each.name === name)?.help ?? title;
  return { name: title, type: "message", callback_id: id, description: shorten(help, SHORTCUT) };
}

function formShortcut(command: string) {
  const help = commandSummaries().find(({ name }) => name === command)?.help ?? command;
  const name = sentence("slack.form-shortcut", { command: command.charAt(0).toUpperCase() + command.slice(1) });
  return { name, type: "global", callback_id: `${FORM_SHORTCUT}${command}`, description: shorten(help, SHORTCUT) };
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const [first] = argv.slice(2);
  if (first === "--write") writeFileSync(MANIFEST, slackManifest());
  else stdout.write(slackManifest(loadConfig().slack, first));
}
