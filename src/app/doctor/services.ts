/** What `dreamloom doctor` finds outside this process: the store, Redis, ports, and which chats have their tokens. */
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { Redis } from "ioredis";
import { pino } from "pino";
import { openBlobs } from "../../queue/cluster/blobs/open-blobs.js";
import { hostOf } from "../../queue/cluster/connection.js";
import { isDenied, refusalOf } from "../../queue/cluster/refusals.js";
import { Trial } from "../../queue/cluster/trial.js";
import { openSqlite } from "../../shared/native.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { StoreError, storeError } from "../../shared/store-error.js";
import type { Config } from "../settings/load-settings.js";
import { clusterRows, type Service } from "./cluster-rows.js";
import { filterRow } from "./filter-row.js";

const REDIS_MS = 2_000;

export async function services(config: Config): Promise<Service[]> {
  const { web, ops } = config;
  const off = { works: undefined, detail: sentence("service.off") };
  const found = await Promise.all([
    stores(config.data.dir),
    redis(config.cluster),
    slack(config),
    filterRow(config),
    web.enabled ? port("web chat", "WEB_PORT", web.host, web.port) : { what: "web chat", ...off },
    ops.enabled ? port("health", "OPS_PORT", ops.host, ops.port) : { what: "health", ...off },
  ]);
  return found.flat();
}

/** The databases of the data folder: what each holds, and what to count of it. */
const DATABASES = [
  { what: "store", file: "dreamloom.sqlite", query: "SELECT count(*) AS count FROM job", sentence: "service.store" },
  {
    what: "web messages",
    file: "web-chat.sqlite",
    query: "SELECT count(*) AS count FROM message WHERE removed = 0",
    sentence: "service.messages",
  },
] as const;

function stores(dir: string): Service[] {
  const there = DATABASES.filter(({ file }) => existsSync(join(dir, file)));
  if (there.length === 0) return [{ what: "store", works: undefined, detail: sentence("service.store-empty") }];
  return there.map(({ what, query, sentence: kept, ...rest }) => {
    const file = join(dir, rest.file);
    try {
      const database = openSqlite(file, { readonly: true });
      try {
        const row: unknown = database.prepare(query).get();
        const count = typeof row === "object" && row !== null && "count" in row ? Number(row.count) : 0;
        return { what, works: true, detail: sentence(kept, { count }) };
      } finally {
        database.close();
      }
    } catch (cause) {
      const error = storeError(cause, file);
      // The file is whole, as far as is known, but closed to this user: the start would say the same.
      const detail =
        error instanceof StoreError && error.kind === "unwritable"
          ? error.message.replace(/\.$/, "")
          : sentence("service.store-broken", { file, reason: messageOf(cause) });
      return { what, works: false, detail };
    }
  });
}

/** Redis, and who meets there. */
async function redis(cluster: Config["cluster"]): Promise<Service[]> {
  const what = "Redis";
  const { url } = cluster;
  if (url === "") return [{ what, works: undefined, detail: sentence("service.redis-off") }];
  const host = hostOf(url);
  const asked = { host, prefix: cluster.prefix };
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: REDIS_MS,
    commandTimeout: REDIS_MS,
    retryStrategy: () => null,
  });
  let reached = false;
  client
    .on("error", () => undefined)
    .on("connect", () => {
      reached = true;
    });
  try {
    await client.connect();
    // Not every user may ask; what a job needs is found by a trial.
    const about = await client.info().catch((error: unknown) => (isDenied(error) ? "" : Promise.reject(error)));
    const rows: Service[] = [{ what, ...judged(about, host) }, await tried(client, cluster)];
    return rows.concat(await clusterRows(client, cluster).catch(() => []));
  } catch (error) {
    const closed = reached && client.status === "end";
    const gone = closed
      ? sentence("service.redis-closes", { host })
      : sentence("service.redis-gone", { host, reason: messageOf(error) });
    return [{ what, works: false, detail: refusalOf(error, asked) ?? gone }];
  } finally {
    client.disconnect();
  }
}

/** Whether a job can come through. */
async function tried(redis: Redis, cluster: Config["cluster"]): Promise<Service> {
  const { url, prefix } = cluster;
  const blobs = await openBlobs(cluster, "doctor", pino({ level: "silent" }));
  const trial = new Trial({ redis, blobs, host: hostOf(url), prefix, also: async () => undefined });
  const problem = await trial.problem();
  await blobs.close();
  return { what: "jobs", works: problem === undefined, detail: problem ?? sentence("service.redis-trial") };
}

/** @param about what Redis says to INFO; empty where it does not */
function judged(about: string, host: string): Pick<Service, "works" | "detail"> {
  const fact = (name: string) => new RegExp(`^${name}:(\\S+)`, "m").exec(about)?.[1] ?? "unknown";
  const version = fact("redis_version");
  const answers = sentence("service.redis", { host, version });
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 6 || (major === 6 && minor < 2))
    return { works: false, detail: sentence("service.redis-old", { answers }) };
  const policy = fact("maxmemory_policy");
  if (policy !== "noeviction" && policy !== "unknown")
    return { works: false, detail: sentence("service.redis-policy", { answers, policy }) };
  return { works: true, detail: answers };
}

/** Whether Slack's tokens fit together, and whether Slack takes the bot's. */
export async function slack({
  slack: { botToken, appToken, signingSecret, clientId, apiUrl },
}: Config): Promise<Service> {
  const what = "Slack";
  if (botToken === "" && clientId === "") return { what, works: undefined, detail: sentence("service.slack-off") };
  if (appToken === "" && signingSecret === "") return { what, works: false, detail: sentence("service.slack-half") };
  const detail = sentence("service.slack", { oauth: clientId !== "", http: appToken === "" });
  // Workspaces that install it have their own tokens.
  if (botToken === "") return { what, works: true, detail };
  const { checkToken } = await import("../../bots/slack/workspaces.js");
  try {
    await checkToken({ botToken, logger: pino({ level: "silent" }), ...(apiUrl !== "" && { apiUrl }) });
    return { what, works: true, detail: sentence("service.slack-token", { detail }) };
  } catch (error) {
    return { what, works: false, detail: messageOf(error) };
  }
}

async function port(what: string, setting: string, host: string, number: number): Promise<Service> {
  const where = `${host}:${number}`;
  const server = createServer();
  const code = await new Promise<string>((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(number, host, () => server.close(() => resolve("")));
  });
  if (code === "") return { what, works: true, detail: sentence("service.port-free", { where }) };
  // The bot itself may be using it.
  if (code === "EADDRINUSE")
    return { what, works: undefined, detail: sentence("service.port-used", { where, setting }) };
  return { what, works: false, detail: sentence("service.port-broken", { where, code }) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
