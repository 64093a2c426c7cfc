/** What `dreamloom init` writes: a commented file of settings, an environment file for secrets, a unit for systemd. */
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { type Document, isMap, isScalar, parseDocument, type YAMLMap } from "yaml";
import { type Config, DEFAULTS } from "../../app/settings/load-settings.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { ENVIRONMENT_FILE } from "../environment-file.js";

/** What somebody wants, as asked or by flags. */
export interface Wishes {
  readonly web: boolean;
  /** The address that the web chat listens on. */
  readonly host: string;
  readonly runtime: Config["engine"]["runtime"];
  readonly messageContent: boolean;
  /** By their environment variables; those that are not known yet are empty. */
  readonly secrets: Readonly<Record<string, string>>;
}

export const SETTINGS_FILE = "dreamloom.yaml";
export const UNIT_FILE = "dreamloom.service";

/** Settings that most people change; their comments are those of config/default.yaml. */
const COMMON: Readonly<Record<string, readonly string[]>> = {
  web: ["enabled", "host", "port", "allowedHosts"],
  discord: ["messageContent"],
  data: ["dir"],
  retention: ["days", "megabytes"],
  models: ["dir"],
  engine: ["runtime"],
};

/** The settings file, with the comments of the file that holds every setting. */
export function settingsFile(wishes: Wishes): string {
  const document = parseDocument(readFileSync(DEFAULTS, "utf8"));
  document.commentBefore = ` ${sentence("init.settings-head", { defaults: DEFAULTS })}`;
  const root = mapOf(document);
  keep(root, Object.keys(COMMON));
  for (const [group, names] of Object.entries(COMMON)) {
    const settings = root.get(group);
    if (isMap(settings)) keep(settings, names);
  }
  document.setIn(["web", "enabled"], wishes.web);
  document.setIn(["web", "host"], wishes.host);
  document.setIn(["discord", "messageContent"], wishes.messageContent);
  document.setIn(["engine", "runtime"], wishes.runtime);
  return document.toString({ lineWidth: 0 });
}

function mapOf(document: Document): YAMLMap {
  if (isMap(document.contents)) return document.contents;
  throw new Error(`${DEFAULTS} holds no groups of settings`);
}

function keep(map: YAMLMap, names: readonly string[]): void {
  map.items = map.items.filter(({ key }) => isScalar(key) && names.includes(String(key.value)));
}

/** The environment file: where the settings are, and each secret. Those that are not known yet stand as comments. */
export function environmentFile(folder: string, secrets: Wishes["secrets"]): string {
  const lines = Object.entries(secrets).map(([name, value]) =>
    value === "" ? `# ${name}=` : `${name}=${quoted(value)}`,
  );
  const settings = `DREAMLOOM_CONFIG=${quoted(join(folder, SETTINGS_FILE))}`;
  return [`# ${sentence("init.environment-head")}`, settings, ...lines, ""].join("\n");
}

/** As shells, systemd and Node alike read it. */
function quoted(value: string): string {
  return /^[\w./:@+-]*$/.test(value) ? value : `'${value}'`;
}

const PACKAGED = new URL(`../../../packaging/${UNIT_FILE}`, import.meta.url);
const CLI = fileURLToPath(new URL("../../cli.js", import.meta.url));

/**
 * The command that starts the program in a folder. npx finds it only where it is installed, and below: anywhere else it
 * would fetch whatever package has that name on the registry.
 *
 * @param cli path of the installed cli.js
 */
export function startCommand(folder: string, cli: string = CLI): string {
  const modules = cli.lastIndexOf(`${sep}node_modules${sep}`);
  const home = modules < 0 ? dirname(dirname(cli)) : cli.slice(0, modules);
  const way = relative(home, folder);
  const isBelow = way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  return isBelow ? "npx dreamloom" : `node ${quoted(cli)}`;
}

/** What depends on who runs it and where; the rest of the packaged unit stays. */
const REPLACED =
  /^(?:User|Group|WorkingDirectory|EnvironmentFile|Environment|ExecStart|(?:State|Cache)Directory\w*|ProtectHome)=/;

/** The packaged unit, for this folder, this user and this installation. */
export function unitFile(folder: string, { data, models }: Pick<Config, "data" | "models">): string {
  const { username } = userInfo();
  const own = [
    `User=${username}`,
    `WorkingDirectory=${folder}`,
    `EnvironmentFile=${join(folder, ENVIRONMENT_FILE)}`,
    "Environment=NODE_ENV=production LOG_FORMAT=json",
    `ExecStart="${process.execPath}" "${CLI}" start`,
    // Everything else is read-only; "-" for what the program makes itself.
    `ReadWritePaths="-${data.dir}" "-${models.dir}"`,
  ];
  const lines = readFileSync(PACKAGED, "utf8").split("\n");
  const kept = lines.filter((line) => !REPLACED.test(line) && !line.startsWith("# Dreamloom as a system service"));
  return kept.join("\n").replace("Type=exec\n", `Type=exec\n${own.join("\n")}\n`);
}
