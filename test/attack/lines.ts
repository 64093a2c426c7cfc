/**
 * Command lines as people may type, paste and make them up, through the parser, the commands and what is behind them,
 * to an engine that paints what it is given. Each is answered, in words that fit, and none takes long.
 */

import type { HandlersContext } from "../../src/commands/handlers.js";
import { parseLine, printLine } from "../../src/commands/parsing/command-line.js";
import { readText } from "../../src/commands/parsing/read-values.js";
import { UserError } from "../../src/commands/user-error.js";
import { type Random, randomInteger } from "../../src/engine/images/random.js";
import type { CommandSummary } from "../../src/port/commands.js";
import { sentence } from "../../src/shared/sentences/sentence.js";
import { plainLine, readSaid, type SaidLine } from "../../src/shared/typed.js";
import { ann, art, ben, FakeChat, mod, source } from "../fakes/chat.js";
import { FakeEngine, picture } from "../fakes/engine.js";
import { openStudio } from "../fakes/studio.js";
import type { Attack, Note } from "./attack.js";
import { oddText, pick, some } from "./generate.js";

/** A line that takes longer of this process is too slow, in milliseconds of its processor time: others work too. */
const MOST_MS = 5_000;
/** Messages of the chat that are kept; then people have deleted them all. */
const MOST_MESSAGES = 500;
/** What regular expressions and parsers are slow on. */
const HOSTILE = [
  '"',
  "a:",
  "\\",
  " ",
  'a:"',
  "a-",
  "**a",
  "_",
  "`",
  "'",
  "://",
  "，",
  "a:a ",
  "👩‍",
  "\u0301",
  "<",
  "(",
  "İ",
];

export const lines: Attack = {
  name: "lines",
  count: 120_000,
  atOnce: 1,
  mostGrowth: 250,
  async open() {
    const image = source(await picture(48, 32));
    const chat = Object.assign(new FakeChat({ privateFileBytes: 8_000_000 }), {
      latest: image,
      // No link is fetched: its picture is known.
      picturesBehind: async () => [image],
    });
    const { app, close } = await openStudio(chat, { engine: new FakeEngine({ automatic: true }) });
    return {
      pid: process.pid,
      close,
      async attempt(next, note) {
        const line = lineOf(next, app.registry.summaries);
        const before = process.cpuUsage();
        note.answered(readKind(line, app, note));
        await say(line, said(line, app.registry.summaries), chat, next, note);
        const { user, system } = process.cpuUsage(before);
        const took = Math.round((user + system) / 1000);
        if (took > MOST_MS) note.broke(`a line takes ${MOST_MS} ms at most`, { took, line });
      },
    };
  },
};

/** Reads a line in all ways in which one is read: the name of a command that takes it, or of the refusal. */
function readKind(line: string, { registry }: HandlersContext, note: Note): string {
  try {
    const parsed = parseLine(line);
    if (parsed.ok && JSON.stringify(parseLine(printLine(parsed.value))) !== JSON.stringify(parsed))
      note.broke("a line that is taken is printed and taken again", line);
    const { name, text } = said(line, registry.summaries);
    registry.formOf(name, text);
    readText(registry.find(name), plainLine(text));
    return `/${name}`;
  } catch (error) {
    if (error instanceof UserError) return error.identifier;
    note.broke("a line is refused in words", { line, error: String(error) });
    return "error";
  }
}

/** A line as a chat takes it that is said to the bot, by its name or with a slash. */
function said(line: string, commands: readonly CommandSummary[]): SaidLine {
  return readSaid(line.split("@bot"), new Set(commands.map(({ name }) => name)));
}

async function say(line: string, { name, text }: SaidLine, chat: FakeChat, next: Random, note: Note): Promise<void> {
  if (name === "" || /\s/.test(name)) return;
  if (chat.messages.length > MOST_MESSAGES) chat.messages.length = 0;
  chat.ephemeral.length = 0;
  const before = chat.messages.length;
  const attachments = next() < 0.1 && chat.latest ? [chat.latest] : [];
  await chat.say(pick(next, [ann, ann, ben, mod]), `/${name} ${text}`, { attachments, channel: pick(next, PLACES) });
  // A job is told of when it is on the disk.
  const answered = () => chat.ephemeral.length + chat.messages.length > before;
  await chat.until(answered).catch(() => note.broke("a line is answered", line));
  if (chat.ephemeral.some(({ text: answer }) => answer === sentence("unexpected")))
    note.broke("a line is answered in words that help", line);
  for (const violation of chat.violations.splice(0))
    note.broke("an answer is what the chat takes", { line, violation });
}

const PLACES = [art, art, { ...art, id: "lab" }];

function lineOf(next: Random, commands: readonly CommandSummary[]): string {
  const command = pick(next, commands);
  const kind = next();
  if (kind < 0.03) return `/${command.name} ${pick(next, HOSTILE).repeat(randomInteger(next, 1, 4_500))}`;
  if (kind < 0.08) return oddText(next, 9_000);
  if (kind < 0.15) return pick(next, command.examples);
  const name = next() < 0.93 ? command.name : typo(next, command.name);
  const start = pick(next, ["/", "/", "/", "", " /", "**/", "@bot ", "hey @bot, /", "/dreamloom ", "`/"]);
  const words = some(next, 6, () => wordOf(next, command));
  return `${start}${[name, ...words].join(pick(next, [" ", " ", " ", "  ", "\n", "\u3000", ", "]))}`;
}

function wordOf(next: Random, { options }: CommandSummary): string {
  const option = options.length > 0 && next() < 0.8 ? pick(next, options) : undefined;
  if (!option) return quoted(next, next() < 0.3 ? pick(next, WORDS) : oddText(next, 300));
  const { name, type, choices = [], minimum = 0, maximum = 100, default: usual } = option;
  const number = () => String(randomInteger(next, minimum, maximum));
  const good = () => (/number|integer/.test(type) ? number() : (usual ?? pick(next, WORDS)));
  const meant = choices.length > 0 ? pick(next, choices).value : good();
  const value = next() < 0.75 ? meant : pick(next, [() => pick(next, NUMBERS), number, () => oddText(next, 100)])();
  const key = next() < 0.9 ? name : typo(next, name);
  return `${key}${pick(next, [":", ":", ":", "=", ": ", " : ", "：", ""])}${quoted(next, value)}`;
}

const NUMBERS = ["-1", "0", "1e9", "0,5", ".5", "５", "1/0", "99999999999999999999", "0x7", "+1", "-0", "50%", "1 000"];
const WORDS = [
  ...["yes", "no", "none", "latest", "winter", "summer:0.3 winter:0.7", "summer", "delete", "hide", "list", "forget"],
  ...["http://127.0.0.1/a.png", "<https://[::1]/|a>", "ftp://a.example/", "https://", "7KQ4M9XA", "@Ann", "#art", "❤️"],
];

/** A word with a letter too few, too many, or in the wrong place. */
function typo(next: Random, word: string): string {
  const at = randomInteger(next, 0, word.length);
  return pick(next, [
    word.slice(0, at) + word.slice(at + 1),
    `${word.slice(0, at)}e${word.slice(at)}`,
    word.toUpperCase(),
    `${word}${word}`,
    word.replaceAll("-", ""),
  ]);
}

function quoted(next: Random, text: string): string {
  if (next() < 0.7) return text;
  const [open, close] = pick(next, [
    ['"', '"'],
    ["“", "”"],
    ["«", "»"],
    ["'", "'"],
    ["‘", "’"],
    ['"', ""],
    ["**", "**"],
  ]);
  return `${open}${text}${close}`;
}
