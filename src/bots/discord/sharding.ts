import { type APIGatewayBotInfo, Routes } from "discord.js";
import { ChatError } from "../../port/chat-error.js";
import { timeOfDay } from "../../shared/text.js";
import type { Calls } from "./calls.js";
import { IDENTIFY_MS } from "./limits.js";

/**
 * Asks where the gateway is, how many connections ("shards") it wants, and how fast they may be opened.
 *
 * @throws ChatError, also where a day's sessions do not suffice: Discord resets the token of a bot that begins more.
 */
export async function askGateway(calls: Calls, ms: number): Promise<APIGatewayBotInfo> {
  const about = { doing: "discord.doing.login", ms } as const;
  const info = whole(
    await calls.run<Partial<APIGatewayBotInfo>>({ method: "GET", route: Routes.gatewayBot(), ...about }),
  );
  const { remaining, reset_after } = info.session_start_limit;
  if (remaining >= info.shards) return info;
  const time = timeOfDay(Date.now() + reset_after);
  throw new ChatError("rate-limited", "discord.sessions", { shards: info.shards, remaining, time });
}

/** How long the last shard waits for its turn, in milliseconds. */
export function identifyMs({ shards, session_start_limit: { max_concurrency } }: APIGatewayBotInfo): number {
  return (Math.ceil(shards / max_concurrency) - 1) * IDENTIFY_MS;
}

/** What the gateway says about itself, with what Discord would say where a server leaves something out. */
function whole({ url, shards, session_start_limit }: Partial<APIGatewayBotInfo>): APIGatewayBotInfo {
  const limit: Partial<APIGatewayBotInfo["session_start_limit"]> = session_start_limit ?? {};
  const count = Math.max(1, shards ?? 1);
  return {
    url: plain(url ?? ""),
    shards: count,
    session_start_limit: {
      total: limit.total ?? 1_000,
      remaining: limit.remaining ?? Math.max(1_000, count),
      reset_after: limit.reset_after ?? 0,
      max_concurrency: Math.max(1, limit.max_concurrency ?? 1),
    },
  };
}

/** An address without a query: discord.js appends its own one. */
export function plain(url: string): string {
  return url.replace(/[?#].*$/s, "").replace(/^http/, "ws");
}
