import { communityKey, type Job, sameCommunity, userKey } from "../domain/model.js";
import { HOUR_MS } from "../shared/time.js";
import type { JobRequest } from "./job-request.js";
import { type JobCounts, QueueError } from "./queue.js";

/** What the installation allows. A channel's own {@link JobRequest.caps} hold besides, and count that channel only. */
export interface QueueLimits {
  /**
   * Places for jobs that wait. Anyone may have them while there are any; when all are taken, only those are
   * admitted who have less than their share (see {@link Admission}), so that up to four times as many can wait.
   */
  readonly length: number;
  /**
   * Most jobs of one person that wait or run, anywhere on the platform: counted by community, somebody in many of them
   * would have many times as many.
   */
  readonly waitingPerPerson: number;
  /** Most jobs of one person accepted in any 60 minutes, anywhere on the platform for the same reason. */
  readonly perHourPerPerson: number;
  /** Most jobs that wait or run of all people at one address, where it is known; no bound if left out. */
  readonly perAddress?: number;
  /** Most jobs of one channel that wait or run; no bound if left out. */
  readonly perChannel?: number;
  /** Most jobs of one channel accepted in any 60 minutes; no bound if left out. */
  readonly perChannelHour?: number;
  /** Megabytes for all jobs that run side by side; a job that takes more is refused. No bound if left out. */
  readonly megabytes?: number;
}

/** A job as far as counting goes. */
type Counted = Pick<Job, "channel" | "author">;
type Asked = Counted & Pick<JobRequest, "caps" | "memory" | "address">;
type Open = Counted & Pick<Job, "state"> & { readonly address?: string | undefined };

/**
 * Decides whether one more job is accepted, and remembers those of the last hour by person and by channel.
 *
 * When all places are taken, they are shared by community first, then by person: a community has a share of them as
 * large as any other that has jobs waiting, and inside it a person as large a one as any other; a share is one place at
 * least. Who has less is admitted all the same; who fills the queue is refused. However many communities and people
 * come, those who need a place least are refused first: with {@link QueueLimits.length} jobs waiting people who have
 * their share, with twice as many those whose community has its share, with three times as many all whose community
 * has a job waiting, and with four times as many everybody.
 */
export class Admission {
  /** When jobs were accepted, oldest first, by person, by channel, and by person in a channel. */
  readonly #accepted = new Map<string, number[]>();

  /** Megabytes that the largest job may take; undefined sets no bound. */
  largest: number | undefined;

  constructor(
    readonly limits: QueueLimits,
    private readonly now: () => number,
  ) {
    this.largest = limits.megabytes;
  }

  /** Counts in what was accepted before the program started. `jobs` may be in any order, and older than an hour. */
  remember(jobs: Iterable<Counted & Pick<Job, "createdAt">>): void {
    const since = this.now() - HOUR_MS;
    const recent = [...jobs].filter(({ createdAt }) => createdAt > since).sort((a, b) => a.createdAt - b.createdAt);
    for (const job of recent) for (const key of keysOf(job)) this.#timesOf(key).push(job.createdAt);
  }

  /**
   * Counts a job in, or throws a {@link QueueError} whose sentence says what to do instead. The returned function takes
   * it out of the count.
   *
   * @param open the jobs that wait or run
   */
  admit(request: Asked, open: Iterable<Open>): () => void {
    const now = this.now();
    this.#prune(now);
    this.#checkMemory(request);
    this.#checkOpen(request, [...open]);
    this.#checkHour(request, now);
    const lists = keysOf(request).map((key) => this.#timesOf(key));
    for (const times of lists) times.push(now);
    return () => {
      for (const times of lists) {
        const index = times.indexOf(now);
        if (index >= 0) times.splice(index, 1);
      }
    };
  }

  /**
   * What counts against the caps of a person, of a channel, and of that person there.
   * @param open the jobs that wait or run
   */
  counts(asked: Counted, open: readonly Counted[]): Readonly<Record<"person" | "channel" | "both", JobCounts>> {
    this.#prune(this.now());
    const [person = "", channel = "", both = ""] = keysOf(asked);
    const mine = open.filter((job) => sameUser(job, asked));
    const here = (job: Counted) => sameChannel(job, asked);
    const started = (key: string) => this.#accepted.get(key)?.length ?? 0;
    return {
      person: { open: mine.length, started: started(person) },
      channel: { open: open.filter(here).length, started: started(channel) },
      both: { open: mine.filter(here).length, started: started(both) },
    };
  }

  /** Waiting would not help a job that does not even fit alone. */
  #checkMemory({ memory }: Pick<JobRequest, "memory">): void {
    const most = this.largest ?? Number.POSITIVE_INFINITY;
    if (memory === undefined || memory.megabytes <= most) return;
    const fitting = memory.smaller.find(({ megabytes }) => megabytes <= most)?.line;
    throw new QueueError("memory", "queue.memory", { megabytes: memory.megabytes, most, fitting });
  }

  #checkOpen(request: Asked, open: readonly Open[]): void {
    const { limits } = this;
    this.#checkPlaces(
      request,
      open.filter(({ state }) => state === "waiting"),
    );
    const mine = open.filter((job) => sameUser(job, request));
    const here = open.filter((job) => sameChannel(job, request));
    if (mine.length >= limits.waitingPerPerson) {
      throw new QueueError("person-waiting", "queue.person", { jobs: mine.length });
    }
    const both = mine.filter((job) => sameChannel(job, request)).length;
    if (both >= least(request.caps?.perPerson)) {
      throw new QueueError("person-waiting", "queue.person-here", { jobs: both });
    }
    if (here.length >= least(limits.perChannel, request.caps?.perChannel)) {
      throw new QueueError("channel-waiting", "queue.channel", { jobs: here.length });
    }
    this.#checkAddress(request, open);
  }

  /** Without it one person would have the places of as many people as they can make up. */
  #checkAddress({ channel, address }: Asked, open: readonly Open[]): void {
    if (address === undefined) return;
    const there = open.filter((job) => job.address === address && job.channel.platform === channel.platform);
    if (there.length >= least(this.limits.perAddress)) {
      throw new QueueError("address-waiting", "queue.address", { jobs: there.length });
    }
  }

  #checkPlaces(request: Counted, waiting: readonly Counted[]): void {
    const { length } = this.limits;
    if (waiting.length < length) return;
    const [community, user] = [communityKey(request.channel), userKey(request)];
    const here = waiting.filter(({ channel }) => communityKey(channel) === community);
    const mine = here.filter((job) => userKey(job) === user);
    const communities = new Set([community, ...waiting.map(({ channel }) => communityKey(channel))]);
    const share = shareOf(length, communities.size);
    const people = new Set([user, ...here.map(userKey)]);
    if (here.length === 0 && waiting.length < 4 * length) return;
    if (here.length < share && waiting.length < 3 * length) return;
    if (mine.length < shareOf(share, people.size) && waiting.length < 2 * length) return;
    throw new QueueError("full", "queue.full", { jobs: waiting.length, here: here.length, mine: mine.length });
  }

  #checkHour(request: Counted & Pick<JobRequest, "caps">, now: number): void {
    const [user = "", channel = "", both = ""] = keysOf(request);
    const { limits } = this;
    const { perPersonHour, perChannelHour } = request.caps ?? {};
    this.#hour("queue.person-hour", user, limits.perHourPerPerson, now);
    this.#hour("queue.person-hour-here", both, least(perPersonHour), now);
    this.#hour("queue.channel-hour", channel, least(limits.perChannelHour, perChannelHour), now);
  }

  #hour(
    why: `queue.${"person-hour" | "person-hour-here" | "channel-hour"}`,
    key: string,
    cap: number,
    now: number,
  ): void {
    const times = this.#accepted.get(key) ?? [];
    if (times.length < cap) return;
    // The cap may have been lowered since: as many must leave the hour as there are too many.
    const first = times[times.length - cap] ?? now;
    const minutes = Math.max(1, Math.ceil((first + HOUR_MS - now) / 60_000));
    const kind = why === "queue.channel-hour" ? "channel-hour" : "person-hour";
    throw new QueueError(kind, why, { jobs: times.length, minutes });
  }

  #timesOf(key: string): number[] {
    const times = this.#accepted.get(key) ?? [];
    this.#accepted.set(key, times);
    return times;
  }

  #prune(now: number): void {
    for (const [key, times] of this.#accepted) {
      // The clock has been set back meanwhile: what it has not reached yet was accepted within the hour at most.
      for (let last = times.length - 1; (times[last] ?? now) > now; last--) times[last] = now;
      while (times[0] !== undefined && times[0] <= now - HOUR_MS) times.shift();
      if (times.length === 0) this.#accepted.delete(key);
    }
  }
}

function shareOf(places: number, sharers: number): number {
  return Math.max(1, Math.floor(places / sharers));
}

/** Without keys, which take long to make for each job of a long queue. */
function sameUser(a: Counted, b: Counted): boolean {
  return a.author.id === b.author.id && a.channel.platform === b.channel.platform;
}

function sameChannel({ channel: a }: Counted, { channel: b }: Counted): boolean {
  return a.id === b.id && sameCommunity(a, b);
}

function channelKey({ channel: { platform, community, id: channel } }: Counted): string {
  return JSON.stringify([platform, community, channel]);
}

/** What a job counts for: its person, its channel, and that person in that channel. */
function keysOf(job: Counted): string[] {
  const [user, channel] = [userKey(job), channelKey(job)];
  return [`person ${user}`, `channel ${channel}`, `both ${channel} ${user}`];
}

function least(...caps: (number | undefined)[]): number {
  return Math.min(...caps.map((cap) => cap ?? Number.POSITIVE_INFINITY));
}
