/** `dreamloom init`: asks what somebody wants, checks tokens, and writes the files that `dreamloom start` reads. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, Option } from "commander";
import { findDiscord } from "../../app/discord.js";
import { slack } from "../../app/doctor/services.js";
import { loadConfig } from "../../app/settings/load-settings.js";
import { type ParamsArgument, type SentenceId, sentence } from "../../shared/sentences/sentence.js";
import { ENVIRONMENT_FILE } from "../environment-file.js";
import { prepareFolder } from "../output.js";
import { UsageError } from "../usage.js";
import { type Ask, askTerminal } from "./ask.js";
import {
  environmentFile,
  SETTINGS_FILE,
  settingsFile,
  startCommand,
  UNIT_FILE,
  unitFile,
  type Wishes,
} from "./files.js";

const RUNTIMES = ["auto", "cpu", "webgpu", "cuda", "tfjs"] as const satisfies readonly Wishes["runtime"][];
const CHATS = ["web", "discord", "slack"] as const;
type ChatName = (typeof CHATS)[number];

/** The secrets of each chat, by their environment variables, and what they begin with. */
const SECRETS = {
  web: {},
  discord: { DISCORD_TOKEN: "" },
  slack: { SLACK_BOT_TOKEN: "xoxb-", SLACK_APP_TOKEN: "xapp-" },
} as const satisfies Record<ChatName, Readonly<Record<string, string>>>;

const MANIFEST = fileURLToPath(new URL("../../../config/slack-manifest.yaml", import.meta.url));

interface Flags {
  readonly folder: string;
  readonly chats?: readonly ChatName[];
  readonly public?: boolean;
  readonly runtime?: Wishes["runtime"];
  readonly messageContent?: boolean;
  readonly systemd?: boolean;
  readonly check: boolean;
  readonly replace?: boolean;
}

export function addInit(program: Command): void {
  program
    .command("init")
    .description("Ask what you want, and write a settings file and a file for tokens into a folder")
    .option("--folder <dir>", "Where the files go, and where dreamloom start is run then", ".")
    .addOption(
      new Option("--chats <names>", `Any of ${CHATS.join(", ")}, with commas; asked for when left out`).argParser(
        chatNames,
      ),
    )
    .option("--public", "The web chat listens to other machines, not to this one alone")
    .addOption(new Option("--runtime <runtime>", "What computes; auto tries the graphics card").choices(RUNTIMES))
    .option("--message-content", "Discord's intent Message Content is switched on in the developer portal")
    .option("--systemd", "Write a unit for systemd as well")
    .option("--no-check", "Do not ask Discord and Slack about the tokens")
    .option("--replace", "Write over files that are there")
    .addHelpText("after", `\n${sentence("init.help")}`)
    .action(async (flags: Flags) => {
      const ask = process.stdin.isTTY === true && process.stdout.isTTY === true ? askTerminal() : undefined;
      try {
        await init(flags, ask);
      } finally {
        ask?.close();
      }
    });
}

function chatNames(typed: string): ChatName[] {
  return typed.split(/[\s,]+/).flatMap((name) => {
    if (name === "") return [];
    const known = CHATS.find((chat) => chat === name);
    if (known === undefined) throw new UsageError("init.chats", { name, known: CHATS.join(", ") });
    return [known];
  });
}

/**
 * @param ask the person at the terminal; without one the flags and the environment say everything
 * @param env tokens that are set already
 */
export async function init(flags: Flags, ask: Ask | undefined, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const folder = resolve(flags.folder);
  const files = [SETTINGS_FILE, ENVIRONMENT_FILE, ...(flags.systemd ? [UNIT_FILE] : [])];
  const taken = flags.replace ? [] : files.filter((name) => existsSync(join(folder, name)));
  if (taken.length > 0) throw new UsageError("init.taken", { folder, files: taken.join(", ") });
  if (flags.systemd && process.getuid?.() === 0) throw new UsageError("init.root");
  const chats = flags.chats ?? (await chatsWanted(ask));
  if (chats.length === 0) throw new UsageError("init.no-chat", { known: CHATS.join(", ") });
  const secrets: Record<string, string> = {};
  for (const chat of chats) if (chat !== "web") Object.assign(secrets, await tokens(chat, flags.check, ask, env));
  const reachable = flags.public ?? (chats.includes("web") && (await ask?.confirm(sentence("init.public"), false)));
  const discord = chats.includes("discord");
  const intent = flags.messageContent ?? (discord && (await ask?.confirm(sentence("init.message-content"), false)));
  const wishes: Wishes = {
    web: chats.includes("web"),
    host: reachable ? "0.0.0.0" : "127.0.0.1",
    runtime: flags.runtime ?? (await ask?.choose(sentence("init.runtime"), RUNTIMES)) ?? "auto",
    messageContent: intent ?? false,
    secrets,
  };
  const mayAsk = process.platform === "linux" && process.getuid?.() !== 0;
  const systemd = flags.systemd ?? (mayAsk && (await ask?.confirm(sentence("init.systemd"), false)));
  await prepareFolder(folder);
  write(join(folder, SETTINGS_FILE), settingsFile(wishes));
  write(join(folder, ENVIRONMENT_FILE), environmentFile(folder, secrets));
  const config = loadConfig({ ...env, ...secrets, DREAMLOOM_CONFIG: join(folder, SETTINGS_FILE) });
  if (systemd) write(join(folder, UNIT_FILE), unitFile(folder, config));
  say("init.written", { folder, files: [...files, ...(systemd && !flags.systemd ? [UNIT_FILE] : [])].join(", ") });
  const { invite } = discord && flags.check ? await findDiscord(config) : {};
  if (invite !== undefined) say("init.invite", { invite });
  const missing = Object.keys(secrets).filter((name) => secrets[name] === "");
  if (missing.length > 0) say("init.missing", { names: missing.join(", "), file: join(folder, ENVIRONMENT_FILE) });
  if (systemd) say("init.unit", { unit: join(folder, UNIT_FILE) });
  say("init.next", { folder, command: startCommand(folder) });
}

function say<S extends SentenceId>(...said: [S, ...ParamsArgument<S>]): void {
  process.stdout.write(`${sentence(...said)}\n`);
}

/** Its user's alone from the first byte on, also where a file with another mode was there. */
function write(path: string, text: string): void {
  if (existsSync(path)) chmodSync(path, 0o600);
  writeFileSync(path, text, { mode: 0o600 });
}

async function chatsWanted(ask: Ask | undefined): Promise<ChatName[]> {
  if (!ask) return ["web"];
  const wanted: ChatName[] = [];
  for (const chat of CHATS) if (await ask.confirm(sentence("init.chat", { chat }), chat === "web")) wanted.push(chat);
  return wanted;
}

/** The tokens of a chat: those of the environment, else what is typed, until the platform takes them. */
async function tokens(chat: "discord" | "slack", check: boolean, ask: Ask | undefined, env: NodeJS.ProcessEnv) {
  const wanted: Readonly<Record<string, string>> = SECRETS[chat];
  if (chat === "slack") process.stdout.write(`${sentence("init.manifest")}\n\n${readFileSync(MANIFEST, "utf8")}\n`);
  else say("init.discord");
  for (;;) {
    const found: Record<string, string> = {};
    for (const [name, beginning] of Object.entries(wanted)) {
      found[name] = env[name] ?? (await typedToken(name, beginning, ask));
      if (!isKind(found[name], beginning)) throw new UsageError("init.token-kind", { name, beginning });
    }
    const problem = check ? await problemOf(chat, found, env) : undefined;
    if (problem === undefined) return found;
    if (!ask) throw new UsageError("init.refused", { problem });
    ask.say(problem);
    if (await ask.confirm(sentence("init.keep"), false)) return found;
  }
}

const isKind = (token: string, beginning: string): boolean => token === "" || token.startsWith(beginning);

/** Asks until it is a token of that kind, or none: what was answered before is not lost. */
async function typedToken(name: string, beginning: string, ask: Ask | undefined): Promise<string> {
  for (;;) {
    const token = (await ask?.secret(sentence("init.token", { name }))) ?? "";
    if (isKind(token, beginning)) return token;
    ask?.say(sentence("init.token-kind", { name, beginning }));
  }
}

/** What a platform says against its tokens; undefined where there are none yet, or it takes them. */
async function problemOf(chat: "discord" | "slack", found: Record<string, string>, env: NodeJS.ProcessEnv) {
  if (Object.values(found).includes("")) return undefined;
  const config = loadConfig({ ...env, DREAMLOOM_CONFIG: "", ...found });
  if (chat === "discord") return (await findDiscord(config)).problem;
  const { works, detail } = await slack(config);
  return works === false ? detail : undefined;
}
