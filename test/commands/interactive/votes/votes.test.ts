import { afterEach, describe, expect, it, vi } from "vitest";
import { loadBuiltInStyles } from "../../../../src/commands/styles/built-in-styles.js";
import { ChatError, type ChatErrorKind } from "../../../../src/port/chat-error.js";
import { ann, art, ben, type FakeMessage, mod, source } from "../../../fakes/chat.js";
import { FakeEngine, picture } from "../../../fakes/engine.js";
import { type StudioOptions, studio } from "../../../fakes/studio.js";

const styles = loadBuiltInStyles();
const emojiOf = (wanted: string): string => styles.find(({ name }) => name === wanted)?.emoji ?? "";
const cat = { id: "cat", name: "Cat", moderator: false };

afterEach(() => void vi.useRealTimers());

type Studio = Awaited<ReturnType<typeof studio>>;

async function vote(line = "/blend vote", options: StudioOptions = {}) {
  const open = await studio({ engine: new FakeEngine({ automatic: true }), ...options });
  const photo = await picture(48, 36);
  await open.chat.say(ann, line, { attachments: [source(photo)] });
  const message = open.chat.in("channel")[0];
  if (!message) throw new Error(`no vote: ${open.chat.ephemeral.map(({ text }) => text).join()}`);
  return { ...open, photo, message, ...voters(open, message) };
}

function voters({ chat }: Pick<Studio, "chat">, message: FakeMessage) {
  return {
    votes: (user: typeof ann, style: string, added = true) => chat.reactTo(user, message, emojiOf(style), added),
    says: (pattern: RegExp) => chat.until(() => pattern.test(message.content.text) && message, String(pattern)),
  };
}

const shares = (engine: FakeEngine, run = 0) =>
  ((engine.runs[run]?.request.params.styles ?? []) as { name: string; weight: number }[]).map(({ name, weight }) => [
    name,
    weight,
  ]);

describe("/blend vote", () => {
  it("opens a vote for the channel: styles, photo, reactions, buttons", async () => {
    const { message, photo, engine, store } = await vote("/blend vote minutes:30");
    const { text, buttons } = message.content;
    expect(text).toMatch(
      /^\*\*Vote: which styles should it be\?\*\* Opened by Ann\. Open for 30 min, until \d\d:\d\d UTC\./,
    );
    expect(text).toContain("Everybody has one vote, split among what they choose");
    expect(message.reactions).toEqual(styles.map(({ emoji }) => emoji));
    expect(message.reactions.length).toBeLessThan(20);
    expect(message.pictures).toHaveLength(2);
    expect(message.pictures[1]?.bytes).toEqual(photo);
    expect(buttons?.map(({ label }) => label)).toEqual(["Paint now", "Cancel the vote"]);
    expect(engine.runs).toHaveLength(0);
    const [interactive] = store.interactiveMessages.list("vote");
    expect((interactive?.expiresAt ?? 0) - (interactive?.createdAt ?? 0)).toBeGreaterThan(29 * 60_000);
  });

  it("weighs by people, splitting each one's vote, shows the count, and credits the channel", async () => {
    const {
      chat,
      engine,
      message,
      photo,
      votes,
      says,
      quiet,
      repository: jobs,
    } = await vote("/blend vote size:256 seed:7");
    await votes(ann, "winter");
    await votes(ben, "winter");
    await votes(ben, "fire");
    await votes(cat, "ink");
    await votes(cat, "ink", false);
    await votes(mod, "gold");
    await votes(mod, "gold");
    await says(/⛄ ▰▰▰▰▰▱▱▱▱▱ winter 50% \(2\)\n💰|⛄ ▰▰▰▰▰▱▱▱▱▱ winter 50% \(2\)/u);
    expect(message.content.text).toMatch(/gold 33% \(1\)\n.* fire 17% \(1\)/);
    expect(engine.runs).toHaveLength(0);
    await chat.press(ann, message, "paint");
    await quiet();
    expect(engine.runs).toHaveLength(1);
    expect(engine.runs[0]?.request).toMatchObject({ recipe: "blend", params: { size: 256, seed: 7 } });
    expect(engine.runs[0]?.request.pictures.image).toEqual(photo);
    expect(shares(engine)).toEqual([
      ["winter", 0.5],
      ["gold", 0.333],
      ["fire", 0.167],
    ]);
    const { text, buttons } = message.content;
    expect(text).toMatch(/^\*\*The vote is over: winter 50%, gold 33%, fire 17%\.\*\*/);
    expect(buttons).toBeUndefined();
    expect(message.pictures).toHaveLength(2);
    const id = /as job `(\w+)`\.$/.exec(text)?.[1] ?? "";
    const job = await jobs.get(id);
    expect(job?.author).toEqual({ id: "ann", name: "Ann" });
    const final = chat.in("thread").find((known) => known.content.text.startsWith("Your picture is ready"));
    expect(final?.content.text).toContain("chosen by 3 people of #art");
    expect(chat.violations).toEqual([]);
  });

  it("is ended by ✅ of its opener or a moderator only", async () => {
    const { chat, engine, message, votes, says, quiet } = await vote();
    await chat.reactTo(ann, message, "✅");
    await votes(ben, "winter");
    await chat.reactTo(ben, message, "✅");
    await chat.press(ben, message, "paint");
    await chat.press(ben, message, "cancel");
    expect(chat.ephemeral.map(({ text }) => text)).toEqual(
      Array(2).fill("Ann opened this vote; only they and moderators can end it. Your reactions are your vote."),
    );
    await says(/winter 100%/);
    expect(engine.runs).toHaveLength(0);
    await chat.reactTo(mod, message, "✅");
    await quiet();
    // One style alone is a painting in it.
    expect(engine.runs.map(({ request }) => request.recipe)).toEqual(["stylize"]);
    // What is over, stays over.
    await votes(cat, "fire");
    await chat.reactTo(ann, message, "✅");
    await chat.act(mod, "vote:paint", message);
    await quiet();
    expect(engine.runs).toHaveLength(1);
    expect(chat.ephemeral.at(-1)?.text).toBe("This vote is over.");
    expect(message.content.text).not.toContain("fire 50%");
  });

  it("starts one job when two end it at once", async () => {
    const { chat, engine, message, votes, quiet, handlers } = await vote();
    await votes(ben, "winter");
    const event = {
      kind: "reaction",
      emoji: "✅",
      added: true,
      message: { id: message.id, channel: message.channel },
    } as const;
    const ends = [ann, mod].map((user) => handlers.event({ ...event, user }));
    // Its button may be gone by then.
    await Promise.all([...ends, chat.act(ann, "vote:paint", message)]);
    await quiet();
    expect(engine.runs).toHaveLength(1);
  });

  it("ends when its time is over", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
    const { chat, engine, votes, says, quiet } = await vote("/blend vote minutes:1");
    await votes(ben, "winter");
    await votes(cat, "summer");
    vi.advanceTimersByTime(59_000);
    expect(engine.runs).toHaveLength(0);
    vi.advanceTimersByTime(1_000);
    await says(/^\*\*The vote is over: winter 50%, summer 50%/);
    await quiet();
    expect(shares(engine)).toEqual([
      ["winter", 0.5],
      ["summer", 0.5],
    ]);
    expect(chat.ephemeral).toEqual([]);
  });

  it("ends after a restart no later than it was to, though the clock is set back by days", async () => {
    const first = await vote("/blend vote minutes:10");
    await first.votes(ben, "winter");
    await first.close();
    vi.useFakeTimers({ now: Date.now() - 20 * 24 * 3_600_000, toFake: ["setTimeout", "clearTimeout", "Date"] });
    const engine = new FakeEngine({ automatic: true });
    const second = await studio({ chat: first.chat, engine, dir: first.dir });
    await second.handlers.idle();
    vi.advanceTimersByTime(9 * 60_000);
    await second.quiet();
    expect(engine.runs).toHaveLength(0);
    vi.advanceTimersByTime(60_000);
    await first.says(/^\*\*The vote is over: winter 100%/);
    await second.quiet();
    expect(engine.runs).toHaveLength(1);
  });

  it("ends unpainted where its channel was archived meanwhile", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
    const { chat, engine, store, votes, says, quiet } = await vote("/blend vote minutes:1");
    await votes(ben, "winter");
    chat.info = { ...chat.info, archived: true };
    vi.advanceTimersByTime(60_000);
    await says(/^\*\*The vote is over\.\*\* #art has been archived, so nothing is painted\.\n/);
    await quiet();
    expect(engine.runs).toHaveLength(0);
    expect(store.interactiveMessages.list("vote")).toEqual([]);
  });

  it("says so when there are no votes", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
    const { chat, engine, message, says, quiet } = await vote("/blend vote minutes:1");
    await chat.press(ann, message, "paint");
    expect(chat.ephemeral[0]?.text).toBe("Nobody has voted yet: react with a style first.");
    vi.advanceTimersByTime(60_000);
    await says(/^\*\*The vote is over\.\*\* Nobody voted, so nothing is painted\./);
    await quiet();
    expect(engine.runs).toHaveLength(0);
  });

  it("can be cancelled by its opener and moderators", async () => {
    const { chat, engine, store, message, votes, says } = await vote();
    await votes(ben, "winter");
    await chat.press(mod, message, "cancel");
    await says(/^\*\*The vote is over\.\*\* Cancelled by Mo\.\n.*winter 100% \(1\)/);
    expect(message.content.buttons).toBeUndefined();
    expect(engine.runs).toHaveLength(0);
    expect(store.interactiveMessages.list("vote")).toEqual([]);
  });

  it("counts what was reacted, taken back and cleared while the program was away, before it ends", async () => {
    const first = await vote("/blend vote minutes:10");
    await first.chat.reactTo(ann, first.message, "✅");
    await first.votes(ann, "winter");
    await first.votes(ben, "fire");
    await first.close();
    const { chat, message, dir } = first;
    chat.give(ben, message, emojiOf("fire"), false);
    for (const user of [ben, cat]) chat.give(user, message, emojiOf("summer"));
    const engine = new FakeEngine({ automatic: true });
    const second = await studio({ chat, engine, dir });
    const again = voters(second, message);
    // ✅ before the first vote was a slip, and still is one.
    await again.says(/summer 67% \(2\)\n.*winter 33% \(1\)/);
    await chat.clearReactions(message, emojiOf("winter"));
    await again.says(/summer 100% \(2\)/);
    await chat.clearReactions(message);
    expect(second.store.interactiveMessages.votes(message)).toEqual([]);
  });

  describe("whose time passes while the program is away", () => {
    /** Closed, its time over, and reacted to meanwhile. */
    async function away(before: readonly string[]) {
      const first = await vote("/blend vote minutes:10");
      for (const style of before) await first.votes(ann, style);
      const [stored] = first.store.interactiveMessages.list("vote");
      if (!stored) throw new Error("no vote");
      first.store.interactiveMessages.put({ ...stored, expiresAt: Date.now() - 1000 });
      await first.close();
      for (const user of [ben, mod]) first.chat.give(user, first.message, emojiOf("fire"));
      return first;
    }

    it.each([[[]], [["winter"]]])(
      "is not ended before what was reacted meanwhile could be read (%j before)",
      async (before) => {
        const { chat, message, dir } = await away(before);
        for (const style of before) chat.give(ann, message, emojiOf(style));
        let reads = 0;
        chat.fault = (call) => {
          if (call !== "reactions") return undefined;
          reads += 1;
          return reads < 4 ? new ChatError("rate-limited", { message: "slow down" }) : undefined;
        };
        const engine = new FakeEngine({ automatic: true });
        const second = await studio({ chat, engine, dir });
        await voters(second, message).says(/^\*\*The vote is over: fire/);
        await second.quiet();
        expect(reads).toBe(4);
        expect(shares(engine).map(([name]) => name)).toEqual(["fire", ...before]);
        expect(message.content.text).not.toContain("I was away");
      },
    );

    it.each<[ChatErrorKind, readonly string[], RegExp]>([
      ["forbidden", [], /^\*\*The vote is over\.\*\* I was away for a while, .*, so nothing is painted\./],
      [
        "forbidden",
        ["winter"],
        /^\*\*The vote is over: winter 100%[\s\S]*\nI was away .*: those votes do not count\.$/,
      ],
      ["unavailable", [], /^\*\*The vote is over\.\*\* I was away for a while, .*, so nothing is painted\./],
    ])("says so where that cannot be read (%s, %j before)", async (kind, before, words) => {
      const { chat, message, dir } = await away(before);
      let reads = 0;
      chat.fault = (call) => {
        if (call !== "reactions") return undefined;
        reads += 1;
        return new ChatError(kind, { message: "no" });
      };
      const second = await studio({ chat, engine: new FakeEngine({ automatic: true }), dir, backoffMs: 0.01 });
      await voters(second, message).says(words);
      await second.quiet();
      expect(reads).toBe(kind === "forbidden" ? 1 : 60);
    });
  });

  it("is ended by its opener's ✅ while the program was away", async () => {
    const { chat, message, dir, close, votes } = await vote("/blend vote minutes:10");
    await votes(ben, "fire");
    await close();
    chat.give(ben, message, "✅");
    const engine = new FakeEngine({ automatic: true });
    const second = await studio({ chat, engine, dir });
    await second.quiet();
    expect(engine.runs).toHaveLength(0);
    await second.close();
    chat.give(ann, message, "✅");
    const third = await studio({ chat, engine, dir });
    await voters(third, message).says(/^\*\*The vote is over: fire 100%/);
    await third.quiet();
    expect(shares(engine)).toEqual([["fire", 1]]);
  });

  it("goes on after a restart, and ends at once when its time was over meanwhile", async () => {
    const first = await vote("/blend vote minutes:10");
    await first.votes(ann, "winter");
    await first.votes(ben, "fire");
    await first.close();
    const engine = new FakeEngine({ automatic: true });
    const second = await studio({ chat: first.chat, engine, dir: first.dir });
    const again = voters(second, first.message);
    await again.says(/winter 50% \(1\)\n.*fire 50% \(1\)/);
    await again.votes(cat, "fire");
    await again.says(/fire 67% \(2\)/);
    expect(engine.runs).toHaveLength(0);
    // While it is away, the time passes.
    const [interactive] = second.store.interactiveMessages.list("vote");
    if (!interactive) throw new Error("the vote is gone");
    second.store.interactiveMessages.put({ ...interactive, expiresAt: Date.now() - 1000 });
    await second.close();
    const third = await studio({ chat: first.chat, engine, dir: first.dir });
    await again.says(/^\*\*The vote is over: fire 67%, winter 33%/);
    await third.quiet();
    expect(shares(engine)).toEqual([
      ["fire", 0.667],
      ["winter", 0.333],
    ]);
    // And once only, however often the program starts.
    await third.close();
    const fourth = await studio({ chat: first.chat, engine, dir: first.dir });
    await fourth.quiet();
    expect(engine.runs).toHaveLength(1);
  });

  it("keeps after a restart the votes of an emoji that was not read to its end, and no others", async () => {
    const first = await vote("/blend vote minutes:10");
    for (const user of [ann, ben, cat]) await first.votes(user, "winter");
    await first.votes(mod, "fire");
    await first.close();
    const { chat, message } = first;
    chat.mostPeople = 2;
    chat.give(mod, message, emojiOf("fire"), false);
    chat.give(ben, message, emojiOf("ink"));
    const second = await studio({ chat, engine: new FakeEngine(), dir: first.dir });
    await first.says(/ink \d+% \(1\)/);
    expect(second.store.interactiveMessages.votes(message).map(({ user, choice }) => `${user} ${choice}`)).toEqual([
      "ann winter",
      "ben winter",
      "cat winter",
      "ben ink",
    ]);
  });

  it.each(["✅", "its time"])(
    "paints once when the program is killed between the job's start and the vote's end, brought by %s",
    async (by) => {
      const engine = new FakeEngine();
      const first = await vote("/blend vote minutes:10", { engine });
      await first.votes(ben, "winter");
      const [before] = first.store.interactiveMessages.list("vote");
      if (!before) throw new Error("no vote");
      await first.chat.reactTo(ann, first.message, "✅");
      await first.says(/^\*\*The vote is over: winter 100%/);
      const [job] = first.queue.positions().map((position) => position.job.id);
      await first.close();
      // As a kill leaves it: the job is stored, and the vote still open with the job's id.
      const dir = first.dir;
      const { openStore } = await import("../../../../src/store/open.js");
      const store = openStore({ dir });
      const expiresAt = by === "✅" ? before.expiresAt : Date.now() - 1000;
      store.interactiveMessages.put({
        ...before,
        payload: { ...before.payload, job },
        ...(expiresAt === undefined ? {} : { expiresAt }),
      });
      await store.close();
      const again = new FakeEngine({ automatic: true });
      const chat = first.chat;
      await chat.edit(first.message, { text: "open, as it was", keepPictures: true });
      const second = await studio({ chat, engine: again, dir });
      await second.queue.recover(() => undefined);
      await voters(second, first.message).says(new RegExp(`^\\*\\*The vote is over: winter 100%[\\s\\S]*${job}`));
      await chat.until(() => second.store.interactiveMessages.list("vote").length === 0);
      await chat.reactTo(ann, first.message, "✅");
      await second.quiet();
      expect(again.runs).toHaveLength(1);
      expect(second.store.jobs.since(0)).toHaveLength(1);
    },
  );

  it("keeps the votes when the painting cannot be started, for another try", async () => {
    const limits = { length: 20, waitingPerPerson: 1, perHourPerPerson: 100 };
    const engine = new FakeEngine();
    const { chat, message, votes, says, quiet, queue } = await vote("/blend vote", { engine, queue: { limits } });
    await chat.say(ann, "/dream octaves:1");
    await votes(ben, "winter");
    await votes(cat, "summer");
    await chat.press(mod, message, "paint");
    await says(/could not be started\.\*\*[\s\S]*You have 1 unfinished job, as many as one person may have/);
    expect(queue.positions()).toHaveLength(1);
    await (await engine.next()).finish();
    await chat.until(() => queue.positions().length === 0);
    await chat.reactTo(mod, message, "✅");
    await says(/^\*\*The vote is over: winter 50%, summer 50%/);
    await (await engine.next()).finish();
    await quiet();
  });

  it("can be about a few styles, by name or emoji, or of the community's own", async () => {
    const { chat, message, votes, says } = await vote(`/blend vote winter ${emojiOf("ink")} minutes:5`);
    expect(message.reactions).toEqual([emojiOf("winter"), emojiOf("ink")]);
    await votes(ben, "fire");
    await votes(ben, "ink");
    await says(/ink 100% \(1\)\n⛄\u00A0winter\n/);
    expect(message.content.text).not.toContain("fire");
    expect(chat.violations).toEqual([]);
  });

  it("works with structured options", async () => {
    const open = await studio();
    await open.chat.say(ann, "/blend", {
      options: { vote: "true", minutes: "5", size: "128" },
      attachments: [source(await picture(20, 20))],
    });
    expect(open.chat.in("channel")[0]?.content.text).toMatch(/Open for 5 min/);
    expect(open.store.interactiveMessages.list("vote")[0]?.payload).toMatchObject({ given: { size: 128 }, minutes: 5 });
  });

  it("keeps hidden pictures hidden, and names whose they are", async () => {
    const open = await studio({ engine: new FakeEngine({ automatic: true }) });
    const { chat, quiet, repository: jobs } = open;
    const hidden = { ...source(await picture(20, 20)), spoiler: true, author: ben };
    await chat.say(ann, "/blend vote", { attachments: [hidden] });
    const message = chat.in("channel")[0];
    if (!message) throw new Error("no vote");
    expect(message.pictures.map(({ spoiler }) => spoiler ?? false)).toEqual([false, true]);
    await chat.reactTo(ben, message, emojiOf("winter"));
    await chat.press(ann, message, "paint");
    await quiet();
    const job = await jobs.latest({ platform: "fake", community: "club", author: "ann" });
    expect(job).toMatchObject({ spoiler: true });
    expect(job?.credits).toContainEqual({ role: "picture", by: "Ben", person: "ben" });
    expect(job?.credits).toContainEqual({ role: "choice", by: "1 person of #art" });
  });

  it("is over when its message is gone", async () => {
    const { chat, message, store, votes, quiet, queue } = await vote();
    await votes(ben, "winter");
    await chat.remove(message);
    await chat.reactTo(mod, message, "✅");
    await quiet();
    expect(store.interactiveMessages.list("vote")).toEqual([]);
    expect(queue.positions()).toEqual([]);
  });

  it.each([
    ["/blend vote summer:0.3", /^In a vote, the votes are the shares/],
    ["/blend vote summer winter sweep:6", /^A vote makes one picture/],
    ["/blend vote winter", /^A vote needs at least two styles/],
    ["/blend vote wintr summer", /did you mean winter\?/],
    ["/blend vote photo summer", /has no emoji to vote with/],
    ["/blend vote minutes:0", /must be a whole number from 1 to 10080/],
    ["/blend minutes:5 summer", /^minutes is for votes/],
  ])("refuses %s", async (line, sentence) => {
    const { chat, store } = await studio();
    await chat.say(ann, line, { attachments: [source(await picture(20, 20))] });
    expect(chat.ephemeral[0]?.text).toMatch(sentence);
    expect(store.interactiveMessages.list("vote")).toEqual([]);
  });

  it("is one at a time in a channel", async () => {
    const { chat, store } = await vote();
    const attachments = [source(await picture(20, 20))];
    await chat.say(ben, "/blend vote", { attachments });
    expect(chat.ephemeral[0]?.text).toMatch(/^There is already a vote in this channel, opened by Ann\./);
    await chat.say(ben, "/blend vote", { attachments, channel: { ...art, id: "night" } });
    expect(store.interactiveMessages.list("vote")).toHaveLength(2);
  });

  it("leaves blends by shares as they were", async () => {
    const { chat, engine, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
    await chat.say(ann, "/blend summer:0.3", { attachments: [source(await picture(20, 20))] });
    await quiet();
    expect(shares(engine)).toEqual([
      ["summer", 0.3],
      ["winter", 0.7],
    ]);
    expect(engine.runs[0]?.request.params).not.toHaveProperty("vote");
  });
});
