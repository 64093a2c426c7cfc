import { z } from "zod";

/** The settings' shape. `config/default.yaml` explains each; the errors' wording comes from `config.ts`. */

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
const REDIS = "empty, or an address such as redis://127.0.0.1:6379";
const PREFIX = "a word of letters, digits, - and _ with 40 characters at most";
const BLOBS = "redis, folder:/a/shared/folder or s3://bucket/prefix";
const ENDPOINT = "empty, or an address such as http://127.0.0.1:9000";
/** A device in one word: "cpu", "cuda:1", or with its slots "cuda:1*2". */
const DEVICE = /^(auto|cpu|webgpu|(?:cuda|tfjs)(?::\d{1,2})?)(?:\*([1-9]\d?))?$/;
const DEVICES =
  "auto, cpu, webgpu, cuda, cuda:1 or tfjs:1, with the number of its slots after a star if it has more than one (cuda:1*2); or a group of device, slots, memoryMegabytes, threads and environment";
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

export const configSchema = section({
  web: section({
    enabled: flag,
    host: text("a host name or address such as 127.0.0.1"),
    port: integer(0, 65_535),
    allowedHosts: z.array(text("a host name"), { error: "a list of host names" }),
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
  }),
  discord: section({
    token: secret,
    appId: z.string({ error: "an application's id in quotes" }),
    apiUrl: z.string({ error: "an address such as https://discord.com/api" }),
    messageContent: flag,
  }),
  data: section({ dir: text("a folder") }),
  retention: section({ days: number(0, 100_000), megabytes: number(0, 100_000_000) }),
  models: section({ dir: text("a folder"), path: z.array(text("a folder"), { error: "a list of folders" }) }),
  engine: section({
    concurrency: integer(1, 64),
    devices: z.array(deviceSchema, { error: "a list of devices" }).max(32, { error: "a list of 32 devices at most" }),
    threads: integer(0, 1024),
    memoryMegabytes: integer(0, 10_000_000),
    runtime: oneOf("auto", "cpu", "webgpu", "cuda", "tfjs"),
    jobSeconds: integer(1, 86_400),
  }),
  queue: section({
    length: integer(1, 100_000),
    perPerson: integer(1, 10_000),
    perHour: integer(1, 100_000),
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
    prefix: z.string({ error: PREFIX }).regex(/^[\w-]{1,40}$/, { error: PREFIX }),
    blobs: z.string({ error: BLOBS }).regex(/^(redis|folder:.+|s3:\/\/[\w.-]+(\/[\w./-]*)?)$/, { error: BLOBS }),
    s3Endpoint: z.string({ error: ENDPOINT }).regex(/^(https?:\/\/\S+)?$/, { error: ENDPOINT }),
    s3Region: text("a region such as us-east-1"),
    maxMegabytes: number(1, 500),
    keepHours: number(0.1, 10_000),
    lockSeconds: number(0.2, 3600),
    heartbeatSeconds: number(0.05, 60),
  }),
  pictures: section({ megabytes: number(0.1, 500), seconds: number(1, 600) }),
  dream: section({
    size: integer(64, 8192),
    maxSize: integer(64, 8192),
    octaves: integer(1, 12),
    maxOctaves: integer(1, 12),
    octaveScale: number(1.05, 4),
    steps: integer(1, 1000),
    maxSteps: integer(1, 1000),
    strength: number(0.01, 20),
    look: text("the name of a look, such as creatures"),
    network: text("the name of a network, such as resnet50"),
  }),
  paint: section({
    size: integer(64, 4096),
    maxSize: integer(64, 4096),
    steps: integer(1, 2000),
    maxSteps: integer(1, 2000),
    strength: number(0, 1),
    network: text("the name of a network, such as resnet50"),
  }),
  neuron: section({
    size: integer(64, 4096),
    maxSize: integer(64, 4096),
    steps: integer(1, 500),
    maxSteps: integer(1, 500),
    network: text("the name of a network, such as resnet50"),
  }),
  film: section({
    width: integer(64, 4096),
    maxWidth: integer(64, 4096),
    frames: integer(2, 5000),
    maxFrames: integer(2, 5000),
    maxSweep: integer(2, 48),
  }),
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

/** Environment variables and the settings they override. */
export const ENVIRONMENT: Readonly<Record<string, { readonly key: string; readonly type: VariableType }>> = {
  WEB_ENABLED: { key: "web.enabled", type: "flag" },
  WEB_HOST: { key: "web.host", type: "text" },
  WEB_PORT: { key: "web.port", type: "number" },
  WEB_ALLOWED_HOSTS: { key: "web.allowedHosts", type: "names" },
  WEB_MODERATOR_CODE: { key: "web.moderatorCode", type: "text" },
  SLACK_BOT_TOKEN: { key: "slack.botToken", type: "text" },
  SLACK_APP_TOKEN: { key: "slack.appToken", type: "text" },
  SLACK_SIGNING_SECRET: { key: "slack.signingSecret", type: "text" },
  SLACK_CLIENT_ID: { key: "slack.clientId", type: "text" },
  SLACK_CLIENT_SECRET: { key: "slack.clientSecret", type: "text" },
  SLACK_STATE_SECRET: { key: "slack.stateSecret", type: "text" },
  SLACK_HOST: { key: "slack.host", type: "text" },
  SLACK_PORT: { key: "slack.port", type: "number" },
  SLACK_API_URL: { key: "slack.apiUrl", type: "text" },
  DISCORD_TOKEN: { key: "discord.token", type: "text" },
  DISCORD_APP_ID: { key: "discord.appId", type: "text" },
  DISCORD_API_URL: { key: "discord.apiUrl", type: "text" },
  DISCORD_MESSAGE_CONTENT: { key: "discord.messageContent", type: "flag" },
  DATA_DIR: { key: "data.dir", type: "text" },
  RETENTION_DAYS: { key: "retention.days", type: "number" },
  RETENTION_MEGABYTES: { key: "retention.megabytes", type: "number" },
  MODELS_DIR: { key: "models.dir", type: "text" },
  MODELS_PATH: { key: "models.path", type: "paths" },
  ENGINE_CONCURRENCY: { key: "engine.concurrency", type: "number" },
  ENGINE_DEVICES: { key: "engine.devices", type: "names" },
  ENGINE_MEMORY_MEGABYTES: { key: "engine.memoryMegabytes", type: "number" },
  ENGINE_THREADS: { key: "engine.threads", type: "number" },
  ENGINE_RUNTIME: { key: "engine.runtime", type: "text" },
  ENGINE_JOB_SECONDS: { key: "engine.jobSeconds", type: "number" },
  QUEUE_LENGTH: { key: "queue.length", type: "number" },
  QUEUE_PER_PERSON: { key: "queue.perPerson", type: "number" },
  QUEUE_PER_HOUR: { key: "queue.perHour", type: "number" },
  QUEUE_PER_CHANNEL: { key: "queue.perChannel", type: "number" },
  QUEUE_PER_CHANNEL_HOUR: { key: "queue.perChannelHour", type: "number" },
  QUEUE_MEMORY_MEGABYTES: { key: "queue.memoryMegabytes", type: "number" },
  QUEUE_SHUTDOWN_SECONDS: { key: "queue.shutdownSeconds", type: "number" },
  REDIS_URL: { key: "cluster.url", type: "text" },
  CLUSTER_PREFIX: { key: "cluster.prefix", type: "text" },
  CLUSTER_BLOBS: { key: "cluster.blobs", type: "text" },
  CLUSTER_S3_ENDPOINT: { key: "cluster.s3Endpoint", type: "text" },
  CLUSTER_S3_REGION: { key: "cluster.s3Region", type: "text" },
  CLUSTER_LOCK_SECONDS: { key: "cluster.lockSeconds", type: "number" },
  CLUSTER_HEARTBEAT_SECONDS: { key: "cluster.heartbeatSeconds", type: "number" },
  PICTURES_MEGABYTES: { key: "pictures.megabytes", type: "number" },
  PICTURES_SECONDS: { key: "pictures.seconds", type: "number" },
  DREAM_MAX_SIZE: { key: "dream.maxSize", type: "number" },
  DREAM_LOOK: { key: "dream.look", type: "text" },
  DREAM_NETWORK: { key: "dream.network", type: "text" },
  PAINT_MAX_SIZE: { key: "paint.maxSize", type: "number" },
  PAINT_NETWORK: { key: "paint.network", type: "text" },
  NEURON_NETWORK: { key: "neuron.network", type: "text" },
  FILM_MAX_FRAMES: { key: "film.maxFrames", type: "number" },
  OPS_ENABLED: { key: "ops.enabled", type: "flag" },
  OPS_HOST: { key: "ops.host", type: "text" },
  OPS_PORT: { key: "ops.port", type: "number" },
  OPS_FREE_MEGABYTES: { key: "ops.freeMegabytes", type: "number" },
  LOG_LEVEL: { key: "log.level", type: "text" },
  LOG_FORMAT: { key: "log.format", type: "text" },
};
