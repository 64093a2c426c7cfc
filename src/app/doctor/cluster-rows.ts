/** What `dreamloom doctor` finds of a cluster: the bots and the workers that meet in its Redis, and which of them do not fit together. */
import type { Redis } from "ioredis";
import { PROTOCOL } from "../../queue/cluster/protocol.js";
import { Registry, type Speech, type WorkerInfo } from "../../queue/cluster/registry.js";
import { version } from "../../shared/version.js";
import type { Config } from "../settings/load-settings.js";
import type { Service } from "./service.js";

/**
 * A row for the bots and one for each worker.
 *
 * @param redis connected; what it answers is waited for as long as its own time limit says
 */
export async function clusterRows(
  redis: Redis,
  { prefix, heartbeatSeconds }: Config["cluster"],
  now = Date.now(),
): Promise<Service[]> {
  const registry = new Registry(redis, prefix, heartbeatSeconds * 1000);
  const [speech, workers] = [await registry.speech(), await registry.workers()];
  const bots = speech ?? { protocol: PROTOCOL, version };
  return [
    botsRow(speech),
    ...(workers.length > 0 ? workers.map((worker) => workerRow(worker, bots, now)) : [noWorker(prefix)]),
  ];
}

function botsRow(speech: Speech | undefined): Service {
  const what = "bots";
  if (!speech)
    return {
      what,
      works: undefined,
      detail: "none were here within the last day; they need this REDIS_URL and CLUSTER_PREFIX, too",
    };
  const detail = `Dreamloom ${speech.version}, protocol ${speech.protocol}`;
  if (speech.protocol === PROTOCOL) return { what, works: true, detail };
  return {
    what,
    works: false,
    detail: `${detail}; this is ${version} with protocol ${PROTOCOL}: a worker from here would get no jobs. Update the older one`,
  };
}

function workerRow(worker: WorkerInfo, bots: Speech, now: number): Service {
  const { id, slots, running, device, at, stopping } = worker;
  const seen = Math.max(0, Math.round((now - at) / 1000));
  const facts = [
    `${running.length} of ${slots} ${slots === 1 ? "slot" : "slots"} busy`,
    device,
    `Dreamloom ${worker.version}`,
    `seen ${seen} s ago`,
    ...(stopping ? ["stopping"] : []),
  ].join(", ");
  if (worker.protocol !== bots.protocol) {
    const detail = `${facts}; it speaks protocol ${worker.protocol} and the bots ${bots.protocol} (Dreamloom ${bots.version}): it gets no jobs. Update the older one`;
    return { what: id, works: false, detail };
  }
  if (worker.version === bots.version) return { what: id, works: true, detail: facts };
  const detail = `${facts}; the bots are ${bots.version}: it gets jobs, but pictures may come out otherwise. Update the older one`;
  return { what: id, works: undefined, detail };
}

function noWorker(prefix: string): Service {
  const detail = `no worker is there: run dreamloom worker with this REDIS_URL and CLUSTER_PREFIX=${prefix} on a machine that is to paint`;
  return { what: "workers", works: undefined, detail };
}
