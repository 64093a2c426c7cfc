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
    reactionRow("", "morph", "a short film of the way there and back, from the octaves of the same job"),
    reactionRow("", "style", "make it a style of the community, for `/stylize`, `/blend` and `/texture`"),
    `|  | ${sentence("button.emoji")} | cut square for an emoji, a sticker and an avatar; only you see it |  |`,
    VARIANTS,
    MODERATION,
    ...commands.flatMap(section),
    SETTINGS,
    ...recipeSettings().map(settingRow),
  ].join("\n")}\n`;
}

const HEAD = `# Commands

<!-- Written by scripts/commands-docs.ts from the commands' definitions: change those. -->

In a chat, options are written \`name:value\` in any order; values with spaces go in quotes. A message that names the bot is a line, too
(\`@dreamloom: stylize winter\`), and in direct messages every one. What phones and keyboards make of it is understood: other quotes and dashes,
full-width characters, bold and code marks. Only you see the answer to a line with an error; it says what to change. Which picture a command takes
is said [below](#which-picture). Defaults and limits are those of an installation that [changes none](#settings-of-an-installation).
`;

/** What is missing in Discord's menus. */
function menusNote(commands: readonly CommandSummary[]): string {
  const missing = commands.flatMap((command) => {
    const names = leftOutOf(command).map((name) => `\`${name}\``);
    return names.length === 0 ? [] : [`${listed(names)} of \`/${command.name}\``];
  });
  return `Discord's menus have room for ${COMMAND_OPTIONS} options; written in a line there: ${missing.join("; ")}.\n`;
}

const PLACES = `
## Moving pictures

\`/dream\`, \`/stylize\` and \`/blend\` make a film of a GIF, an animated WebP, an APNG, or of MP4 and WebM where ffmpeg is installed: every frame is worked on, what is made in it goes with the things it
is on, and timing and loop stay. Frames come into the thread as they are made; the job can be cancelled, and goes on from its last frame after a
restart. How long it takes is told before it starts: each frame after the first costs half of what a picture of its size does.

A film of more than 48 frames or 12 s (\`pictures.filmFrames\`, \`pictures.filmSeconds\`) is not cut by itself: the answer has the parts that would do, and the
size at which all of it would. The 48 hold for the default size; a smaller film may have as many frames as cost the same (192 at half of it).
\`moving:half\` takes every second frame (also \`third\`, \`quarter\`, \`sixth\`, \`eighth\`) and shows each twice as long, \`moving:3s\` the first three seconds,
\`moving:"half 3s"\` both, \`moving:still\` one picture of it. Morphs, sheets and sweeps are made of one picture
only. What is made of an MP4 or WebM is an MP4 with its sound. Such a film may have 10 minutes, of which a part is taken; where a picture is wanted, its
first frame is, and the message says so.

## Where in the picture

\`/dream\`, \`/stylize\`, \`/blend\` and \`/zoom\` work on a part of a picture with \`where\`; the rest stays as it is, to the last digit. It takes

- a region: \`top\`, \`bottom\`, \`left\`, \`right\`, \`centre\`, \`edges\`, or two of them for what both have: \`where:"top left"\`;
- a colour, and what is near it: \`where:#5a8fc8\`;
- a thing that the network knows: \`where:mountain\`, \`where:cat\`. Words that are no thing, as sky or water, are answered with what helps;
- a mask, sent as the second picture: white is where, or what is not transparent of it. \`/dream\` and \`/blend\` take it by itself, \`/stylize\`
  with \`where:mask\`, after the style's picture where one is sent, too. A mask that is sent alone in answer to a picture, with \`where:mask\`, is that
  picture's. In the web chat the brush draws one by mouse, finger or keys: on a picture that is attached, and with *Draw where to dream* in
  the menu of a message on a photo or a work that is in the channel already;
- \`opaque\`: what of a transparent picture is there;
- all but these: \`where:"not mountain"\`.

The edge is soft: \`feather\` says over how many pixels. \`/blend night:top summer:rest\` paints each style in its own place, and
\`/blend night summer where:mountain\` the first one there and the second one elsewhere.

A transparent picture, such as a sticker, is worked on where something of it is, without being told. In a film the part and the picture around it
zoom and turn together (\`zoom:0 rotate:0\` keeps both where they are). \`/neuron\` takes a region, or \`where:mask\` with the mask attached: the
rest stays the noise that it began with. Nothing can be looked for in noise: a thing or a colour there is answered with what helps.
`;

const SAVED = `
## Presets

\`/preset save moody look:eyes into:owl\` keeps options under a name. \`/dream moody\` and \`/dream preset:moody\` are then read as if they had been typed
there; what the line says itself wins. A preset is of one command (\`for:stylize\`), has no seed and no picture, and is yours on the whole platform; with
\`shared\` it is the community's, and of two with one name your own is meant. A command with a menu (Discord) completes them at \`preset\`. \`/preset export moody\`
posts it as a card: a small picture whose file holds the line and who made it. \`/preset import\` keeps it from there, on any platform that leaves
files as they are, and \`/preset import name:hers\` takes the options of any picture that was made here. What a card says is checked as a line that is
typed. A person and a community have 50 at most; \`/settings mydata\` shows and deletes them.
`;

const DAILY = `
## Dream of the day

\`/settings daily:18:00\` dreams, at that hour, the work of the channel's last 24 hours that has the most hearts, as \`/dream\` does there without options, and says whose it
is. \`daily:"18:00 Europe/Berlin"\` gives the time zone; without one it is UTC. A work whose author lets no one else use it, and one that moderators
have hidden, is left out; without hearts there is no dream. The job is that of the moderator who has set it, and counts as theirs. What could
not be made within an hour, as the queue was full or the program away, is left for the next day. \`/settings daily:off\` ends it,
as does deleting the data of who has set it: it is made in their name.
`;

const PICTURES = `
## Which picture

A command takes the picture attached to it; else that of the message it answers, or in whose menu it was chosen; else the one behind a link
in its line (on Discord and Slack also the avatar of a member who is mentioned, \`/dream @ada\`, or an emoji of the server or workspace, \`picture::blob:\`; in the slash menu in
*picture-from*); else the newest one. Of a message it takes files first, then what its blocks, forwarded parts and link previews show, then
stickers and custom emoji (Discord). A message that is pointed at and shows no picture is said to show none: no other picture is taken for it.

Where a message has several, \`picture:2\` takes its second one, of the newest message too. Menus of messages on Discord and Slack ask which one is
meant. \`/see\` and \`/made\` answer for all of them, ${MOST_TOGETHER} at most; in the web chat, from a picture's own menu (a right click, a long press, or
the menu key on it), they are about that picture. Other commands take the first, of the newest message the last; so do an emoji in an art channel, palettes,
votes and \`/style add\`. Their messages say so, and how to take another. Beside a link to a message (Discord) \`picture:2\` may stand too. The web chat's brush shows
what else there is in the message, to draw on instead.

| the newest picture | Discord | Slack | web chat |
| --- | --- | --- | --- |
| is | what people, other bots and webhooks have posted, or a result | the same | the same, or the first channel's sample |
| is never | the bot's previews, contact sheets, palettes, tiles of styles, what the gallery shows; stickers, emoji, small previews of linked pages | the same | the same |
| in a thread | the thread's, or that of the message it hangs on; the channel's only where a job has opened the thread and shown nothing yet | the same | the same |
| that may not be read | without *Message Content*: you are asked to name it | where the app is no member: the form | |
| that cannot be decoded | is skipped, and the one before taken | the same | is refused when it is posted |
| that is not there | you are told what to do | a form asks for it | you are told what to do |
| with \`picture:none\` | is not looked for: \`/dream\` and \`/zoom\` begin with noise | the same | the same |

A dream's guide is another picture, and the same is asked about it: whether its author lets others use it, and whom to name. \`like:winter\` takes a
style, \`like:https://example.org/painting.jpg\` what a link leads to, \`like:attached\` the second attached picture (with \`where:mask\` the third is
the mask; Discord's and Slack's forms take two). The line of the result names a style; a link is not kept, since it may be for its owner alone.`;

const REACTIONS = `
## Reactions

\`/stylize\` without a style posts a palette: the author's reaction with a style's emoji starts the painting, several blend. In the web chat the
styles' pictures are buttons that give the same reaction.

\`/blend vote\` posts one for the whole channel. Everybody has one vote, split evenly among the styles they react with; the shares of the
votes become the shares of the blend. It ends after its minutes, or when its author or a moderator reacts with ✅ or presses *Paint now*; they can also cancel it. A vote survives a restart:
what was reacted, taken back or cleared by a moderator while the program was away is read when it starts, of palettes and of votes.

In an art channel (\`/settings art:on\`, for those who manage the channel) anyone may react with a style's emoji to any picture, people's or the
bot's, to get it in that style; 👁️ dreams it. The same emoji of the same person on the same message counts once.

On the messages of a job that is done, also of last week, a reaction does what a button below the result does:

| reaction | button | what it does | no button where it is refused |
| --- | --- | --- | --- |`;

const VARIANTS = `
*Larger* below a dream, or below what \`/stylize\` and \`/blend\` painted, goes on from the finished picture: the photo's own detail at the larger
size, what was made so far, and the next larger octaves or scales, so that the same picture becomes finer; the time that is told is that of the rest. A
dream into what a word says, a painting as in the book, and other recipes begin once more at the larger size. For print, who
[moderates the whole community](operating.md#good-to-know) may go on with ⬆️, or ask for a \`size\`, up to 4096 px (\`dream.printSize\`,
\`paint.printSize\`); large pictures are worked on in tiles, and the time is told as for any job. A chat that takes no such file gets the largest form that fits, and the message says so. Where the
web chat has [an address for everybody](operating.md#web-chat), the message links to the whole file, for ${LINK_DAYS} days, until
the work is deleted or hidden; the link works for anyone who has it. The web chat's gallery has it whole, too.

*As emoji* answers with the result cut square: an emoji of 128 px, a sticker of 320 px where the chat has stickers, and an avatar of 512 px, each small
enough in bytes for it. Only the one who pressed sees them. A transparent picture keeps all that is there, with room around it; of others the part is
taken to which the eye goes first. Of a film, MP4 too, emoji and stickers are GIFs that move, of as many of its frames as there is room for, faster where those are few
(a sticker takes 5 s at most); avatars, and what would be too large, show its first frame. The answer says so. Adding them is left to you: the bot has no right to. A sheet has no such button: choose one of its pictures.

A button is missing where a value is at its bound, too: *Larger* below a picture of the largest size of the channel, *Stronger* at the greatest
strength. *Use as style* is not there below hidden works and those of channels and threads that not everybody in the community reads. The style
is called after the work, as in \`dream-7kq4m9xa\`; the one who pressed the button can rename it with \`/style rename\`.

\`repeat:4\` with \`/dream\`, \`/texture\` or \`/neuron\`, or the button *Vary*, makes a sheet of four variations: one job, one place in line, and four
times the cost of one. They stand in rows from left to right, each with the seed that follows the one before. Below the sheet there are buttons for
each: *Choose* makes it alone, as it is on the sheet, *Larger* makes it larger, and below a dream's *Vary* makes four more with its large forms. Other
recipes have no variations, since another seed changes next to nothing in them (\`/stylize\`, \`/blend\`), or they make sheets and films.

\`morph:yes\`, or the button *Morph*, makes a short looping WebP that goes from the photo through the octaves to the picture and back, made smaller until
the platform takes it; from the shell also GIF and MP4. The frames are those of the job itself. Of a picture that is done the octaves are kept as long as
the picture and what it was made from, at most 512 px a side, and the button makes the film of them without painting. Where they are not there (pictures from
before octaves were kept, those that went on after a restart, and those with an octave that the filter has held back) it says so and makes the picture once
more, from the same seed. A morph that is interrupted by a restart starts over.`;

const named = (commands: readonly string[]): string => listed(commands.map((name) => `\`/${name}\``));

const MODERATION = `
## Whose pictures, and where

After \`/settings optout\` your pictures and works are used for you alone, in all communities of the platform: with commands of others (attached, answered,
behind a link, *Dream this*), their reactions, \`/again\`, remixes and art channels they are refused, also where the gallery, a palette or a vote shows them,
and the search for the newest picture goes on to the one before. A palette or a vote that was opened before paints nothing of them, and \`/again\` does not
use a photo of yours once more that somebody has worked on. What was made before stays, and what was made from that result; so do styles that you
have added. A copy that somebody else posts counts as theirs. \`/settings optin\` takes it back.

\`/settings bot:off\` switches the bot off in a channel, \`/settings bot:off everywhere:yes\` in all that are not switched on with \`/settings bot:on\`.
There only ${named([...ALWAYS_ANSWERED, ...STARTING_NOTHING])} answer, and the buttons that cancel, delete and report; an open vote ends unpainted.

Moderators bar a person or, on Discord, a role with \`/moderate bar\`: one sentence is all that such a person's commands and buttons get in that
community, and their reactions get nothing; their votes and hearts no longer count (those of a role by what they had when they gave them), and what they had opened is not painted. ${named(ALWAYS_ANSWERED.filter((name) => name !== "moderate"))}
still show them what is stored about them. What they have waiting or running goes on
until \`/moderate cancel\`. A work that moderators have hidden cannot be shown again by its author, and nothing is made of it.

After \`/settings reports:here\` in the moderators' channel people can report a work: with the button below it, with *Apps > Report* (Slack: *More
actions > Report*) on its message, or with \`/report\`. The report names who, what and where (in a channel that
everybody reads, not the title of a work that not everybody may see); moderators delete the work, bar its author or dismiss it. A work
is posted there once within ${REPORT_DAYS} days, and one person reports five an hour at most.

Who moderates one channel only changes its settings and deletes, hides and cancels works of that channel; \`/moderate\`, reports, what is set
\`everywhere\` and others' styles are for those who [moderate the whole community](operating.md#good-to-know). \`/moderate log\` shows what moderators have done to people, to
others' works, votes and styles, and where they have switched the bot off or sent reports.`;

const SETTINGS = `
## Settings of an installation

What a file of settings, or a variable of the environment, changes of the options above.

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
