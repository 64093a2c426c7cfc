import { afterEach, describe, expect, it, vi } from "vitest";
import { loadBuiltInStyles } from "../../../src/commands/styles/built-in-styles.js";
import { ann, art, mod, source } from "../../fakes/chat.js";
import { FakeEngine, picture } from "../../fakes/engine.js";
import { studio } from "../../fakes/studio.js";

const OFF = "I am switched off in this channel. Those who manage it can switch me on: `/settings bot:on`";
const winter = loadBuiltInStyles().find(({ name }) => name === "winter")?.emoji ?? "";
const night = { ...art, id: "night" };

afterEach(() => void vi.useRealTimers());

async function open() {
  const all = await studio({ engine: new FakeEngine({ automatic: true }) });
  const { chat } = all;
  const said = async (user: typeof ann, line: string, channel = art) => {
    const before = chat.ephemeral.length;
    await chat.say(user, line, { channel });
    return chat.ephemeral.slice(before).map(({ text }) => text);
  };
  return { ...all, said };
}

describe("a channel where the bot is switched off", () => {
  it("gets one sentence that names what to do; help and settings answer there", async () => {
    const { chat, said, engine, quiet } = await open();
    await said(mod, "/settings bot:off");
    expect(await said(ann, "/dream")).toEqual([OFF]);
    expect(await said(mod, "/dream")).toEqual([OFF]);
    expect(await said(ann, "/queue")).toEqual([OFF]);
    expect((await said(ann, "/help")).join()).toContain("/dream");
    expect((await said(ann, "/settings")).join()).toContain("`bot` **off** (set here)");
    expect((await said(mod, "/moderate")).join()).toMatch(/^Nobody is barred/);
    // A thread is as its channel is.
    chat.threads.set("t", { title: "t", open: true });
    await chat.say(ann, "/dream", { channel: { ...art, thread: "t" } });
    expect(chat.ephemeral.at(-1)?.text).toBe(OFF);
    expect(await said(ann, "/dream octaves:1", night)).toEqual([]);
    await said(mod, "/settings bot:on");
    expect(await said(ann, "/dream octaves:1")).toEqual([]);
    await quiet();
    expect(engine.runs).toHaveLength(2);
  });

  it("means nothing by reactions, and no button starts anything; what is there can be deleted", async () => {
    const { chat, said, engine, quiet } = await open();
    await chat.say(ann, "/dream octaves:1");
    await quiet();
    const shown = chat.in("channel").at(-1);
    if (!shown) throw new Error("no result");
    await said(mod, "/settings art:on bot:off");
    const photo = chat.share(ann, [{ bytes: await picture(20, 20), name: "p.png", type: "image/png" }]);
    await chat.reactTo(ann, photo, "👁");
    await chat.reactTo(ann, shown, "🔁");
    expect(chat.unwanted).toBe(2);
    await chat.press(ann, shown, "again");
    expect(chat.ephemeral.at(-1)?.text).toBe(OFF);
    await said(ann, `/report ${/job `(\w+)`/.exec(shown.content.text)?.[1]}`);
    expect(chat.ephemeral.at(-1)?.text).toMatch(/^The moderators here have no channel for reports/);
    await chat.press(ann, shown, "delete");
    expect(shown.removed).toBe(true);
    await quiet();
    expect(engine.runs).toHaveLength(1);
  });

  it("ends a vote that was open there with the sentence, unpainted", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
    const { chat, said, engine } = await open();
    await chat.say(ann, "/blend vote minutes:60", { attachments: [source(await picture(20, 20))] });
    const vote = chat.in("channel").at(-1);
    if (!vote) throw new Error("no vote");
    await chat.reactTo(ann, vote, winter);
    await said(mod, "/settings bot:off");
    await chat.press(mod, vote, "paint");
    expect(chat.ephemeral.at(-1)?.text).toBe(OFF);
    vi.advanceTimersByTime(3_600_000);
    await chat.until(() => vote.content.text.includes(`**The vote is over.** ${OFF}`));
    expect(engine.runs).toEqual([]);
  });

  it("is every channel but those that are switched on, where that is said for the whole community", async () => {
    const { said, engine, quiet } = await open();
    await said(mod, "/settings bot:off everywhere:yes");
    await said(mod, "/settings bot:on", night);
    expect(await said(ann, "/dream")).toEqual([OFF]);
    expect(await said(ann, "/dream octaves:1", night)).toEqual([]);
    await quiet();
    expect(engine.runs).toHaveLength(1);
    await said(mod, "/settings reset bot everywhere:yes");
    expect(await said(ann, "/dream octaves:1")).toEqual([]);
    const log = (await said(mod, "/moderate log")).join().split("\n").slice(1);
    expect(log.map((line) => line.replace(/^· [\d: -]+ · /, ""))).toEqual([
      "Mo changed settings of the whole community (bot reset)",
      "Mo changed settings of #night (bot on)",
      "Mo changed settings of the whole community (bot off)",
    ]);
  });

  it("is known to adapters before they ask their platform anything", async () => {
    const { handlers, said } = await open();
    const refuses = (name: string, id = "ann", channel = art) => handlers.refuses?.({ name, user: { id }, channel });
    expect(refuses("dream")).toBe(false);
    await said(mod, "/settings bot:off");
    await said(mod, "/moderate bar @Ann");
    expect([refuses("dream", "ben"), refuses("settings", "ben"), refuses("Dream", "ben", night)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(refuses("dream", "ann", night)).toBe(true);
    // In a channel where it is off these alone are answered.
    const answered = handlers.commands.map(({ name }) => name).filter((name) => !refuses(name, "ben"));
    expect(new Set(answered)).toEqual(new Set(["help", "settings", "moderate", "report", "cancel"]));
  });
});
