import { describe, expect, it, onTestFinished, vi } from "vitest";
import { DailyDreams } from "../../../src/commands/daily/daily-dreams.js";
import { lastDue, printDailyTime, readDailyTime } from "../../../src/commands/daily/daily-time.js";
import { ChatError } from "../../../src/port/chat-error.js";
import { clockIn } from "../../../src/shared/time.js";
import { ann, art, ben, mod } from "../../fakes/chat.js";
import { studio } from "../../fakes/studio.js";

const HOUR = 3_600_000;

describe("the time of a daily dream", () => {
  it("is read with its zone and printed in one form", () => {
    const told = (typed: string) => {
      const time = readDailyTime(typed);
      return time && printDailyTime(time);
    };
    expect(told("18:00")).toBe("18:00 UTC");
    expect(told("7.05 europe/berlin")).toBe("07:05 Europe/Berlin");
    expect(told("7:05 asia/kolkata")).toBe("07:05 Asia/Kolkata");
    expect(told("23:59@America/New_York")).toBe("23:59 America/New_York");
    for (const wrong of ["24:00", "18", "18:60", "18:00 Nowhere/Land", "noon", ""]) expect(told(wrong)).toBeUndefined();
  });

  it("is that of the zone's clocks, with their days and their summer", () => {
    expect(clockIn("UTC", Date.UTC(2026, 0, 31, 23, 30))).toEqual({ day: "2026-01-31", minutes: 1410 });
    expect(clockIn("Europe/Berlin", Date.UTC(2026, 0, 31, 23, 30))).toEqual({ day: "2026-02-01", minutes: 30 });
    expect(clockIn("Europe/Berlin", Date.UTC(2026, 6, 1, 10, 0)).minutes).toBe(720);
    const late = { minutes: 23 * 60 + 50, zone: "UTC" };
    expect(lastDue(late, Date.UTC(2026, 0, 2, 0, 10))).toEqual({ day: "2026-01-01", late: 20 });
    expect(lastDue(late, Date.UTC(2026, 0, 2, 23, 50))).toEqual({ day: "2026-01-02", late: 0 });
  });

  it("is on the day of the calendar, where the clocks go forward or back around it", () => {
    const due = (written: string, hour: number, minute: number, date = 8, month = 2) =>
      lastDue(readDailyTime(written) ?? expect.fail(), Date.UTC(2026, month, date, hour, minute));
    // On 8 March 2026 Havana's clocks go from 0:00 to 1:00, in the fifth hour of UTC: there is no half past midnight.
    expect(due("0:30 America/Havana", 5, 0)).toEqual({ day: "2026-03-08", late: 30 });
    expect(due("23:30 America/Havana", 5, 0)).toEqual({ day: "2026-03-07", late: 90 });
    // On 25 October Berlin has half past two twice, and both are of one day.
    expect(due("2:30 Europe/Berlin", 0, 30, 25, 9)).toEqual({ day: "2026-10-25", late: 0 });
    expect(due("2:30 Europe/Berlin", 1, 30, 25, 9)).toEqual({ day: "2026-10-25", late: 0 });
  });
});

/** A channel with two works, the second with two hearts, and a clock that the test turns. */
async function open() {
  const all = await studio();
  const { chat, engine, quiet, app } = all;
  const work = async (line: string) => {
    await chat.say(ann, line);
    await (await engine.next()).finish();
    await quiet();
    const final = chat.messages.findLast(({ key }) => key?.endsWith("final")) ?? expect.fail();
    const job = (await app.jobs.latest({ ...art, author: ann.id })) ?? expect.fail();
    return { final, job };
  };
  const one = await work("/dream look:patterns picture:none");
  const two = await work("/dream look:textures picture:none");
  await chat.reactTo(ben, two.final, "❤️");
  await chat.reactTo(mod, two.final, "❤️");
  await chat.reactTo(ben, one.final, "❤️");
  let now = Date.now();
  const daily = new DailyDreams(chat, app, () => now);
  /** Looks at a number of hours from the beginning. */
  const lookAfter = async (hours: number) => {
    now = start + hours * HOUR;
    await daily.look();
  };
  const start = now;
  /** `hours` from the beginning, as it is typed. */
  const timeIn = (hours: number) => new Date(start + hours * HOUR).toISOString().slice(11, 16);
  const begun = () => chat.in("channel").filter(({ content }) => content.text.startsWith("**Dream of the day**"));
  return { ...all, one, two, lookAfter, timeIn, begun };
}

describe("the dream of the day", () => {
  it("is made once, at its hour, of the work with the most hearts, and names whose it is", async () => {
    const { chat, engine, timeIn, lookAfter, begun, quiet, two } = await open();
    await chat.say(mod, `/settings daily:${timeIn(2)}`);
    expect(chat.ephemeral.at(-1)?.text).toContain(`\`daily\` **${timeIn(2)} UTC, every day**`);
    await lookAfter(1);
    expect(begun()).toHaveLength(0);
    await lookAfter(2.1);
    const run = await engine.next();
    expect(run.request).toMatchObject({ recipe: "dream" });
    await run.finish();
    await quiet();
    expect(begun()[0]?.content.text).toBe(
      "**Dream of the day**: Dream of textures by Ann, the picture here with the most hearts (2 ❤️).",
    );
    const made = chat.messages.findLast(({ key }) => key?.endsWith("final"));
    expect(made?.content.text).toContain("Picture by Ann");
    expect(chat.in("channel").some(({ content }) => content.text.includes(`from \`${two.job.id}\``))).toBe(true);
    await lookAfter(2.2);
    expect(begun()).toHaveLength(1);
    // The next day only what was made since then counts.
    await lookAfter(26.1);
    expect(begun()).toHaveLength(1);
    expect(engine.runs).toHaveLength(3);
  });

  it("is not made twice where the clock is set back by a day, and made where it was a month ahead", async () => {
    const { chat, timeIn, lookAfter, begun } = await open();
    await chat.say(mod, `/settings daily:${timeIn(2)}`);
    await lookAfter(2);
    await lookAfter(2 - 24);
    await lookAfter(2);
    expect(begun()).toHaveLength(1);
    await lookAfter(2 - 30 * 24);
    expect(begun()).toHaveLength(2);
  });

  it("is left out where an author has opted out, a moderator has hidden a work, or there are no hearts", async () => {
    const { chat, engine, timeIn, lookAfter, begun, two, one } = await open();
    await chat.say(mod, `/settings daily:${timeIn(2)}`);
    await chat.say(mod, `/gallery remove ${two.job.id}`);
    await lookAfter(2);
    expect(begun()[0]?.content.text).toContain("Dream of patterns by Ann");
    expect((await engine.next()).request.recipe).toBe("dream");
    await chat.say(ann, "/settings optout");
    await chat.reactTo(ben, one.final, "❤️");
    await lookAfter(26);
    expect(begun()).toHaveLength(1);
  });

  it("is not made up for when set late or missed by more than an hour, nor made where the bot is off", async () => {
    const { chat, timeIn, lookAfter, begun } = await open();
    await chat.say(mod, `/settings daily:${timeIn(-0.5)}`);
    await lookAfter(0.01);
    await chat.say(mod, `/settings daily:${timeIn(2)}`);
    await lookAfter(3.5);
    expect(begun()).toHaveLength(0);
    await chat.say(mod, `/settings daily:${timeIn(5)} bot:off`);
    await lookAfter(5);
    expect(begun()).toHaveLength(0);
    await chat.say(mod, "/settings daily:off bot:on");
    await lookAfter(29);
    expect(begun()).toHaveLength(0);
  });

  it.each(["/settings daily:off", "/settings reset daily"])(
    "leaves nothing of the one who set it after %s",
    async (line) => {
      const { chat } = await open();
      const mydata = async () => {
        await chat.say(mod, "/settings mydata");
        return chat.ephemeral.at(-1)?.text;
      };
      await chat.say(mod, "/settings daily:18:00");
      expect(await mydata()).toContain("The dream of the day in 1 channel");
      await chat.say(mod, line);
      expect(await mydata()).not.toContain("dream of the day");
    },
  );

  it("is tried again within the hour where it could not be made", async () => {
    const { chat, app, timeIn, lookAfter, begun } = await open();
    await chat.say(mod, `/settings daily:${timeIn(2)} per-hour:1`);
    await chat.say(mod, "/dream picture:none");
    await lookAfter(2);
    expect(begun()).toHaveLength(0);
    await chat.say(mod, "/settings reset per-hour");
    await lookAfter(2.3);
    expect(begun()).toHaveLength(1);
    expect(app.settings.daily("fake")).toMatchObject([{ channel: art }]);
  });

  it.each(["archived", "gone"])("is not made, nor tried again and again, in a channel that is %s", async (how) => {
    const { chat, app, queue, timeIn, lookAfter, begun } = await open();
    const warned = vi.spyOn(app.logger, "warn");
    await chat.say(mod, `/settings daily:${timeIn(2)}`);
    if (how === "archived") chat.info = { ...chat.info, archived: true };
    else vi.spyOn(chat, "describe").mockRejectedValue(new ChatError("gone", { message: "There is no such channel." }));
    for (const hours of [2, 2.1, 2.2]) await lookAfter(hours);
    expect([begun().length, queue.positions().length, warned.mock.calls.length]).toEqual([0, 0, 1]);
  });

  it("is made once where its heading cannot be posted", async () => {
    const { chat, engine, queue, timeIn, lookAfter, quiet } = await open();
    await chat.say(mod, `/settings daily:${timeIn(2)}`);
    const post = chat.post.bind(chat);
    vi.spyOn(chat, "post").mockImplementation(async (channel, message) => {
      if (message.text.startsWith("**Dream of the day**")) throw new ChatError("unavailable", "busy");
      return post(channel, message);
    });
    await lookAfter(2.1);
    await (await engine.next()).finish();
    await quiet();
    await lookAfter(2.2);
    expect(queue.positions()).toEqual([]);
  });

  it("is not looked for after the program's end, though the chat came back in between", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const { chat, app, store, close } = await studio();
    const daily = new DailyDreams(chat, app, app.now);
    const asked = vi.spyOn(app.settings, "daily");
    daily.resume();
    daily.resume();
    vi.advanceTimersByTime(60_000);
    await daily.idle();
    const before = asked.mock.calls.length;
    expect(before).toBeGreaterThan(0);
    daily.stop();
    await close();
    vi.advanceTimersByTime(60_000);
    expect(asked.mock.calls.length).toBe(before);
    // A look that is under way when the store goes does not end the program.
    expect(() => store.settings.channelsWith("fake", "daily")).toThrow(/closed/);
    await daily.look();
  });

  it("is set by those who manage the channel, for one channel, with a time that there is", async () => {
    const { chat } = await open();
    const told = async (line: string, user = mod) => {
      await chat.say(user, line);
      return chat.ephemeral.at(-1)?.text;
    };
    expect(await told("/settings daily:18:00", ben)).toMatch(/manage/);
    expect(await told("/settings daily:18:00 everywhere:yes")).toBe(
      "daily is set in one channel at a time; leave out everywhere.",
    );
    expect(await told("/settings daily:25:00")).toMatch(/daily must be off, or a time such as 18:00/);
    expect(await told('/settings daily:"18:00 Europe/Berlin"')).toContain("**18:00 Europe/Berlin, every day**");
  });
});
