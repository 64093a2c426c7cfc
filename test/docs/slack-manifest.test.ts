import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { commandSummaries } from "../../scripts/commands-docs.js";
import { MANIFEST, slackManifest } from "../../scripts/slack-manifest.js";
import { GLOBAL_SHORTCUTS } from "../../src/bots/slack/scopes.js";
import { SHORTCUTS } from "../../src/commands/command.js";

const written = readFileSync(MANIFEST, "utf8");
const asItComes = { commands: "auto", commandPrefix: "" } as const;
const names = (manifest: string): string[] =>
  parse(manifest).features.slash_commands.map(({ command }: { command: string }) => command);

it("config/slack-manifest.yaml is what the definitions say (npx tsx scripts/slack-manifest.ts --write)", () => {
  expect(written).toBe(slackManifest());
});

it("the manifest stays inside Slack's bounds, and names every shortcut", () => {
  const { display_information, features, oauth_config, settings } = parse(written);
  expect(display_information.description.length).toBeLessThanOrEqual(140);
  expect(names(written)).toEqual(["/dream", "/stylize", "/blend", "/dreamloom"]);
  expect(features.slash_commands.length).toBeLessThanOrEqual(50);
  for (const { command, description, usage_hint = "" } of features.slash_commands) {
    expect(command).toMatch(/^\/[a-z0-9_-]{1,31}$/);
    expect(description.length).toBeLessThanOrEqual(2000);
    expect(usage_hint.length).toBeLessThanOrEqual(1000);
  }
  expect(features.shortcuts.map(({ callback_id }: { callback_id: string }) => callback_id)).toEqual([
    ...GLOBAL_SHORTCUTS.map((command) => `form_${command}`),
    ...SHORTCUTS.map(({ id }) => id),
  ]);
  expect(features.shortcuts.length).toBeLessThanOrEqual(10);
  for (const { name, description } of features.shortcuts) {
    expect(name.length).toBeLessThanOrEqual(24);
    expect(description.length).toBeLessThanOrEqual(150);
  }
  // Without these the bot could not do what it is for.
  for (const scope of [
    ...["commands", "chat:write", "files:read", "files:write", "reactions:read", "reactions:write"],
    ...["channels:history", "groups:history", "app_mentions:read", "users:read"],
  ]) {
    expect(oauth_config.scopes.bot).toContain(scope);
  }
  expect(settings.event_subscriptions.bot_events).toContain("app_home_opened");
  expect(settings.interactivity.is_enabled).toBe(true);
});

it("a manifest for events by HTTP has the bot's address wherever Slack sends something", () => {
  const { features, oauth_config, settings } = parse(slackManifest(asItComes, "https://bot.example.org/"));
  const events = "https://bot.example.org/slack/events";
  expect(new Set(features.slash_commands.map(({ url }: { url: string }) => url))).toEqual(new Set([events]));
  expect(settings).toMatchObject({
    socket_mode_enabled: false,
    event_subscriptions: { request_url: events },
    interactivity: { request_url: events, message_menu_options_url: events },
  });
  expect(oauth_config.redirect_urls).toEqual(["https://bot.example.org/slack/oauth_redirect"]);
  expect(() => slackManifest(asItComes, "http://bot.example.org")).toThrow("https://");
});

it("a setting names every command in the manifest, and another begins each name", () => {
  const all = commandSummaries().map(({ name }) => name);
  expect(names(slackManifest({ commands: "all", commandPrefix: "" }))).toEqual(
    [...all, "dreamloom"].map((n) => `/${n}`),
  );
  expect(names(slackManifest({ commands: "few", commandPrefix: "art-" }))).toEqual(
    ["dream", "stylize", "blend", "dreamloom"].map((name) => `/art-${name}`),
  );
});
