import { QueueError } from "./queue.js";

export interface QueueLimits {
  /** Most jobs waiting, of all people together. */
  readonly length: number;
  /** Most jobs of one person that wait or run. */
  readonly waitingPerPerson: number;
  /** Most jobs of one person accepted in any 60 minutes. */
  readonly perHourPerPerson: number;
}

const HOUR_MS = 3_600_000;

/** Decides whether one more job may join, and remembers how many each person has had in the last hour. */
export class Admission {
  readonly #accepted = new Map<string, number[]>();

  constructor(
    readonly limits: QueueLimits,
    private readonly now: () => number,
  ) {}

  /**
   * Counts a job in, or throws a {@link QueueError} whose sentence says what to do instead. The returned function counts it out again.
   *
   * @param open jobs waiting altogether, and jobs of this person waiting or running
   */
  admit(person: string, open: { readonly waiting: number; readonly ofPerson: number }): () => void {
    const { limits } = this;
    if (open.waiting >= limits.length) {
      throw new QueueError("full", `The queue is full (${count(limits.length, "job")} waiting). Please try again in a few minutes.`);
    }
    if (open.ofPerson >= limits.waitingPerPerson) {
      const jobs = count(open.ofPerson, "unfinished job");
      throw new QueueError(
        "person-waiting",
        `You have ${jobs}, as many as one person may have. Wait for one to end, or take one back with /cancel.`,
      );
    }
    const now = this.now();
    this.#prune(now);
    const times = this.#accepted.get(person) ?? [];
    const oldest = times[0];
    if (oldest !== undefined && times.length >= limits.perHourPerPerson) {
      const minutes = Math.max(1, Math.ceil((oldest + HOUR_MS - now) / 60_000));
      const jobs = count(limits.perHourPerPerson, "job");
      throw new QueueError(
        "person-hour",
        `You have started ${jobs} in the last hour, as many as one person may. The next can start in ${count(minutes, "minute")}.`,
      );
    }
    times.push(now);
    this.#accepted.set(person, times);
    return () => {
      const index = times.indexOf(now);
      if (index >= 0) times.splice(index, 1);
    };
  }

  #prune(now: number): void {
    for (const [person, times] of this.#accepted) {
      while (times[0] !== undefined && times[0] <= now - HOUR_MS) times.shift();
      if (times.length === 0) this.#accepted.delete(person);
    }
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
