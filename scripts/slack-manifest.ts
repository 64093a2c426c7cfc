/**
 * Writes config/slack-manifest.yaml, from which Slack makes the app, from the commands' and shortcuts' definitions.
 *
 * Usage: npx tsx scripts/slack-manifest.ts
 */
import { writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import type { CommandSummary, MessageShortcut } from "../src/bots/chat.js";
import { EVENTS, SCOPES } from "../src/bots/slack/scopes.js";
import { SHORTCUTS } from "../src/commands/shortcuts.js";
import { commandSummaries } from "./commands-docs.js";

export const MANIFEST = fileURLToPath(new URL("../config/slack-manifest.yaml", import.meta.url));

const HEAD = `# The Slack app, for api.slack.com/apps > Create New App > From a manifest; docs/operating.md tells the way.
# Written by scripts/slack-manifest.ts from the commands' definitions: change those.
#
# As it stands it is for Socket Mode in one workspace. For events by HTTP set socket_mode_enabled to false and add your address:
#   every slash command:           url: https://bot.example.org/slack/events
#   settings.event_subscriptions:  request_url: https://bot.example.org/slack/events
#   settings.interactivity:        request_url: https://bot.example.org/slack/events
#                                  message_menu_options_url: https://bot.example.org/slack/events
# For several workspaces add oauth_config.redirect_urls: [https://bot.example.org/slack/oauth_redirect]. Tokens may be rotated then
# (token_rotation_enabled: true, which Slack never takes back); a token in SLACK_BOT_TOKEN cannot be.
`;

/** Slack's bounds of what a manifest says. */
const DESCRIPTION = 140;
const HINT = 100;
const SHORTCUT = 150;

export function slackManifest(): string {
  const manifest = {
    display_information: {
      name: "Dreamloom",
      description: "Dreams and paints by running trained networks backwards.",
      background_color: "#1f1b2e",
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      bot_user: { display_name: "dreamloom", always_online: true },
      shortcuts: SHORTCUTS.map(shortcut),
      slash_commands: commandSummaries().map(command),
    },
    oauth_config: { scopes: { bot: [...SCOPES] } },
    settings: {
      event_subscriptions: { bot_events: [...EVENTS] },
      interactivity: { is_enabled: true },
      org_deploy_enabled: false,
      socket_mode_enabled: true,
      token_rotation_enabled: false,
    },
  };
  return `${HEAD}\n${stringify(manifest, { lineWidth: 0 })}`;
}

function command({ name, help, examples }: CommandSummary) {
  const example = examples.find((line) => line.includes(" ") && line.length <= HINT) ?? "";
  const usage = example.replace(/^\/\S+\s*/, "");
  return {
    command: `/${name}`,
    description: shorten(help, DESCRIPTION),
    ...(usage === "" ? {} : { usage_hint: usage }),
    should_escape: false,
  };
}

function shortcut({ id, title, command: name }: MessageShortcut) {
  const help = commandSummaries().find((each) => each.name === name)?.help ?? title;
  return { name: title, type: "message", callback_id: id, description: shorten(help, SHORTCUT) };
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(MANIFEST, slackManifest());
