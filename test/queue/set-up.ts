import { pino } from "pino";
import { Estimator } from "../../src/queue/estimator.js";
import { ScheduledQueue } from "../../src/queue/scheduled-queue.js";
import { listen, type QueueParts, queueParts } from "./queue.contract.js";

/** A queue in this process, with an engine that does what the test says, and a diary of what it tells. */
export function setup(options: Partial<QueueParts> = {}) {
  const parts = queueParts(options);
  const queue = new ScheduledQueue({
    ...parts,
    estimator: new Estimator({ dream: 1 }),
    logger: pino({ level: "silent" }),
  });
  return { ...parts, queue, ...listen(queue) };
}
