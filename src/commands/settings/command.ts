import { sentence } from "../../shared/sentences/sentence.js";
import { kebab } from "../../shared/text.js";
import type { SettingValue } from "../../store/settings.js";
import type { BotOptions } from "../bot-options.js";
import { type Command, type CommandContext, defineCommand } from "../command.js";
import { choiceOption, flagOption } from "../parsing/options.js";
import { plain } from "../presenting/texts.js";
import { UserError } from "../user-error.js";
import type { EffectiveSetting } from "./channel-settings.js";
import { exportMyData } from "./export-data.js";
import { type SettingKey, settingOptions } from "./known.js";
import { askToDelete, deleteMyData, showMyData } from "./my-data.js";

/** The second word of `/settings mydata delete`. */
const DELETE = "delete";
const EXPORT = "export";

interface Scope {
  readonly platform: string;
  readonly community: string;
  readonly channel?: string;
  /** A whole channel reference is no scope: its id goes into `channel`. */
  readonly id?: never;
}

/** `/settings`: what holds in a channel, and, for those who manage it, its change; and what is stored about a person. */
export function settingsCommand(botOptions: BotOptions): Command {
  const settings = settingOptions(botOptions);
  const names = Object.entries(settings).map(([key, { help }]) => ({ value: kebab(key), label: help }));
  return defineCommand({
    name: "settings",
    help: "Show and change this channel's settings, and what is stored about you",
    options: {
      action: {
        ...choiceOption({
          help: "What to do, if nothing is set",
          choices: [
            { value: "show", label: "Show what applies here" },
            { value: "reset", label: "Reset one setting, or all of them" },
            { value: "mydata", label: "Show, export or delete what is stored about you" },
          ],
          default: "show",
        }),
        positional: true,
      },
      what: {
        ...choiceOption({
          help: "The setting to reset; or, after mydata, export or delete",
          choices: [
            ...names,
            { value: EXPORT, label: "With mydata: get all that is stored about you in one file" },
            { value: DELETE, label: "With mydata: delete all that is stored about you" },
          ],
        }),
        positional: true,
      },
      ...settings,
      everywhere: flagOption({
        help: "For all channels of the community that have no value of their own",
        default: false,
      }),
      confirm: flagOption({ help: "With mydata delete: without asking once more", default: false }),
    },
    examples: [
      "/settings",
      "/settings art:on",
      "/settings per-person:2 per-channel-hour:100 largest:768",
      "/settings look:patterns everywhere:yes",
      "/settings reset largest",
      "/settings reset",
      "/settings mydata",
      "/settings mydata export",
      "/settings mydata delete",
    ].map((line) => line.replace("patterns", botOptions.looks[0]?.name ?? "patterns")),
    async run(values: Readonly<Record<string, unknown>>, context) {
      const { action, what, everywhere = false, confirm = false, ...given } = values;
      const changes = Object.entries(given) as [SettingKey, SettingValue][];
      if (changes.length > 0 && action !== undefined && action !== "show") {
        throw new UserError("settings.action-alone", { action: String(action) });
      }
      if (action === "mydata") return mydata(context, what, confirm === true);
      if (what === DELETE || what === EXPORT || confirm) throw new UserError("settings.of-my-data");
      if (action === "reset") return reset(context, what, everywhere === true);
      if (what !== undefined) {
        const name = String(what);
        throw new UserError("settings.value-missing", { name });
      }
      if (changes.length > 0) return change(context, changes, everywhere === true);
      await context.replyEphemeral(await overview(context));
    },
  });
}

async function mydata(context: CommandContext, what: unknown, confirm: boolean): Promise<void> {
  if (what === undefined && !confirm) return showMyData(context);
  if (what === EXPORT && !confirm) return handOver(context);
  if (what !== DELETE) {
    throw new UserError("settings.my-data-usage");
  }
  if (!confirm) return askToDelete(context);
  await context.replyEphemeral(deleteMyData(context, context.app));
}

async function handOver(context: CommandContext): Promise<void> {
  const file = await exportMyData(context);
  const text = sentence("my-data.file");
  await context.replyWithFile(text, file);
}

async function overview({ chat, app, channel, user }: CommandContext): Promise<string> {
  const { name } = await chat.describe(channel);
  const lines = app.settings.all(channel).map(line);
  const end = user.moderator ? sentence("settings.hint-moderator") : sentence("settings.hint");
  return [sentence("settings.heading", { channel: plain(name) }), ...lines, end].join("\n");
}

function line({ key, known, value, from }: EffectiveSetting): string {
  const unit = known.option.unit && value !== undefined ? ` ${known.option.unit}` : "";
  const origin = {
    channel: sentence("settings.set-here"),
    community: sentence("settings.set-community"),
    installation: sentence("settings.default"),
  }[from];
  return `\`${kebab(key)}\` **${value ?? known.fallback}${unit}** (${origin}): ${known.option.help}`;
}

async function change(
  context: CommandContext,
  changes: readonly [SettingKey, SettingValue][],
  everywhere: boolean,
): Promise<void> {
  const scope = scopeFor(context, everywhere);
  const { app, channel } = context;
  checkLook(context, Object.fromEntries(changes));
  for (const [key, value] of changes) app.store.settings.set(scope, key, value);
  app.logger.info({ ...scope, changes: Object.fromEntries(changes), by: context.user.id }, "settings were changed");
  const keys = changes.map(([key]) => key);
  const art = changes.find(([key]) => key === "art")?.[1];
  // What everybody may do from now on, everybody should know.
  if (art === "on" && app.settings.isArtChannel(channel))
    await context.replyPublic({ text: await artText(context, everywhere) });
  await context.replyEphemeral(told(context, keys, everywhere));
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

async function reset(context: CommandContext, what: unknown, everywhere: boolean): Promise<void> {
  const scope = scopeFor(context, everywhere);
  const { app } = context;
  const all = Object.keys(app.settings.known) as SettingKey[];
  const keys = what === undefined ? all : all.filter((key) => kebab(key) === what);
  const before = app.store.settings.all(scope);
  const taken = keys.filter((key) => Object.hasOwn(before, key));
  for (const key of taken) app.store.settings.set(scope, key, undefined);
  if (taken.length === 0) throw new UserError("settings.nothing-to-reset", { everywhere });
  app.logger.info({ ...scope, reset: taken, by: context.user.id }, "settings were taken back");
  await context.replyEphemeral(told(context, taken, everywhere));
}

/** What was changed, and what holds in this channel now, which may have values of its own. */
function told({ app, channel }: CommandContext, keys: readonly SettingKey[], everywhere: boolean): string {
  const lines = app.settings
    .all(channel)
    .filter(({ key }) => keys.includes(key))
    .map(line);
  const own = everywhere && app.settings.all(channel).some(({ key, from }) => keys.includes(key) && from === "channel");
  const heading = everywhere ? sentence("settings.changed-community") : sentence("settings.changed");
  return [heading, ...lines, ...(own ? [sentence("settings.channel-wins")] : [])].join("\n");
}

async function artText({ chat, channel, user }: CommandContext, everywhere: boolean): Promise<string> {
  const { name } = await chat.describe(channel);
  return sentence("settings.art", { channel: everywhere ? undefined : plain(name), by: plain(user.name) });
}

/** @throws UserError for those who do not manage the channel. */
function scopeFor({ channel: place, user }: CommandContext, everywhere: boolean): Scope {
  if (!user.moderator) {
    throw new UserError("settings.forbidden");
  }
  const { platform, community, id: channel } = place;
  return { platform, community, ...(everywhere ? {} : { channel }) };
}
