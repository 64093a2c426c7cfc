/** What `dreamloom doctor` finds outside this process: the store, Redis, ports, and which chats have their tokens. */
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { Redis } from "ioredis";
import { hostOf } from "../../queue/cluster/connection.js";
import { openSqlite } from "../../shared/sqlite.js";
import type { Config } from "../settings/load-settings.js";
import { clusterRows } from "./cluster-rows.js";
import type { Service } from "./service.js";

const REDIS_MS = 2_000;

export async function services(config: Config): Promise<Service[]> {
  const { web, ops } = config;
  const off = "switched off";
  const found = await Promise.all([
    store(config.data.dir),
    redis(config.cluster),
    slack(config),
    web.enabled
      ? port("web chat", "WEB_PORT", web.host, web.port)
      : { what: "web chat", works: undefined, detail: off },
    ops.enabled ? port("health", "OPS_PORT", ops.host, ops.port) : { what: "health", works: undefined, detail: off },
  ]);
  return found.flat();
}

function store(dir: string): Service {
  const what = "store";
  const file = join(dir, "dreamloom.sqlite");
  if (!existsSync(file)) return { what, works: undefined, detail: "nothing is kept yet" };
  try {
    const database = openSqlite(file, { readonly: true });
    try {
      const row: unknown = database.prepare("SELECT count(*) AS jobs FROM job").get();
      const jobs = typeof row === "object" && row !== null && "jobs" in row ? Number(row.jobs) : 0;
      return { what, works: true, detail: `${jobs} ${jobs === 1 ? "job" : "jobs"} kept` };
    } finally {
      database.close();
    }
  } catch (error) {
    return { what, works: false, detail: `${file} cannot be read (${messageOf(error)}); put back a copy of it` };
  }
}

/** Redis, and who meets there. */
async function redis(cluster: Config["cluster"]): Promise<Service[]> {
  const what = "Redis";
  const { url } = cluster;
  if (url === "") return [{ what, works: undefined, detail: "not used, until REDIS_URL is set" }];
  const host = hostOf(url);
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: REDIS_MS,
    commandTimeout: REDIS_MS,
    retryStrategy: () => null,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const about = await client.info();
    return [{ what, ...judged(about, host) }, ...(await clusterRows(client, cluster))];
  } catch (error) {
    return [
      {
        what,
        works: false,
        detail: `${host} does not answer (${messageOf(error)}); is REDIS_URL right, and does it run?`,
      },
    ];
  } finally {
    client.disconnect();
  }
}

/** @param about what Redis says to INFO */
function judged(about: string, host: string): Pick<Service, "works" | "detail"> {
  const fact = (name: string) => new RegExp(`^${name}:(\\S+)`, "m").exec(about)?.[1] ?? "unknown";
  const version = fact("redis_version");
  const answers = `${host} answers, version ${version}`;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 6 || (major === 6 && minor < 2)) return { works: false, detail: `${answers}; 6.2 or later is needed` };
  const policy = fact("maxmemory_policy");
  if (policy !== "noeviction" && policy !== "unknown") {
    return {
      works: false,
      detail: `${answers}; its maxmemory-policy is ${policy}, which may throw jobs away: set it to noeviction`,
    };
  }
  return { works: true, detail: answers };
}

function slack({ slack: { botToken, appToken, signingSecret, clientId } }: Config): Service {
  const what = "Slack";
  if (botToken === "" && clientId === "")
    return { what, works: undefined, detail: "off, until SLACK_BOT_TOKEN or SLACK_CLIENT_ID is set" };
  if (appToken === "" && signingSecret === "") {
    return {
      what,
      works: false,
      detail: "set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP): without one no event comes",
    };
  }
  const many = clientId === "" ? "one workspace" : "workspaces that install it";
  return {
    what,
    works: true,
    detail: `for ${many}, events by ${appToken === "" ? "HTTP" : "Socket Mode"}; the tokens themselves are tried at the start`,
  };
}

async function port(what: string, setting: string, host: string, number: number): Promise<Service> {
  const where = `${host}:${number}`;
  const server = createServer();
  const code = await new Promise<string>((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(number, host, () => server.close(() => resolve("")));
  });
  if (code === "") return { what, works: true, detail: `${where} is free` };
  // The bot itself may be what has it.
  if (code === "EADDRINUSE")
    return {
      what,
      works: undefined,
      detail: `${where} is in use: by the bot, if it runs; else choose another (${setting})`,
    };
  return { what, works: false, detail: `${where} cannot be listened on (${code})` };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
