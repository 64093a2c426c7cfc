import { moderatesAll, NO_COMMUNITY } from "../../domain/model.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { kebab, listed, plain } from "../../shared/text.js";
import type { SettingValue } from "../../store/schema.js";
import type { BotOptions } from "../bot-options.js";
import { type Command, type CommandContext, defineCommand } from "../command.js";
import { endDaily, startDaily } from "../daily/daily-state.js";
import { readDailyTime } from "../daily/daily-time.js";
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
  "/settings daily:18:00",
  '/settings daily:"18:00 Europe/Berlin"',
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
    help: "Change this channel's settings, see what is stored about you, and say who may use your pictures",
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
      help: "What to do, unless you set something",
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
    confirm: flagOption({ help: "With mydata delete: do not ask first", default: false }),
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
  const [first, ...more] = on ? app.store.looks.taughtFrom({ platform: channel.platform, user: user.id }) : [];
  const names = first && listed([first, ...more].map(({ name }) => name));
  const looks = first && names && sentence("settings.opted-out-looks", { names, first: first.name });
  const lines = [sentence(on ? "settings.opted-out" : "settings.opted-in"), looks];
  await replyEphemeral(lines.filter(Boolean).join("\n"));
}

async function overview({ chat, app, channel, user }: CommandContext): Promise<string> {
  const { name } = await chat.describe(channel);
  const lines = app.settings.all(channel).map(line);
  const end = sentence(user.moderator ? "settings.hint-moderator" : "settings.hint");
  return [sentence("settings.heading", { channel: plain(name) }), ...lines, end].join("\n");
}

function line({ key, known: { option, fallback, shown }, value, from }: EffectiveSetting): string {
  const { help, unit } = option;
  const print = shown ?? ((value) => `${value}${unit ? ` ${unit}` : ""}`);
  const held = value === undefined ? fallback() : print(value);
  return `\`${kebab(key)}\` **${held}** (${sentence(`settings.from.${from}`)}): ${help}`;
}

async function change(
  context: CommandContext,
  changes: readonly [SettingKey, SettingValue][],
  everywhere: boolean,
): Promise<void> {
  const { app, channel } = context;
  const given = Object.fromEntries(changes);
  const scope = scopeFor(context, everywhere, everywhere || given.reports !== undefined);
  checkLook(context, given);
  const ofChannel = changes.find(([key]) => app.settings.known[key].ofChannel);
  if (everywhere && ofChannel) throw new UserError("settings.one-channel", { name: ofChannel[0] });
  if (given.reports === "here" && channel.thread !== undefined) throw new UserError("settings.reports-thread");
  // All that asks the chat comes first: where it fails, nothing is changed.
  const { name } = await context.chat.describe(channel);
  // What is said there shows that it can be, and to all who read it that it will be.
  if (given.reports === "here") await context.replyPublic({ text: await reportsText(context) });
  for (const [key, value] of changes) app.settings.set(scope, key, value, channel);
  const time = readDailyTime(String(given.daily ?? ""));
  if (time) startDaily(scope, time, context.user, app.now(), app.store.settings);
  else if (given.daily !== undefined) endDaily(scope, app.store.settings);
  noteChange(context, given, everywhere ? undefined : name);
  app.logger.info({ ...scope, changes: given, by: context.user.id }, "settings were changed");
  const keys = changes.map(([key]) => key);
  // Everybody may react from now on, so everybody should know.
  if (given.art === "on" && app.settings.isArtChannel(channel))
    await context.replyPublic({ text: artText(context, everywhere ? undefined : name) });
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
  const { app, chat, channel } = context;
  const all = Object.entries(app.settings.known) as [SettingKey, KnownSetting][];
  // What is the whole community's goes when it is named, or with all of that.
  const meant = all.filter(([key, { namesChannel }]) =>
    what === undefined ? everywhere || !namesChannel : kebab(key) === what,
  );
  const scope = scopeFor(context, everywhere, everywhere || meant.some(([, { namesChannel }]) => namesChannel));
  const { name } = await chat.describe(channel);
  const taken = meant.map(([key]) => key).filter((key) => app.settings.reset(scope, key));
  if (taken.length === 0) throw new UserError("settings.nothing-to-reset", { everywhere });
  if (taken.includes("daily")) endDaily(scope, app.store.settings);
  app.logger.info({ ...scope, reset: taken, by: context.user.id }, "settings were taken back");
  noteChange(context, Object.fromEntries(taken.map((key) => [key, RESET])), everywhere ? undefined : name);
  await context.replyEphemeral(changedText(context, taken, everywhere));
}

/**
 * Where people may use the bot, and where they report to, is in the moderators' log.
 * @param channelName undefined for what was set in the whole community
 */
function noteChange(
  { app, channel, user }: CommandContext,
  given: Readonly<Record<string, SettingValue>>,
  channelName: string | undefined,
): void {
  const { platform, community } = channel;
  if (community === NO_COMMUNITY) return;
  for (const [key, value] of Object.entries(given)) {
    if (key !== "bot" && key !== "reports") continue;
    const isWhole = channelName === undefined || (key === "reports" && value !== "here");
    const subject = isWhole ? sentence("settings.community") : channelName;
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

function artText({ user }: CommandContext, channel: string | undefined): string {
  return sentence("settings.art", { channel: channel && plain(channel), by: plain(user.name) });
}

async function reportsText({ chat, channel, user }: CommandContext): Promise<string> {
  const { closed } = await chat.describe(channel);
  return sentence("settings.reports", { by: plain(user.name), open: !closed });
}

/**
 * Where something is set: in the channel or everywhere.
 * @param whole whether it concerns the whole community, wherever it is stored
 * @throws UserError for those who do not manage that, and, in direct messages, for what concerns a community
 */
function scopeFor({ channel, user }: CommandContext, everywhere: boolean, whole: boolean) {
  const { platform, community, id } = channel;
  if (whole && community === NO_COMMUNITY) throw new UserError("settings.no-community");
  if (!user.moderator && !moderatesAll(user, channel)) throw new UserError("settings.forbidden");
  if (whole && !moderatesAll(user, channel)) throw new UserError("settings.forbidden-whole");
  return { platform, community, ...(!everywhere && { channel: id }) };
}
