/**
 * Writes docs/commands.md from the commands' definitions.
 *
 * Usage: npx tsx scripts/commands-docs.ts
 */

import { writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { loadConfig } from "../src/app/settings/load-settings.js";
import { recipeSettings, variable } from "../src/app/settings/schema.js";
import { leftOutOf } from "../src/bots/discord/definitions.js";
import { COMMAND_OPTIONS } from "../src/bots/discord/limits.js";
import { type BotOptions, offer } from "../src/commands/bot-options.js";
import { summarise } from "../src/commands/command.js";
import { chatCommands } from "../src/commands/create-context.js";
import { LINK_DAYS } from "../src/commands/gallery/whole-results.js";
import { MOST_TOGETHER } from "../src/commands/images/find-several.js";
import { RESULT_REACTIONS } from "../src/commands/interactive/result-reactions.js";
import { ALWAYS_ANSWERED, STARTING_NOTHING } from "../src/commands/moderation/exempt.js";
import type { Recipe } from "../src/commands/recipes/recipe.js";
import { type Variant, variantsOf } from "../src/commands/recipes/variants.js";
import { catalogue } from "../src/engine/networks/catalogue-file.js";
import type { CommandOptionSummary, CommandSummary, CompletedFrom } from "../src/port/commands.js";
import { sentence } from "../src/shared/sentences/sentence.js";
import { listed } from "../src/shared/text.js";
import { REPORT_DAYS } from "../src/store/reports.js";

export const PAGE = fileURLToPath(new URL("../docs/commands.md", import.meta.url));

/** Every command, for the settings in config/default.yaml. */
export function commandSummaries(): readonly CommandSummary[] {
  return chatCommands(shippedOptions()).commands.map(summarise);
}

function shippedOptions(): BotOptions {
  const { dream, paint, neuron, film, styles, queue: caps, pictures, engine } = loadConfig({});
  return {
    ...offer(catalogue(), []),
    dream,
    paint,
    neuron,
    film,
    styles,
    caps,
    mapsMegabytes: engine.memoryMegabytes,
    pictures: { ...pictures, maxBytes: pictures.megabytes * 2 ** 20 },
  };
}

/** The whole page. */
export function commandsPage(): string {
  const commands = commandSummaries();
  const contents = commands.map(({ name, help }) => `- [/${name}](#${name}): ${help}`);
  return `${[
    HEAD,
    menusNote(commands),
    ...contents,
    PICTURES,
    PLACES,
    SAVED,
    DAILY,
    REACTIONS,
    ...RESULT_REACTIONS.map(({ emoji, button, help }) => reactionRow(emoji, button, help)),
    reactionRow("", "vary", "four variations on one sheet; of a dream, with the same large forms"),
    reactionRow("", "morph", "a short film from the photo to the result and back, from the octaves of the same job"),
    reactionRow("", "style", "add it to the styles of the community, for `/stylize`, `/blend` and `/texture`"),
    `|  | ${sentence("button.emoji")} | crop it for an emoji, a sticker and an avatar; only you see the answer |  |`,
    VARIANTS,
    MODERATION,
    ...commands.flatMap(section),
    SETTINGS,
    ...recipeSettings().map(settingRow),
  ].join("\n")}\n`;
}

const HEAD = `# Commands

<!-- Written by scripts/commands-docs.ts from the commands' definitions: change those. -->

In a chat, options are written \`name:value\`, in any order; put values with spaces in quotes. Where it can mean one thing only, \`size 512\` and \`where:top left\` are understood too. You can also mention the bot
(\`@dreamloom: stylize winter\`), and in direct messages you can leave out the slash. What phones and keyboards turn characters into is understood: curly quotes, long dashes,
full-width characters, bold and code marks. If a command has a mistake, only you see the answer, and it says what to change. Which picture a command uses
is explained [below](#which-picture). Defaults and limits on this page are those of an installation that [has not changed them](#settings-of-an-installation).
`;

/** What is missing in Discord's menus. */
function menusNote(commands: readonly CommandSummary[]): string {
  const missing = commands.flatMap((command) => {
    const names = leftOutOf(command).map((name) => `\`${name}\``);
    return names.length === 0 ? [] : [`${listed(names)} of \`/${command.name}\``];
  });
  return `Discord's menus have room for ${COMMAND_OPTIONS} options. These can only be typed there, after a mention of the bot: ${missing.join("; ")}.\n`;
}

const PLACES = `
## Moving pictures

From an animated GIF, WebP or PNG, \`/dream\`, \`/stylize\` and \`/blend\` make a film; from MP4 and WebM, too, where ffmpeg is installed. Every frame is worked on, and what appears in it moves with
the picture; timing and loop stay the same. Frames appear in the thread as they are finished. The job can be cancelled, and after a
restart it continues from its last frame. You are told beforehand how long it will take: each frame after the first costs half as much as a single picture of that size.

A film of more than 48 frames or 12 s (\`pictures.filmFrames\`, \`pictures.filmSeconds\`) is not cut without asking: the answer offers parts that are short enough, and the
size at which the whole film is possible. The limit of 48 frames is for the default size; a smaller film may have as many frames as cost the same (192 at half the size).
\`moving:half\` takes every second frame (also \`third\`, \`quarter\`, \`sixth\`, \`eighth\`) and shows each twice as long, \`moving:3s\` takes the first three seconds,
\`moving:"half 3s"\` both; \`moving:still\` makes a single picture. Morphs, sheets and sweeps only work on single pictures.
An MP4 or WebM becomes an MP4 and keeps its sound. It may be up to 10 minutes long, and you choose a part of it; a command that needs a single picture uses the
first frame, and the message says so.

## Where in the picture

With \`where\`, \`/dream\`, \`/stylize\`, \`/blend\` and \`/zoom\` change only part of a picture; every other pixel stays exactly as it was. \`where\` can be

- a region: \`top\`, \`bottom\`, \`left\`, \`right\`, \`centre\`, \`edges\`, or the overlap of two: \`where:"top left"\`;
- a colour, and similar colours: \`where:#5a8fc8\`;
- a thing that the network can recognise: \`where:mountain\`, \`where:cat\`. For words that it does not know, such as sky or water, the answer suggests alternatives;
- a mask, sent as the second picture: white, or not transparent, where the picture may change. \`/dream\` and \`/blend\` recognise it by themselves; \`/stylize\`
  needs \`where:mask\`, with the mask after the picture of the style, if you send one. You can also reply to a picture with nothing but a mask and \`where:mask\`.
  In the web chat, draw one with the brush, using mouse, finger or keyboard: on a picture that you have attached, or with *Draw where to dream* in
  the menu of any photo or work in the channel;
- \`opaque\`: the visible part of a transparent picture;
- the opposite of any of these: \`where:"not mountain"\`.

The edge is soft; \`feather\` sets how many pixels wide. \`/blend night:top summer:rest\` paints each style in its own place, and
\`/blend night summer where:mountain\` paints the first style there and the second everywhere else. Styles with shares beside a place blend in the
rest: \`/blend night:top summer:0.3 winter:0.7\`.

Of a transparent picture, such as a sticker, only the visible part is changed, without any option. In a \`/zoom\` the part and the picture around it
zoom and turn together (\`zoom:0 rotate:0\` keeps both in place). \`/neuron\` takes a region, or \`where:mask\` with the mask attached: the
rest remains the noise that it started from. A thing or a colour cannot be found in noise; the answer then says what you can use instead.
`;

const SAVED = `
## Presets

\`/preset save moody look:eyes into:owl\` saves options under a name. \`/dream moody\` and \`/dream preset:moody\` then work as if you had typed those options;
options and styles that you do type win, also over what they exclude: a look over saved layers. A preset belongs to one command (\`for:stylize\`) and contains
neither seed nor picture. It is yours in every community of the platform; with
\`shared\` it belongs to the community. If both have the name, yours is used. Discord's menus complete names at \`preset\`.

\`/preset export moody\` posts a card: a small picture whose file contains the options and your name. \`/preset import\` saves the preset of a card, on any platform that does not
rewrite files, and \`/preset import name:hers\` saves the options of any picture made by the bot. A card is checked as strictly as anything
typed. You can have up to 50 presets, and so can a community; \`/settings mydata\` shows and deletes yours.
`;

const DAILY = `
## Dream of the day

\`/settings daily:18:00\` takes, at that hour, the work with the most hearts of the last 24 hours in the channel, dreams it as a plain \`/dream\` would, and says whose it
is. \`daily:"18:00 Europe/Berlin"\` sets the time zone; the default is UTC. Works that moderators have hidden, and those of people who have opted out,
are skipped; without any hearts there is no dream. The job belongs to the moderator who set it up and counts towards their limits. If it
cannot be made within an hour, because the queue is full or the bot is down, the next try is on the following day. \`/settings daily:off\` ends it,
and so does deleting the data of that moderator.
`;

const PICTURES = `
## Which picture

A command uses the picture attached to it. If there is none, it uses the picture in the message that you reply to or whose menu you opened; then one linked
in the command (on Discord and Slack also the avatar of somebody you mention, \`/dream @ada\`, or a custom emoji, \`picture::blob:\`; in Discord's slash menu that is
*picture-from*); then the newest one in the channel. In a message, attached files come first, then pictures in its blocks, forwarded parts and link previews, then
stickers and custom emoji (Discord). If you point at a message that has no picture, the bot says so and does not take another one.

If a message has several pictures, \`picture:2\` takes the second one; this works for the newest message, too. On Discord and Slack the message menus ask which one
you mean. \`/see\` and \`/made\` look at all of them, up to ${MOST_TOGETHER}; in the web chat, opened from the menu of a single picture (right-click, long press, or
the menu key), they look at that one. Other commands take the first picture of a message, but the last one of the newest message; so do emoji in art channels, palettes,
votes and \`/style add\`. Their messages say so, and how to choose another. \`picture:2\` can also be added to a link to a message (Discord). The brush of the web chat shows
the other pictures of the message, so that you can draw on one of those instead.

| the newest picture | Discord | Slack | web chat |
| --- | --- | --- | --- |
| can be | a picture posted by people, other bots or webhooks, or a result | the same | the same, or the sample in the first channel |
| is never | a preview, contact sheet, palette, style tile or gallery page of the bot; a sticker, an emoji, or a small preview of a linked page | the same | the same |
| in a thread | is the thread's, or that of the message it started from; the channel's only if a job opened the thread and has shown nothing yet | the same | the same |
| if it may not be read | without *Message Content*: you are asked to name a picture | if the app is not in the channel: a form opens | |
| if it cannot be decoded | is skipped, and the one before is used | the same | is refused when it is posted |
| if there is none | you are told what to do | a form asks for it | you are told what to do |
| with \`picture:none\` | is not used: \`/dream\` and \`/zoom\` start from noise | the same | the same |

The guide of a dream is another picture, with the same rules: its author must allow others to use it, and is credited. \`like:winter\` uses a
style, \`like:https://example.org/painting.jpg\` a linked picture, \`like:attached\` the second attached picture (the third is then the mask for
\`where:mask\`; Discord's and Slack's forms take two pictures). The result shows the name of a style, but no link, as a link may be private.`;

const REACTIONS = `
## Reactions

\`/stylize\` without a style posts a palette. React with the emoji of a style to start the painting, or with several to blend them; only your own reactions count. In the web chat the
pictures of the styles are buttons that do the same. A palette takes choices for a week.

\`/blend vote\` posts a palette for the whole channel. Everybody has one vote, split evenly among the styles they react with; the shares of the
votes become the shares of the blend. The vote ends when its time is up, or when the person who opened it or a moderator reacts with ✅ or presses *Paint now*; they can also cancel it.
Palettes and votes survive a restart: reactions that were added, removed or cleared in the meantime are counted when the bot is back.

In an art channel (\`/settings art:on\`, for those who manage the channel) anyone can react to any picture with the emoji of a style
to have it painted in that style; 👁️ dreams it. Repeating a reaction on the same message does nothing.

On the messages of a finished job, however old, reactions do the same as the buttons below the result:

| reaction | button | what it does | commands without the button |
| --- | --- | --- | --- |`;

const VARIANTS = `
*Larger* below a dream, or below a picture made by \`/stylize\` or \`/blend\`, continues from the finished picture: it adds the photo's own detail at the larger
size and works on the next larger octaves or scales, so that the same picture gets finer. You are told how long this will take. A
dream into a word, a painting with \`preset:book\`, and the results of other commands start over at the larger size. For printing, those who
[moderate the whole community](operating.md#good-to-know) can go up to 4096 px with ⬆️ or \`size\` (\`dream.printSize\`,
\`paint.printSize\`). If the file is too large for a chat, the chat gets the largest version that fits, and the message says so. If the
web chat has [a public address](operating.md#web-chat), the message also links to the original for ${LINK_DAYS} days, unless
the work is deleted or hidden before; the link works for anyone who has it. The gallery of the web chat has the original, too.

*As emoji* crops the result to a square: an emoji of 128 px, a sticker of 320 px where the chat has stickers, and an avatar of 512 px, each with a file
small enough to be accepted. Only you see them. A transparent picture is kept whole, with a margin; other pictures are cropped to the
part that draws the eye. A film gives animated GIFs for emoji and stickers, with as many frames as fit, sped up if those are few
(stickers are at most 5 s long); avatars, and whatever would be too large, show its first frame, and the answer says so. You add them to the server yourself: the bot has no permission to. A sheet has no such button: choose one of its pictures first.

A button is also missing when the value cannot go further: *Larger* at the largest size of the channel, *Stronger* at the greatest
strength. *Use as style* is missing below hidden works, and below works from channels and threads that not everybody in the community can read. The style
is named after the work, for instance \`dream-7kq4m9xa\`; the person who pressed the button can rename it with \`/style rename\`.
Neither styles nor presets take a name that means something else in the lines they are for, such as \`size\`, and no style takes 👁️, which dreams in art channels.

\`repeat:4\` with \`/dream\`, \`/texture\` or \`/neuron\`, or the button *Vary*, makes a sheet of four variations: one job, one place in the queue, and four
times the cost of one picture. They are in rows from left to right, with consecutive seeds. The sheet has buttons for
each of them: *Choose* makes that one alone, *Larger* makes it larger, and for dreams *Vary* makes four more with the same large forms. Other
commands have no variations, because another seed changes next to nothing (\`/stylize\`, \`/blend\`), or because they make sheets and films anyway.

\`morph:yes\`, or the button *Morph*, makes a short looping WebP that goes from the photo through the octaves to the result and back, small enough
for the platform; from the shell also a GIF or MP4. The octaves of a finished job are kept as long as its pictures are, at most 512 px
a side, so the button usually makes the film without painting again. If they are missing (for pictures from
before octaves were kept, jobs that were interrupted by a restart, and octaves that the filter held back), it says so and makes the picture again
from the same seed. A morph that is interrupted by a restart starts over.`;

const named = (commands: readonly string[]): string => listed(commands.map((name) => `\`/${name}\``));

const MODERATION = `
## Your pictures, and moderation

After \`/settings optout\` only you can use your pictures and works, in all communities of the platform. Commands and reactions of others refuse them, wherever
they come from: an attachment, a reply, a link, *Dream this*, \`/again\`, a remix, an art channel, the gallery, a palette or a vote. The search for the newest picture
skips them. Palettes and votes that are already open no longer use them, and \`/again\` does not reuse a photo of yours that somebody
else has worked on before. What has already been made stays and can be built upon; so do styles that you
have added. A copy posted by somebody else counts as theirs. \`/settings optin\` undoes it.

\`/settings bot:off\` switches the bot off in a channel, \`/settings bot:off everywhere:yes\` in all channels except those with \`/settings bot:on\`.
There only ${named([...ALWAYS_ANSWERED, ...STARTING_NOTHING])} work, and the buttons to cancel, delete and report; an open vote ends without a painting.

With \`/moderate bar\` moderators bar a person or, on Discord, a role from using the bot in that community. Commands and buttons then get a one-sentence refusal,
and reactions nothing; their votes and hearts no longer count (for a role: if they had it when they voted), and palettes and votes that they opened are not painted. ${named(ALWAYS_ANSWERED.filter((name) => name !== "moderate"))}
still show them what is stored about them. Their waiting and running jobs continue
until \`/moderate cancel\`. Works that moderators have hidden cannot be shown again by their author, and nothing new can be made from them.

After \`/settings reports:here\` in the moderators' channel, people can report a work: with the button below it, with *Apps > Report* on its message (Slack: *More
actions > Report*), or with \`/report\`. The report says who reported which work, and where it is; if everybody can read
the channel, it leaves out the titles of works that not everybody may see. Moderators can then delete the work, bar its author, or dismiss the report. A work
is reported there at most once in ${REPORT_DAYS} days, and one person can make five reports an hour.

People who moderate a single channel can change its settings, and delete, hide and cancel works in it. \`/moderate\`, reports, \`everywhere\`
and other people's styles need somebody who [moderates the whole community](operating.md#good-to-know). \`/moderate log\` lists what moderators have done to people, to
other people's works, votes and styles, and where they have switched the bot off or turned reports on.`;

const SETTINGS = `
## Settings of an installation

Defaults and limits of the options above can be changed in a settings file or by environment variables.

| setting | variable | what it is | takes | default |
| --- | --- | --- | --- | --- |`;

function settingRow({ key, use, option, bounds, default: usual }: ReturnType<typeof recipeSettings>[number]): string {
  const takes = ["integer", "number"].includes(option.kind) ? bounds.join(" to ") : `the name of a ${option.kind}`;
  const whom = { maximum: "The most that people may ask for", print: "The most that moderators may ask for" };
  const what = use === "default" ? option.help : whom[use];
  return `| \`${key}\` | \`${variable(key)}\` | ${cell(what)} | ${takes} | ${usual} |`;
}

function reactionRow(emoji: string, button: (typeof RESULT_REACTIONS)[number]["button"], help: string): string {
  const without = button === undefined || button === "again" || button === "delete" ? [] : recipesWithout(button);
  const label = button === undefined ? "" : sentence(`button.${button}`);
  return `| ${emoji} | ${label} | ${help} | ${without.map((command) => `\`/${command}\``).join(", ")} |`;
}

/** Commands whose usual results do not offer a variant. */
function recipesWithout(variant: Variant): string[] {
  const { recipes } = chatCommands(shippedOptions());
  const isOffered = (recipe: Recipe): boolean => {
    const largest = (recipe.options.size ?? recipe.options.width)?.maximum;
    const offered = variantsOf({ recipe, params: recipe.defaults(), largest }, {});
    return offered.some((each) => each.variant === variant);
  };
  return recipes.filter((recipe) => !isOffered(recipe)).map(({ command }) => command);
}

function section({ name, help, options, examples }: CommandSummary): string[] {
  const rows = options.map(
    (option) => `| \`${option.name}\` | ${cell(option.help)} | ${cell(taken(option))} | ${option.default ?? ""} |`,
  );
  const table =
    rows.length === 0 ? [] : ["", "| option | what it does | takes | default |", "| --- | --- | --- | --- |", ...rows];
  return ["", `## ${name}`, "", `${help}.`, ...table, "", "```", ...examples, "```"];
}

/** What is completed, where that is no style. */
const COMPLETED: Readonly<Record<CompletedFrom, string>> = {
  commands: "a command's name",
  classes: "things that the network knows",
  looks: "a look's name",
  presets: "a preset's name",
  styles: "[styles](styles.md)",
  where: "[a place](#where-in-the-picture)",
};

function taken({ type, minimum, maximum, forModerators, choices, completes, required }: CommandOptionSummary): string {
  const print = forModerators === undefined ? "" : `; moderators to ${forModerators}`;
  const range = minimum === undefined || maximum === undefined ? undefined : `${minimum} to ${maximum}${print}`;
  const words = choices?.map(({ value }) => `\`${value}\``).join(", ");
  const kinds = {
    text: "text",
    number: range ?? "a number",
    integer: range ?? "a whole number",
    flag: "yes or no",
    picture: "a link, latest, or an attached picture",
  };
  return `${words || (completes ? COMPLETED[completes] : kinds[type])}${required ? ", required" : ""}`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, commandsPage());
