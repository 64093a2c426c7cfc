import { NO_COMMUNITY } from "../../domain/model.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { kebab, plain } from "../../shared/text.js";
import type { SettingValue } from "../../store/schema.js";
import type { BotOptions } from "../bot-options.js";
import { type Command, type CommandContext, defineCommand } from "../command.js";
import { choiceOption, flagOption, type Options } from "../parsing/options.js";
import { UserError } from "../user-error.js";
import type { EffectiveSetting } from "./channel-settings.js";
import { exportMyData } from "./export-data.js";
import { type KnownSetting, type SettingKey, settingOptions } from "./known.js";
import { askToDelete, deleteMyData, showMyData } from "./my-data.js";

/** The second word of `/settings mydata delete`. */
const DELETE = "delete";
const EXPORT = "export";
const RESET = "reset";
const EXAMPLES = [
  "/settings",
  "/settings art:on",
  "/settings per-person:2 per-channel-hour:100 largest:768",
  "/settings look:patterns everywhere:yes",
  "/settings bot:off everywhere:yes",
  "/settings reports:here",
  "/settings reset largest",
  "/settings reset",
  "/settings mydata",
  "/settings mydata export",
  "/settings mydata delete",
  "/settings optout",
];

/** `/settings`: what applies in a channel, its change by those who manage it, and what is stored about a person. */
export function settingsCommand(botOptions: BotOptions): Command {
  return defineCommand({
    name: "settings",
    help: "Show and change this channel's settings, and what is stored and used of yours",
    options: commandOptions(settingOptions(botOptions)),
    moderators: true,
    examples: EXAMPLES.map((line) => line.replace("patterns", botOptions.looks[0]?.name ?? "patterns")),
    async run(values, context) {
      const { action, what, everywhere = false, confirm = false, ...given } = values;
      const changes = Object.entries(given) as [SettingKey, SettingValue][];
      if (changes.length > 0 && action !== undefined && action !== "show")
        throw new UserError("settings.action-alone", { action });
      if (everywhere && changes.length === 0 && action !== "reset") throw new UserError("settings.everywhere-alone");
      if (action === "mydata") return mydata(context, what, confirm);
      if (what === DELETE || what === EXPORT || confirm) throw new UserError("settings.of-my-data");
      if (action === "reset") return reset(context, what, everywhere);
      if (what !== undefined) throw new UserError("settings.value-missing", { name: what });
      if (action === "optout" || action === "optin") return optOut(context, action === "optout");
      if (changes.length > 0) return change(context, changes, everywhere);
      await context.replyEphemeral(await overview(context));
    },
  });
}

function commandOptions(settings: Options) {
  return {
    action: choiceOption({
      help: "What to do, if nothing is set",
      choices: [
        { value: "show", label: "Show what applies here" },
        { value: "reset", label: "Reset one setting, or all of them" },
        { value: "mydata", label: "Show, export or delete what is stored about you" },
        { value: "optout", label: "Let no one else use your pictures and works" },
        { value: "optin", label: "Let others use them again" },
      ],
      default: "show",
      positional: true,
    }),
    what: choiceOption({
      help: "The setting to reset; or, after mydata, export or delete",
      choices: [
        ...Object.entries(settings).map(([key, { help }]) => ({ value: kebab(key), label: help })),
        { value: EXPORT, label: "With mydata: get all that is stored about you in one file" },
        { value: DELETE, label: "With mydata: delete all that is stored about you" },
      ],
      positional: true,
    }),
    ...settings,
    everywhere: flagOption({
      help: "For all channels of the community that have no value of their own",
      default: false,
    }),
    confirm: flagOption({ help: "With mydata delete: without asking once more", default: false }),
  };
}

async function mydata(context: CommandContext, what: string | undefined, confirm: boolean): Promise<void> {
  if (what === undefined && !confirm) return showMyData(context);
  if (what === EXPORT && !confirm) return context.replyWithFile(sentence("my-data.file"), await exportMyData(context));
  if (what !== DELETE) throw new UserError("settings.my-data-usage");
  if (!confirm) return askToDelete(context);
  await context.replyEphemeral(deleteMyData(context, context.app));
}

/** A person's own pictures, on the whole platform. */
async function optOut({ app, channel, user, replyEphemeral }: CommandContext, on: boolean): Promise<void> {
  const isNew = app.store.optOuts.set({ platform: channel.platform, user: user.id }, on);
  if (isNew) app.logger.info({ person: user.id, on }, "a person has opted out of others' use of their pictures, or in");
  await replyEphemeral(sentence(on ? "settings.opted-out" : "settings.opted-in"));
}

async function overview({ chat, app, channel, user }: CommandContext): Promise<string> {
  const { name } = await chat.describe(channel);
  const lines = app.settings.all(channel).map(line);
  const end = sentence(user.moderator ? "settings.hint-moderator" : "settings.hint");
  return [sentence("settings.heading", { channel: plain(name) }), ...lines, end].join("\n");
}

function line({ key, known: { option, fallback }, value, from }: EffectiveSetting): string {
  const { help, unit } = option;
  const held = value === undefined ? fallback() : `${value}${unit ? ` ${unit}` : ""}`;
  return `\`${kebab(key)}\` **${held}** (${sentence(`settings.from.${from}`)}): ${help}`;
}

async function change(
  context: CommandContext,
  changes: readonly [SettingKey, SettingValue][],
  everywhere: boolean,
): Promise<void> {
  const { app, channel } = context;
  const given = Object.fromEntries(changes);
  const scope = scopeFor(context, everywhere || given.reports !== undefined);
  checkLook(context, given);
  // What is said there shows that it can be, and to all who read it that it will be.
  if (given.reports === "here") await context.replyPublic({ text: await reportsText(context) });
  for (const [key, value] of changes) app.settings.set(scopeFor(context, everywhere), key, value, channel);
  await noteChange(context, given, everywhere);
  app.logger.info({ ...scope, changes: given, by: context.user.id }, "settings were changed");
  const keys = changes.map(([key]) => key);
  const art = changes.find(([key]) => key === "art")?.[1];
  // Everybody may react from now on, so everybody should know.
  if (art === "on" && app.settings.isArtChannel(channel))
    await context.replyPublic({ text: await artText(context, everywhere) });
  await context.replyEphemeral(changedText(context, keys, everywhere));
}

/** @throws UserError when a look and a network would not go together. */
function checkLook({ app, channel }: CommandContext, given: Readonly<Record<string, SettingValue>>): void {
  if (given.look === undefined && given.network === undefined) return;
  const held = new Map(app.settings.all(channel).map(({ key, value }) => [key, value]));
  const network = String(given.network ?? held.get("network") ?? app.botOptions.dream.network);
  const look = given.look ?? held.get("look");
  if (look === undefined) return;
  const known = app.botOptions.looks.find(({ name }) => name === look);
  if (!known || known.networks.includes(network)) return;
  const fitting = app.botOptions.looks.filter(({ networks }) => networks.includes(network)).map(({ name }) => name);
  throw new UserError("settings.look-unknown", { network, look: String(look), fitting: fitting.join(", ") });
}

async function reset(context: CommandContext, what: string | undefined, everywhere: boolean): Promise<void> {
  const scope = scopeFor(context, everywhere);
  const { app } = context;
  const all = Object.entries(app.settings.known) as [SettingKey, KnownSetting][];
  // What is the whole community's goes when it is named, or with all of that.
  const meant = all.filter(([key, { namesChannel }]) =>
    what === undefined ? everywhere || !namesChannel : kebab(key) === what,
  );
  const taken = meant.map(([key]) => key).filter((key) => app.settings.reset(scope, key));
  if (taken.length === 0) throw new UserError("settings.nothing-to-reset", { everywhere });
  app.logger.info({ ...scope, reset: taken, by: context.user.id }, "settings were taken back");
  await noteChange(context, Object.fromEntries(taken.map((key) => [key, RESET])), everywhere);
  await context.replyEphemeral(changedText(context, taken, everywhere));
}

/** Where people may use the bot, and where they report to, is in the moderators' log. */
async function noteChange(
  { app, chat, channel, user }: CommandContext,
  given: Readonly<Record<string, SettingValue>>,
  everywhere: boolean,
): Promise<void> {
  const { platform, community } = channel;
  if (community === NO_COMMUNITY) return;
  const noted = Object.entries(given).filter(([key]) => key === "bot" || key === "reports");
  for (const [key, value] of noted) {
    const isWhole = everywhere && key === "bot";
    const subject = isWhole ? sentence("settings.community") : (await chat.describe(channel)).name;
    const detail = `${key} ${value}`;
    app.moderation.note(user, { platform, community, kind: "change-settings", subject, detail });
  }
}

/** What was changed, and what applies in this channel now, which may have values of its own. */
function changedText({ app, channel }: CommandContext, keys: readonly SettingKey[], everywhere: boolean): string {
  const changed = app.settings.all(channel).filter(({ key }) => keys.includes(key));
  const own = everywhere && changed.some(({ from }) => from === "channel");
  const heading = sentence(everywhere ? "settings.changed-community" : "settings.changed");
  return [heading, ...changed.map(line), ...(own ? [sentence("settings.channel-wins")] : [])].join("\n");
}

async function artText({ chat, channel, user }: CommandContext, everywhere: boolean): Promise<string> {
  const { name } = await chat.describe(channel);
  return sentence("settings.art", { channel: everywhere ? undefined : plain(name), by: plain(user.name) });
}

async function reportsText({ chat, channel, user }: CommandContext): Promise<string> {
  const { closed } = await chat.describe(channel);
  return sentence("settings.reports", { by: plain(user.name), open: !closed });
}

/** @throws UserError for those who do not manage the channel, or, in direct messages, any community. */
function scopeFor({ channel: { platform, community, id }, user }: CommandContext, everywhere: boolean) {
  if (!user.moderator) throw new UserError("settings.forbidden");
  if (everywhere && community === NO_COMMUNITY) throw new UserError("settings.no-community");
  return { platform, community, ...(!everywhere && { channel: id }) };
}
