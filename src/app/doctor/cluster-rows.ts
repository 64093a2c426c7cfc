import type { Redis } from "ioredis";
import { type BotsInfo, readBots } from "../../queue/cluster/bots.js";
import { PROTOCOL } from "../../queue/cluster/protocol.js";
import { Registry, type Speech, type WorkerInfo } from "../../queue/cluster/registry.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { version } from "../../shared/version.js";
import type { Config } from "../settings/load-settings.js";

/** Something outside this process, as `dreamloom doctor` found it. */
export interface Service {
  readonly what: string;
  /** Undefined where it is not used, or neither good nor bad. */
  readonly works: boolean | undefined;
  readonly detail: string;
}

/**
 * What `dreamloom doctor` finds of a cluster: a row for the bots and one for each worker that meet in its Redis.
 *
 * @param redis connected; its own time limit holds
 */
export async function clusterRows(
  redis: Redis,
  { prefix, heartbeatSeconds }: Config["cluster"],
  now = Date.now(),
): Promise<Service[]> {
  const registry = new Registry(redis, prefix, heartbeatSeconds * 1000);
  const [speech, workers] = [await registry.speech(), await registry.workers()];
  const bots = speech ?? { protocol: PROTOCOL, version };
  const none = { what: "workers", works: undefined, detail: sentence("service.no-worker", { prefix }) };
  return [
    botsRow(speech),
    ...programRows(await readBots(redis, prefix), now),
    ...(workers.length > 0 ? workers.map((worker) => workerRow(worker, bots, now)) : [none]),
  ];
}

function botsRow(speech: Speech | undefined): Service {
  const what = "bots";
  if (!speech) return { what, works: undefined, detail: sentence("service.no-bots") };
  const bots = sentence("service.bots", speech);
  if (speech.protocol === PROTOCOL) return { what, works: true, detail: bots };
  return { what, works: false, detail: sentence("service.bots-other", { bots, version, protocol: PROTOCOL }) };
}

/** The bots program that runs, and one that was refused because of it. */
function programRows({ running, refused }: Awaited<ReturnType<typeof readBots>>, now: number): Service[] {
  const facts = (bots: BotsInfo) => ({ ...bots, seconds: Math.max(0, Math.round((now - bots.at) / 1000)) });
  const rows: Service[] = [];
  if (running) rows.push({ what: "bots", works: true, detail: sentence("service.bots-at", facts(running)) });
  if (refused && refused.id !== running?.id)
    rows.push({ what: "bots, refused", works: false, detail: sentence("service.bots-refused", facts(refused)) });
  return rows;
}

function workerRow({ id, protocol, stopping, running, at, ...worker }: WorkerInfo, bots: Speech, now: number): Service {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  const there = sentence("service.worker", { ...worker, busy: running.length, seconds });
  const facts = stopping ? sentence("service.worker-stopping", { worker: there }) : there;
  if (protocol !== bots.protocol) {
    const versions = { protocol, bots: bots.protocol, version: bots.version };
    return { what: id, works: false, detail: sentence("service.worker-protocol", { worker: facts, ...versions }) };
  }
  if (worker.version === bots.version) return { what: id, works: true, detail: facts };
  const detail = sentence("service.worker-version", { worker: facts, version: bots.version });
  return { what: id, works: undefined, detail };
}
