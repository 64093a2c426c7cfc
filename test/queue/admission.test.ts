import { describe, expect, it } from "vitest";
import type { Job } from "../../src/domain/model.js";
import { Admission, type QueueLimits } from "../../src/queue/admission.js";
import type { JobCaps } from "../../src/queue/job-request.js";
import { QueueError } from "../../src/queue/queue.js";

const HOUR_MS = 3_600_000;
const limits: QueueLimits = {
  length: 100,
  waitingPerPerson: 5,
  perHourPerPerson: 6,
  perChannel: 8,
  perChannelHour: 12,
};

/** Places alone count. */
const uncapped = { waitingPerPerson: 999, perHourPerPerson: 999, perChannel: 999, perChannelHour: 999 };

const ask = (user: string, channel = "art", caps: JobCaps = {}) => ({
  channel: { platform: "fake", community: "club", id: channel },
  author: { id: user, name: user },
  caps,
});
const waits = (user: string, channel = "art"): Pick<Job, "channel" | "author" | "state"> => ({
  ...ask(user, channel),
  state: "waiting",
});

function admission(more: Partial<QueueLimits> = {}) {
  const clock = { now: 10 * HOUR_MS };
  return { clock, admission: new Admission({ ...limits, ...more }, () => clock.now) };
}

function refusal(work: () => unknown): Pick<QueueError, "kind" | "message"> {
  try {
    work();
  } catch (error) {
    if (error instanceof QueueError) return { kind: error.kind, message: error.message };
    throw error;
  }
  throw new Error("it was admitted");
}

describe("admission", () => {
  it("bounds what waits or runs, of a person everywhere and of a channel", () => {
    const { admission: gate } = admission();
    const five = ["art", "night", "art", "day", "art"].map((channel) => waits("ann", channel));
    expect(refusal(() => gate.admit(ask("ann", "new"), five))).toEqual({
      kind: "person-waiting",
      message:
        "You have 5 unfinished jobs, as many as one person may have. Wait for one to end, or cancel one with /cancel.",
    });
    const crowd = Array.from({ length: 8 }, (_, index) => waits(`p${index}`));
    expect(refusal(() => gate.admit(ask("ben"), crowd))).toEqual({
      kind: "channel-waiting",
      message: "This channel has 8 unfinished jobs, as many as it may have. Please wait until one has ended.",
    });
    gate.admit(ask("ben", "night"), crowd);
    // A channel of the same name elsewhere is another.
    gate.admit({ ...ask("ben"), channel: { platform: "fake", community: "other", id: "art" } }, crowd);
  });

  it("bounds what waits or runs of all people at one address, where it is known", () => {
    const { admission: gate } = admission({ ...uncapped, perAddress: 3 });
    const from = (user: string, address?: string) => ({ ...ask(user, user), ...(address && { address }) });
    const open = ["a", "b", "c"].map((user, index) => ({
      ...from(user, "203.0.113.1"),
      state: index === 0 ? ("running" as const) : ("waiting" as const),
    }));
    expect(refusal(() => gate.admit(from("made up", "203.0.113.1"), open))).toEqual({
      kind: "address-waiting",
      message:
        "People at your internet address, which a household or a school shares, have 3 unfinished jobs together, " +
        "as many as one address may have. Please wait until one has ended.",
    });
    gate.admit(from("made up", "203.0.113.1"), open.slice(1));
    gate.admit(from("else", "203.0.113.2"), open);
    gate.admit(from("unknown"), open);
    gate.admit({ ...from("a", "203.0.113.1"), channel: { platform: "other", community: "club", id: "a" } }, open);
    admission(uncapped).admission.admit(from("made up", "203.0.113.1"), open);
  });

  it("holds a channel's own caps besides, counting what happens there", () => {
    const { admission: gate } = admission();
    const caps = { perPerson: 1, perChannel: 2 };
    gate.admit(ask("ann", "art", caps), [waits("ann", "night"), waits("ann", "night")]);
    expect(refusal(() => gate.admit(ask("ann", "art", caps), [waits("ann")])).message).toMatch(
      /^You have 1 unfinished job in this channel, as many as one person may have here/,
    );
    expect(refusal(() => gate.admit(ask("ann", "art", caps), [waits("ben"), waits("cat")])).kind).toBe(
      "channel-waiting",
    );
    // More than the installation allows is not to be had.
    const crowd = Array.from({ length: 8 }, (_, index) => waits(`p${index}`));
    expect(refusal(() => gate.admit(ask("ann", "art", { perChannel: 50 }), crowd)).kind).toBe("channel-waiting");
  });

  it("refuses what takes more memory than there is, and names the largest size that fits", () => {
    const { admission: gate } = admission({ megabytes: 1000, perHourPerPerson: 1 });
    const smaller = [
      { line: "size:1024", megabytes: 1500 },
      { line: "size:960", megabytes: 1000 },
      { line: "size:896", megabytes: 800 },
    ];
    const memory = { megabytes: 1700, smaller };
    expect(refusal(() => gate.admit({ ...ask("ann"), memory }, []))).toEqual({
      kind: "memory",
      message:
        "This would take about 1700 MB of memory, and there are 1000 MB for pictures here. The largest that fits is `size:960`.",
    });
    expect(refusal(() => gate.admit({ ...ask("ann"), memory: { megabytes: 1001, smaller: [] } }, [])).message).toMatch(
      /No smaller size would fit either\.$/,
    );
    // What was refused has not counted; what is just as large as the room is taken.
    gate.admit({ ...ask("ann"), memory: { megabytes: 1000, smaller: [] } }, []);
    admission().admission.admit({ ...ask("ann"), memory }, []);
  });

  it("bounds an hour, of a person everywhere, of a person in a channel, and of a channel", () => {
    const { admission: gate, clock } = admission();
    const caps = { perPersonHour: 2 };
    gate.admit(ask("ann", "art", caps), []);
    clock.now += 10 * 60_000;
    gate.admit(ask("ann", "art", caps), []);
    expect(refusal(() => gate.admit(ask("ann", "art", caps), []))).toEqual({
      kind: "person-hour",
      message:
        "You have started 2 jobs here in the last hour, as many as one person may in this channel. The next can start in 50 minutes.",
    });
    for (let job = 0; job < 4; job++) gate.admit(ask("ann", "night"), []);
    expect(refusal(() => gate.admit(ask("ann", "day"), []))).toEqual({
      kind: "person-hour",
      message: "You have started 6 jobs in the last hour, as many as one person may. The next can start in 50 minutes.",
    });
    for (let job = 0; job < 10; job++) gate.admit(ask(`p${job}`), []);
    expect(refusal(() => gate.admit(ask("ben"), []))).toEqual({
      kind: "channel-hour",
      message:
        "12 jobs were started in this channel in the last hour, as many as it may have. The next can start in 50 minutes.",
    });
    // A cap lowered meanwhile: ten have to leave the hour.
    expect(refusal(() => gate.admit(ask("ben", "art", { perChannelHour: 3 }), [])).message).toMatch(
      /The next can start in 60 minutes\.$/,
    );
    clock.now += 51 * 60_000;
    gate.admit(ask("ann", "art", caps), []);
  });

  /** As many people of one server as it takes to fill all places, three jobs each. */
  const crowd = (places: number) =>
    Array.from({ length: places }, (_, index) => waits(`p${index % 20}`, `c${index % 9}`));
  const elsewhere = (community: string, user: string) => ({
    ...ask(user),
    channel: { platform: "fake", community, id: "art" },
  });

  const waitsIn = (community: string, user: string): Pick<Job, "channel" | "author" | "state"> => ({
    ...elsewhere(community, user),
    state: "waiting",
  });

  it("keeps no community out because another fills all places; who fills them is told", () => {
    const { admission: gate } = admission({ length: 50 });
    const open = crowd(50);
    const refusals: string[] = [];
    for (const community of ["a", "b", "c", "d", "e"]) {
      try {
        gate.admit(elsewhere(community, "first"), open);
        open.push({ ...elsewhere(community, "first"), state: "waiting" });
      } catch (error) {
        refusals.push(String(error));
      }
    }
    process.stdout.write(`one community fills 50 places: ${refusals.length} of 5 others refused\n`);
    expect(refusals).toEqual([]);
    expect(refusal(() => gate.admit(ask("p0", "night"), open))).toEqual({
      kind: "full",
      message:
        "The queue is full: 55 jobs waiting, 50 of them from this community and 3 yours. " +
        "Please try again in a few minutes.",
    });
  });

  it("keeps no person out because others of the community fill all places", () => {
    const { admission: gate } = admission({ length: 50 });
    const open = crowd(50);
    gate.admit(ask("newcomer", "night"), open);
    for (let n = 0; n < 5; n++) open.push({ ...elsewhere(`other${n}`, "first"), state: "waiting" });
    // Six communities: eight places each, and twenty-one people for them. Each has one at least, and no more.
    gate.admit(ask("newcomer", "night"), open);
    expect(refusal(() => gate.admit(ask("newcomer", "night"), [...open, waits("newcomer")])).message).toContain(
      "51 of them from this community and 1 yours.",
    );
  });

  it("admits the first job of a community, and of a person, however many others there are", () => {
    const { admission: gate } = admission({ length: 50, ...uncapped });
    const open = [...crowd(50), ...Array.from({ length: 49 }, (_, n) => waitsIn(`other${n}`, "first"))];
    gate.admit(elsewhere("late", "first"), open);
    gate.admit(elsewhere("other0", "second"), open);
    expect(refusal(() => gate.admit(elsewhere("other0", "first"), open)).kind).toBe("full");
    const tens = Array.from({ length: 50 }, (_, n) => waitsIn(`c${n % 5}`, `p${n}`));
    gate.admit(elsewhere("c0", "eleventh"), tens);
    expect(refusal(() => gate.admit(elsewhere("c0", "p0"), tens)).kind).toBe("full");
  });

  it("has a bound for any crowd, and a place for a new community longest", () => {
    const { admission: gate } = admission({ length: 10, ...uncapped });
    const open: ReturnType<typeof waits>[] = [];
    const flood = (jobs: readonly ReturnType<typeof ask>[]) => {
      for (const one of jobs)
        try {
          gate.admit(one, open);
          open.push({ ...one, state: "waiting" });
        } catch {
          // Refused.
        }
      return open.length;
    };
    expect(flood(Array(100).fill(elsewhere("c", "one")))).toBe(10);
    // One community of as many people as it likes, and then communities of a few each.
    expect(flood(Array.from({ length: 100 }, (_, n) => elsewhere("c", `made up ${n}`)))).toBe(20);
    gate.admit(elsewhere("second", "first"), open);
    expect(flood(Array.from({ length: 100 }, (_, n) => elsewhere(n % 2 ? "c" : "second", `p${n}`)))).toBe(25);
    expect(flood(Array.from({ length: 100 }, (_, n) => elsewhere(`made up ${n}`, "p")))).toBe(40);
    const message = refusal(() => gate.admit(elsewhere("late", "x"), open)).message;
    expect(message).toBe("The queue is full: 40 jobs waiting. Please try again in a few minutes.");
  });

  it("counts out what came to nothing", () => {
    const { admission: gate } = admission({ perHourPerPerson: 1 });
    gate.admit(ask("ann"), [])();
    gate.admit(ask("ann"), []);
    expect(refusal(() => gate.admit(ask("ann"), [])).kind).toBe("person-hour");
  });

  it("lets no clock that is set back keep anybody out for longer than an hour", () => {
    const { admission: gate, clock } = admission({ perHourPerPerson: 1 });
    gate.admit(ask("ann"), []);
    clock.now -= 24 * HOUR_MS;
    gate.remember([{ ...ask("ben"), createdAt: clock.now + HOUR_MS }]);
    for (const user of ["ann", "ben"])
      expect(refusal(() => gate.admit(ask(user), [])).message).toMatch(/The next can start in 60 minutes\.$/);
    clock.now += HOUR_MS;
    for (const user of ["ann", "ben"]) gate.admit(ask(user), []);
  });

  it("remembers what was accepted before the program started", () => {
    const { admission: gate, clock } = admission();
    gate.remember(
      [5, 20, 70, 90, 30, 10].map((minutes) => ({ ...ask("ann"), createdAt: clock.now - minutes * 60_000 })),
    );
    gate.admit(ask("ann"), []);
    gate.admit(ask("ann"), []);
    expect(refusal(() => gate.admit(ask("ann"), [])).message).toMatch(/The next can start in 30 minutes\.$/);
  });
});
