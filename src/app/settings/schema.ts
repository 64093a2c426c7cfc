import { isIP } from "node:net";
import { z } from "zod";
import type { BotOptions } from "../../commands/bot-options.js";
import { DEFINITIONS } from "../../engine/recipes/definitions.js";
import { MOST_FRAMES } from "../../engine/recipes/moving/options.js";
import { inChats, type RecipeOption } from "../../engine/recipes/option.js";

/** The settings' shape. `config/default.yaml` explains each; the errors' wording comes from `load-settings.ts`. */

const integer = (minimum: number, maximum: number) =>
  z
    .number({ error: `a whole number from ${minimum} to ${maximum}` })
    .refine((value) => Number.isInteger(value) && value >= minimum && value <= maximum, {
      error: `a whole number from ${minimum} to ${maximum}`,
    });
const number = (minimum: number, maximum: number) =>
  z
    .number({ error: `a number from ${minimum} to ${maximum}` })
    .refine((value) => value >= minimum && value <= maximum, {
      error: `a number from ${minimum} to ${maximum}`,
    });
const text = (what: string) => z.string({ error: what }).min(1, { error: what });
const oneOf = <const T extends readonly [string, ...string[]]>(...values: T) =>
  z.enum(values, { error: `one of ${values.join(", ")}` });
/** Empty when it is not set. */
const secret = z.string({ error: "a token in quotes" });
const flag = z.boolean({ error: "true or false" });
const KEY = "empty, or 32 characters or more, such as `openssl rand -hex 32` prints";
const REDIS = "empty, or an address such as redis://127.0.0.1:6379";
const COMMAND_PREFIX = "small letters, digits, - and _, 20 characters at most";
const PREFIX = "a word of letters, digits, - and _ with 40 characters at most, in braces where Redis is a cluster";
const BLOBS = "redis, folder:/a/shared/folder or s3://bucket/prefix";
const BASE_PATH = "a path such as / or /dreamloom/";
const PROXY = "an address such as 10.0.0.1 or a network such as 10.0.0.0/8";
const HEADER = "empty, or the name of a header such as Remote-User";
const PAGE = "empty, or an address such as https://art.example.org/";
const isPage = (url: string): boolean => URL.canParse(url) && /^https?:\/\/[^?#]+$/.test(url);
/** Whether the gallery has pages for everybody, and whether search engines may list them. */
const PUBLIC_GALLERY = ["closed", "unlisted", "listed"] as const;
const ENDPOINT = "empty, or an address such as http://127.0.0.1:9000";
/** A device in one word: "cpu", "cuda:1", or with its slots "cuda:1*2". */
const DEVICE = /^(auto|cpu|webgpu|(?:cuda|tfjs)(?::\d{1,2})?)(?:\*([1-9]\d?))?$/;
const DEVICES =
  "auto, cpu, webgpu, cuda, cuda:1 or tfjs:1, with the number of its slots after a star if it has more than one " +
  "(cuda:1*2); or a group of device, slots, memoryMegabytes, threads and environment";
const isNetwork = (value: string): boolean => {
  const [address = "", bits = "0", ...more] = value.split("/");
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= most;
};
const section = <T extends z.ZodRawShape>(shape: T) =>
  z.strictObject(shape, { error: (issue) => (issue.code === "invalid_type" ? "a group of settings" : undefined) });

/** One of engine.devices, written out. */
export const deviceGroup = z.strictObject({
  device: z.string().regex(/^(auto|cpu|webgpu|(cuda|tfjs)(:\d{1,2})?)$/),
  slots: integer(1, 64).default(1),
  memoryMegabytes: integer(0, 10_000_000).default(0),
  threads: integer(0, 1024).default(0),
  environment: z.record(z.string(), z.string()).default({}),
});
const deviceSchema = z.union(
  [
    z
      .string()
      .regex(DEVICE)
      .transform((text) => {
        const [, device = "", slots = "1"] = DEVICE.exec(text) ?? [];
        return { device, slots: Number(slots), memoryMegabytes: 0, threads: 0, environment: {} };
      }),
    deviceGroup,
  ],
  { error: DEVICES },
);

type RecipeGroups = Pick<BotOptions, "dream" | "paint" | "neuron" | "film">;

/** A setting that recipes' options name: the default or the largest value of an option in chats. */
interface RecipeSetting {
  /** Such as "dream.maxSize". */
  readonly key: string;
  readonly use: "default" | "maximum" | "print";
  readonly option: RecipeOption;
  readonly bounds: readonly [minimum: number, maximum: number];
  readonly default: unknown;
}

/** Each setting once; where options share one, the first says what holds. */
export function recipeSettings(): readonly RecipeSetting[] {
  const options = DEFINITIONS.flatMap((definition) => Object.values(definition.options));
  const all = options.flatMap((option) => {
    const { maximum = 0, setting = {} } = option;
    const usual = inChats(option);
    const bounds = [usual.minimum, maximum] as const;
    return (["default", "maximum", "print"] as const).flatMap((use) => {
      const key = setting[use];
      return key === undefined ? [] : [{ key, use, option, bounds, default: usual[use] }];
    });
  });
  return all.filter(({ key }, index) => all.findIndex((other) => other.key === key) === index);
}

/** The groups of these settings. */
function recipeSections(): { [Group in keyof RecipeGroups]: z.ZodType<RecipeGroups[Group]> } {
  const shapes: Record<string, Record<string, z.ZodType>> = {};
  for (const { key, option, bounds, default: usual } of recipeSettings()) {
    const [group = "", name = ""] = key.split(".");
    const schemas: Partial<Record<RecipeOption["kind"], z.ZodType>> = {
      integer: integer(...bounds),
      number: number(...bounds),
    };
    const schema = schemas[option.kind] ?? text(`the name of a ${option.kind}`);
    shapes[group] = { ...shapes[group], [name]: schema.default(usual) };
  }
  const sections = Object.entries(shapes).map(([group, shape]) => [group, section(shape)]);
  return Object.fromEntries(sections) as ReturnType<typeof recipeSections>;
}

export const configSchema = section({
  web: section({
    enabled: flag,
    host: text("a host name or address such as 127.0.0.1"),
    port: integer(0, 65_535),
    allowedHosts: z.array(text("a host name"), { error: "a list of host names" }),
    basePath: z
      .string({ error: BASE_PATH })
      .regex(/^\/(?:[\w.~-]+(?:\/[\w.~-]+)*\/?)?$/, { error: BASE_PATH })
      .transform((path) => (path.endsWith("/") ? path : `${path}/`)),
    trustedProxies: z.array(text(PROXY).refine(isNetwork, { error: PROXY }), { error: `a list, each ${PROXY}` }),
    nameHeader: z.string({ error: HEADER }).regex(/^[\w-]{0,60}$/, { error: HEADER }),
    publicUrl: z.string({ error: PAGE }).refine((url) => url === "" || isPage(url), { error: PAGE }),
    publicGallery: oneOf(...PUBLIC_GALLERY),
    moderatorCode: z.string({ error: "a word or sentence in quotes" }),
  }),
  slack: section({
    botToken: secret,
    appToken: secret,
    signingSecret: secret,
    clientId: z.string({ error: "a client id in quotes" }),
    clientSecret: secret,
    stateSecret: secret,
    host: text("a host name or address such as 127.0.0.1"),
    port: integer(0, 65_535),
    apiUrl: z.string({ error: "an address" }),
    commands: oneOf("auto", "few", "all"),
    commandPrefix: z.string({ error: COMMAND_PREFIX }).regex(/^[a-z0-9_-]{0,20}$/, { error: COMMAND_PREFIX }),
  }),
  discord: section({
    token: secret,
    appId: z.string({ error: "an application's id in quotes" }),
    apiUrl: z.string({ error: "an address such as https://discord.com/api" }),
    messageContent: flag,
  }),
  data: section({
    dir: text("a folder"),
    access: oneOf("owner", "group"),
    encryptionKey: z.string({ error: KEY }).refine((key) => key === "" || key.length >= 32, { error: KEY }),
  }),
  retention: section({
    days: number(0, 100_000),
    megabytes: number(0, 100_000_000),
    webMegabytes: number(0, 100_000_000),
  }),
  models: section({ dir: text("a folder"), path: z.array(text("a folder"), { error: "a list of folders" }) }),
  engine: section({
    concurrency: integer(1, 64),
    devices: z.array(deviceSchema, { error: "a list of devices" }).max(32, { error: "a list of 32 devices at most" }),
    threads: integer(0, 1024),
    memoryMegabytes: integer(0, 10_000_000),
    runtime: oneOf("auto", "cpu", "webgpu", "cuda", "tfjs"),
    jobSeconds: integer(1, 86_400),
    warm: flag,
  }),
  queue: section({
    length: integer(1, 100_000),
    perPerson: integer(1, 10_000),
    perHour: integer(1, 100_000),
    perAddress: integer(1, 100_000),
    perChannel: integer(1, 100_000),
    perChannelHour: integer(1, 1_000_000),
    memoryMegabytes: integer(0, 10_000_000),
    shutdownSeconds: number(0, 600),
    estimate: z.record(z.string(), number(0.0001, 100_000), { error: "recipe names with a number of seconds each" }),
  }),
  cluster: section({
    url: z
      .string({ error: REDIS })
      .refine((value) => value === "" || /^rediss?:\/\/[^/\s]+/.test(value), { error: REDIS }),
    prefix: z.string({ error: PREFIX }).regex(/^([\w-]{1,40}|\{[\w-]{1,40}\})$/, { error: PREFIX }),
    blobs: z.string({ error: BLOBS }).regex(/^(redis|folder:.+|s3:\/\/[\w.-]+(\/[\w./-]*)?)$/, { error: BLOBS }),
    s3Endpoint: z.string({ error: ENDPOINT }).regex(/^(https?:\/\/\S+)?$/, { error: ENDPOINT }),
    s3Region: text("a region such as us-east-1"),
    maxMegabytes: number(1, 500),
    keepHours: number(0.1, 10_000),
    lockSeconds: number(0.2, 3600),
    heartbeatSeconds: number(0.05, 60),
  }),
  pictures: section({
    megabytes: number(0.1, 500),
    seconds: number(1, 600),
    filmFrames: integer(2, MOST_FRAMES),
    filmSeconds: number(1, 600),
  }),
  filter: section({
    network: text("a network's name, such as nsfwjs"),
    classes: z.record(z.string(), number(0, 1), { error: "names of classes with a probability from 0 to 1 each" }),
    uploads: flag,
    results: flag,
  }),
  ...recipeSections(),
  styles: section({ perCommunity: integer(0, 10_000), perPerson: integer(0, 10_000) }),
  ops: section({
    enabled: flag,
    host: text("a host name or address such as 127.0.0.1"),
    port: integer(0, 65_535),
    freeMegabytes: number(0, 100_000_000),
  }),
  log: section({
    level: oneOf("trace", "debug", "info", "warn", "error", "fatal", "silent"),
    format: oneOf("auto", "pretty", "json"),
  }),
});

/** All settings, checked. Folders are absolute. */
export type Config = z.infer<typeof configSchema>;

export type VariableType = "text" | "number" | "flag" | "paths" | "names";

/** A group's settings by their names. */
export function shapeOf(schema: z.ZodType): Readonly<Record<string, unknown>> {
  return schema instanceof z.ZodObject ? schema.shape : {};
}

/** The environment variable of every setting that is no group of its own: WEB_PORT sets web.port. */
export const ENVIRONMENT: Readonly<Record<string, { readonly key: string; readonly type: VariableType }>> =
  Object.fromEntries(
    Object.entries(configSchema.shape).flatMap(([group, schema]) =>
      Object.entries(shapeOf(schema))
        .filter(([, setting]) => !(setting instanceof z.ZodRecord))
        .map(([name, setting]) => [
          variable(`${group}.${name}`),
          { key: `${group}.${name}`, type: typeOf(name, setting) },
        ]),
    ),
  );

export function variable(key: string): string {
  return key === "cluster.url" ? "REDIS_URL" : key.replace(/[.A-Z]/g, (c) => `_${c.replace(".", "")}`).toUpperCase();
}

function typeOf(name: string, setting: unknown): VariableType {
  const schema = setting instanceof z.ZodDefault ? setting.unwrap() : setting;
  if (schema instanceof z.ZodNumber) return "number";
  if (schema instanceof z.ZodBoolean) return "flag";
  if (!(schema instanceof z.ZodArray)) return "text";
  return name === "path" ? "paths" : "names";
}
