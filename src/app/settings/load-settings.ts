import { readFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { z } from "zod";
import { homeFolder } from "../../shared/home-folder.js";
import { nearest } from "../../shared/nearest.js";
import { namesSecret } from "../../shared/secrets.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { type Config, configSchema, deviceGroup, ENVIRONMENT, shapeOf, type VariableType } from "./schema.js";

export type { Config } from "./schema.js";

/** Settings that cannot be used. `message` has one sentence a line; the program ends with exit code 2. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly exitCode = 2;
  constructor(readonly problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

type Tree = { [key: string]: unknown };

/** The file with every setting, beside `src` and `dist` alike. */
export const DEFAULTS = fileURLToPath(new URL("../../../config/default.yaml", import.meta.url));

/**
 * Reads the settings: `config/default.yaml`, then the file named by DREAMLOOM_CONFIG, then the environment variables.
 *
 * @throws ConfigError with one sentence for each wrong setting: its name, its value, and what would be right.
 * @example loadConfig({ WEB_PORT: "8080" }).web.port; // 8080
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const tree = readYaml(DEFAULTS);
  // The recipes' groups may say nothing there.
  for (const group of Object.keys(configSchema.shape)) tree[group] ??= {};
  const origins = new Map<string, string>();
  const own = env.DREAMLOOM_CONFIG;
  if (own) merge(tree, readYaml(resolve(own)), own, origins);
  for (const [name, { key, type }] of Object.entries(ENVIRONMENT)) {
    const value = env[name];
    if (value === undefined || value === "") continue;
    put(tree, key, readVariable(value, type));
    origins.set(key, name);
  }
  const read = configSchema.safeParse(tree);
  if (!read.success) throw new ConfigError(read.error.issues.flatMap((issue) => sentences(issue, tree, origins)));
  const problems = contradictions(read.data);
  if (problems.length > 0) throw new ConfigError(problems);
  return absolute(read.data);
}

/** Letters in which a mistyped variable differs from the one that was meant. */
const SLIPS = 2;

/**
 * Variables that set nothing and look like a mistyped one, each told in a sentence. They are no error: variables may be
 * another program's.
 */
export function mistypedVariables(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const known = Object.keys(ENVIRONMENT);
  const groupOf = (name: string): string | undefined => name.split("_")[0];
  const groups = new Set(known.map(groupOf));
  return Object.keys(env).flatMap((key) => {
    if (Object.hasOwn(ENVIRONMENT, key) || !groups.has(groupOf(key))) return [];
    const meant = nearest(key, known, SLIPS);
    return meant === undefined ? [] : sentence("config.unknown", { key, from: "", meant, known: "" });
  });
}

function readYaml(path: string): Tree {
  let source: string;
  try {
    source = readFileSync(path, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([sentence("config.unreadable", { path, reason })]);
  }
  try {
    const tree: unknown = parse(source) ?? {};
    if (isTree(tree)) return tree;
  } catch (error) {
    // The parser's own text goes on with the lines around the place.
    const reason = error instanceof Error ? (error.message.split(/:?\n/)[0] ?? "") : String(error);
    throw new ConfigError([sentence("config.no-yaml", { path, reason })]);
  }
  throw new ConfigError([sentence("config.no-groups", { path })]);
}

/** Puts `extra` over `base`, group by group; lists are replaced. */
function merge(base: Tree, extra: Tree, origin: string, origins: Map<string, string>, prefix = ""): void {
  for (const [key, value] of Object.entries(extra)) {
    const path = prefix + key;
    const under = Object.hasOwn(base, key) ? base[key] : undefined;
    // A group of which every line is a comment.
    if (isTree(under) && value === null) continue;
    if (isTree(under) && isTree(value)) merge(under, value, origin, origins, `${path}.`);
    else Object.defineProperty(base, key, { value, enumerable: true, configurable: true, writable: true });
    origins.set(path, origin);
  }
}

function put(tree: Tree, key: string, value: unknown): void {
  const [group = "", name = ""] = key.split(".");
  const under = tree[group];
  // A group that a file has spoilt is reported by the check.
  if (isTree(under)) under[name] = value;
}

function readVariable(value: string, type: VariableType): unknown {
  if (type === "number") return value.trim() !== "" && Number.isFinite(Number(value)) ? Number(value) : value;
  if (type === "flag") return { true: true, "1": true, false: false, "0": false }[value.toLowerCase()] ?? value;
  if (type === "paths") return value.split(delimiter).filter((path) => path !== "");
  if (type === "names") return value.split(/[\s,]+/).filter((name) => name !== "");
  return value;
}

function sentences(issue: z.core.$ZodIssue, tree: Tree, origins: ReadonlyMap<string, string>): string[] {
  const path = issue.path.map(String);
  const from = (key: string) => {
    const parts = key.split(".");
    const origin = parts
      .map((_, index) => origins.get(parts.slice(0, parts.length - index).join(".")))
      .find((known) => known !== undefined);
    return origin ? ` (from ${origin})` : "";
  };
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const known = knownKeys(path);
      const near = nearest(key, known);
      const full = [...path, key].join(".");
      const meant = near && [...path, near].join(".");
      return sentence("config.unknown", { key: full, from: from(full), meant, known: known.join(", ") });
    });
  }
  const key = path.join(".");
  const value = at(tree, path);
  // A mistake in a password's address is no reason to show it in the log.
  const shown =
    value !== undefined && namesSecret(path.at(-1) ?? "") ? "[hidden]" : show(value).replace(/"[^"]*@/, '"[hidden]@');
  return [sentence("config.wrong", { key, value: shown, from: from(key), expected: issue.message })];
}

/** Defaults above the most that is allowed: `size` above `maxSize`, and so on, in any group. */
function contradictions({ dream, paint, neuron, film }: Config): string[] {
  return Object.entries({ dream, paint, neuron, film }).flatMap(([group, settings]) => {
    const values = new Map(Object.entries(settings).map(([name, value]) => [name, Number(value)]));
    return [...values].flatMap(([name, value]) => {
      const limit = `max${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      const maximum = values.get(limit);
      if (maximum === undefined || value <= maximum) return [];
      return [sentence("config.too-large", { key: `${group}.${name}`, value, limit: `${group}.${limit}`, maximum })];
    });
  });
}

/** The settings' names in one group, or the groups' names. */
function knownKeys([group, name]: readonly string[]): string[] {
  if (group === undefined) return Object.keys(configSchema.shape);
  const schema = configSchema.shape[group as keyof typeof configSchema.shape];
  return Object.keys(shapeOf(name === "devices" ? deviceGroup : schema));
}

function at(tree: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (under, key) => (Array.isArray(under) ? under[Number(key)] : isTree(under) ? under[key] : undefined),
    tree,
  );
}

function show(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function absolute(config: Config): Config {
  const folder = (path: string) =>
    resolve(path === "~" || path.startsWith("~/") ? join(homeFolder(), path.slice(1)) : path);
  return {
    ...config,
    data: { ...config.data, dir: folder(config.data.dir) },
    models: { ...config.models, dir: folder(config.models.dir), path: config.models.path.map(folder) },
  };
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
