import { describe, expect, it } from "vitest";
import type { EngineResult } from "../../src/engine/process/engine.js";
import { ann, art, ben, mod, source } from "../fakes/chat.js";
import { FakeEngine, picture } from "../fakes/engine.js";
import { studio } from "../fakes/studio.js";

const cat = { id: "cat", name: "Cat", moderator: false };
const LINE = "/teach name:moths from:hearts";
const taught: NonNullable<EngineResult["taught"]> = { file: Buffer.from("a layer").toString("base64"), preference: 42 };

type Studio = Awaited<ReturnType<typeof studio>>;

/** Has somebody make a work that people have hearted. */
async function work({ chat, engine, quiet }: Pick<Studio, "chat" | "engine" | "quiet">, who: typeof ann) {
  await chat.say(who, "/dream picture:none");
  await (await engine.next()).finish();
  await quiet();
  const final = chat.messages.findLast(({ key }) => key?.endsWith(" final")) ?? expect.fail();
  await chat.reactTo(mod, final, "❤️");
  return { final, job: final.key?.slice(0, 8) ?? "" };
}

/** A channel with six hearted works: two by Ann, three by Ben, one by Cat. */
async function hearted(options: Parameters<typeof studio>[0] = {}) {
  const open = await studio(options);
  const works = [];
  for (const who of [ann, ann, ben, ben, ben, cat]) works.push(await work(open, who));
  return { ...open, works };
}

/** The same, and Ann has asked. */
async function asked(line = LINE) {
  const open = await hearted();
  const { chat } = open;
  await chat.say(ann, line);
  const message = chat.in("channel").at(-1) ?? expect.fail();
  const says = (pattern: RegExp) => chat.until(() => pattern.test(message.content.text), String(pattern));
  const told = () => chat.ephemeral.at(-1)?.text;
  const press = async (who: typeof ann, verb: string) => {
    await chat.press(who, message, verb);
    return told();
  };
  return { ...open, message, says, press, told };
}

const lessons = ({ engine }: Pick<Studio, "engine">) => engine.runs.filter(({ request }) => request.recipe === "teach");

describe("/teach from:hearts", () => {
  it("asks those whose works they are, shows the works, and learns from those of who says yes", async () => {
    const open = await asked();
    const { chat, engine, message, press, says, quiet, store } = open;
    expect(message.content.text).toContain(
      "**Ann would like to teach a look, moths, from these 6 works with hearts.**",
    );
    expect(message.content.text).toMatch(/May it learn from yours, (Ben and Cat|Cat and Ben)\?/);
    expect(message.content.mention?.map(({ id }) => id).sort()).toEqual(["ben", "cat"]);
    expect(message.pictures[0]?.description).toContain("by Cat");
    expect(message.content.buttons?.map(({ label }) => label)).toEqual([
      "Yes, learn from mine",
      "No",
      "Begin now",
      "Cancel",
    ]);
    expect(lessons(open)).toHaveLength(0);
    expect(await press(ben, "agree")).toContain("moths may learn from your works");
    await says(/Yes: Ben\./);
    expect(message.pictures).toHaveLength(1);
    expect(await press(cat, "decline")).toContain("will not learn from your works");
    const run = await engine.next();
    expect(run.request).toMatchObject({ recipe: "teach", params: { name: "moths" } });
    expect(Object.keys(run.request.pictures)).toHaveLength(5);
    await says(/Yes: Ben\. No: Cat\.\nIt is being taught, as job `/);
    expect(message.content.buttons).toBeUndefined();
    await run.finish({ taught });
    await quiet();
    expect(chat.in("thread").at(-1)?.content.text).toContain("Picture by Ben");
    const makers = [{ id: "ben", name: "Ben" }];
    const lesson = store.jobs.get(/job `(\w{8})`/.exec(message.content.text)?.[1] ?? "");
    expect(lesson?.result).toMatchObject({ network: expect.any(String) });
    expect(lesson?.result).not.toHaveProperty("taught");
    expect(store.looks.list(art)).toEqual([expect.objectContaining({ name: "moths", pictures: 5, makers })]);
    await chat.say(cat, "/dream look:moths picture:none");
    await (await engine.next()).finish();
    await quiet();
    expect(chat.in("thread").at(-1)?.content.text).toContain("Look moths by Ann and Ben");
    await chat.act(ben, "lesson:agree", message);
    expect(chat.ephemeral.at(-1)?.text).toContain("Nobody is being asked about this look any more");
    expect(chat.violations).toEqual([]);
  });

  it("takes the answer of who is quicker than the chat's word that the question is posted", async () => {
    const open = await hearted();
    const { chat, engine } = open;
    const pressed: Promise<void>[] = [];
    chat.shown = async ({ text }) => {
      if (!text.includes("would like to teach")) return;
      const message = chat.in("channel").at(-1) ?? expect.fail();
      pressed.push(chat.press(ben, message, "agree"), chat.press(cat, message, "decline"));
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    };
    await chat.say(ann, LINE);
    await Promise.all(pressed);
    expect(chat.ephemeral.map(({ text }) => text).join()).not.toContain("any more");
    expect((await engine.next()).request).toMatchObject({ recipe: "teach", params: { name: "moths" } });
  });

  it("teaches nothing where too few agree, and a later answer counts in place of an earlier one", async () => {
    const open = await asked();
    const { press, says } = open;
    await press(ben, "agree");
    await press(ben, "decline");
    await says(/Ann asked whether a look, moths.*\nNo: Ben\.\nA look needs 5 works, and only 2 may be learnt from, so/);
    await open.quiet();
    expect(lessons(open)).toHaveLength(0);
    // The channel is free for another one.
    await open.chat.say(ann, LINE);
    expect(open.chat.in("channel").at(-1)?.content.text).toContain("would like to teach");
  });

  it("begins sooner or is cancelled by who asked and by moderators alone", async () => {
    const open = await asked("/teach name:moths from:hearts minutes:30");
    const { chat, press, says, engine, message, told } = open;
    expect(message.content.text).toMatch(/at the latest after 30 min, at \d\d:\d\d UTC/);
    expect(await press(mod, "agree")).toContain("Your answer is not needed");
    expect(await press(ann, "agree")).toContain("Your answer is not needed");
    expect(await press(cat, "begin")).toContain("only Ann and moderators can begin or cancel");
    expect(await press(cat, "cancel")).toContain("only Ann and moderators can begin or cancel");
    expect(await press(ann, "begin")).toContain("only 2 may be learnt from so far");
    await chat.say(ben, "/teach name:owls from:hearts");
    expect(told()).toContain("asked about another look already, by Ann");
    await press(ben, "agree");
    await press(ann, "begin");
    expect((await engine.next()).request.recipe).toBe("teach");
    await says(/It is being taught/);

    const other = await asked();
    await other.press(ben, "agree");
    await other.press(mod, "cancel");
    await other.says(/Cancelled by Mo\./);
    expect(lessons(other)).toHaveLength(0);
  });

  it("leaves out, in the end, who has opted out since, deleted a work, or not answered", async () => {
    const open = await asked();
    const { chat, press, engine, works, store, says } = open;
    await press(ben, "agree");
    await chat.say(ben, "/settings optout");
    expect(await press(ann, "begin")).toContain("only 2 may be learnt from so far");
    await chat.say(ben, "/settings optin");
    store.jobs.remove([works[2]?.job ?? ""]);
    expect(await press(ann, "begin")).toContain("only 4 may be learnt from so far");
    await press(cat, "agree");
    const run = await engine.next();
    expect(Object.keys(run.request.pictures)).toHaveLength(5);
    await says(/Yes: (Ben and Cat|Cat and Ben)\./);
  });

  it("leaves out works of people who have opted out, and those that were made from their photos", async () => {
    const open = await hearted();
    const { chat, engine, quiet, store } = open;
    await chat.say(ben, "/dream", { attachments: [{ ...source(await picture(40, 30)), author: cat }] });
    await (await engine.next()).finish();
    await quiet();
    const final = chat.messages.findLast(({ key }) => key?.endsWith(" final")) ?? expect.fail();
    await chat.reactTo(mod, final, "❤️");
    await chat.say(cat, "/settings optout");
    await chat.say(ann, LINE);
    const message = chat.in("channel").at(-1);
    expect(message?.content.text).toContain("from these 5 works");
    expect(message?.content.mention).toEqual([{ id: "ben", name: "Ben" }]);
    expect(store.interactiveMessages.list("lesson")).toHaveLength(1);
  });

  it("begins at once with the author's own works, and asks nobody", async () => {
    const open = await studio();
    for (let i = 0; i < 5; i++) await work(open, ann);
    await open.chat.say(ann, LINE);
    const run = await open.engine.next();
    expect(Object.keys(run.request.pictures)).toHaveLength(5);
    expect(open.chat.messages.some(({ content }) => content.text.includes("would like to teach"))).toBe(false);
    await run.finish({ taught });
    await open.quiet();
    expect(open.store.looks.list(art)).toEqual([expect.objectContaining({ makers: [] })]);
  });

  it("goes on after a stop: who agreed is not asked again, and what is over its time begins", async () => {
    const first = await asked();
    await first.press(ben, "agree");
    const [lesson] = first.store.interactiveMessages.list("lesson");
    if (!lesson) return expect.fail();
    first.store.interactiveMessages.put({ ...lesson, expiresAt: Date.now() - 1 });
    await first.close();
    const engine = new FakeEngine();
    const second = await studio({ dir: first.dir, chat: first.chat, engine });
    const run = await engine.next();
    expect(Object.keys(run.request.pictures)).toHaveLength(5);
    await first.says(/Yes: Ben\.\nIt is being taught/);
    await run.finish({ taught });
    await second.quiet();
    expect(second.store.looks.list(art)).toHaveLength(1);
  });

  it("begins once where the program stopped in between, before the job or after it", async () => {
    const first = await asked();
    await first.press(ben, "agree");
    const [lesson] = first.store.interactiveMessages.list("lesson");
    if (!lesson) return expect.fail();
    // The job's id is on disk, and there is no such job yet.
    first.store.interactiveMessages.put({ ...lesson, payload: { ...lesson.payload, job: "7KQ4M9XA" } });
    await first.close();
    const engine = new FakeEngine();
    const second = await studio({ dir: first.dir, chat: first.chat, engine });
    const run = await engine.next();
    expect(run.request.job).toBe("7KQ4M9XA");
    await run.finish({ taught });
    await second.quiet();
    // It has been taught, and the message does not say so yet.
    second.store.interactiveMessages.put({ ...lesson, payload: { ...lesson.payload, job: "7KQ4M9XA" } });
    first.message.content = { text: "still open" };
    await second.close();
    const third = await studio({ dir: first.dir, chat: first.chat });
    await first.says(/It is being taught, as job `7KQ4M9XA`/);
    await third.quiet();
    expect(third.engine.runs).toHaveLength(0);
  });

  it("keeps the answers where it cannot begin, and begins when that is mended", async () => {
    const open = await asked();
    const { chat, engine, press, says, quiet, message } = open;
    const owls = await Promise.all([1, 2, 3, 4, 5].map(async (i) => source(await picture(40 + i, 30))));
    await chat.say(mod, "/teach name:moths", { attachments: owls });
    const other = await engine.next();
    await press(ben, "agree");
    await press(cat, "agree");
    await says(/\*\*It could not begin\.\*\* A look moths is being taught right now/);
    expect(message.content.text).toMatch(/Yes: (Ben and Cat|Cat and Ben)\./);
    expect(await press(ann, "begin")).toContain("being taught right now");
    await other.finish();
    await quiet();
    await press(ann, "begin");
    const run = await engine.next();
    expect(Object.keys(run.request.pictures)).toHaveLength(6);
    await says(/It is being taught/);
  });

  it("teaches nothing for who is barred meanwhile, and says so to all", async () => {
    const open = await asked();
    await open.press(ben, "agree");
    await open.chat.say(mod, "/moderate bar who:@Ann");
    await open.press(cat, "agree");
    await open.says(/The moderators have barred Ann from using me, so nothing is taught/);
    await open.quiet();
    expect(lessons(open)).toHaveLength(0);
  });

  it("says in one sentence what is wrong", async () => {
    const open = await studio();
    const told = async (line: string, extra: Parameters<typeof open.chat.say>[2] = {}) => {
      await open.chat.say(ann, line, extra);
      return open.chat.ephemeral.at(-1)?.text;
    };
    expect(await told(LINE)).toMatch(/5 works with hearts or more.*In this channel there are none\.$/);
    await work(open, ann);
    expect(await told(LINE)).toContain("there is only 1.");
    expect(await told("/teach name:moths minutes:5")).toContain("minutes is for works with hearts");
    expect(await told("/teach from:hearts")).toContain("Give the look a name");
    expect(await told("/teach name:creatures from:hearts")).toContain("comes with the program");
    const attachments = [source(await picture())];
    expect(await told(LINE, { attachments })).toContain("not both");
  });
});

describe("a look taught from somebody's works", () => {
  async function lent() {
    const open = await asked();
    await open.press(ben, "agree");
    await open.press(cat, "decline");
    const run = await open.engine.next();
    return { ...open, run };
  }

  it("goes when they have their data deleted, which waits for the lesson; the opt-out says that it stays", async () => {
    const { chat, run, quiet, store, told } = await lent();
    await chat.say(ben, "/settings mydata delete confirm:yes");
    expect(told()).toContain("A look is being taught from works of yours right now");
    await run.finish({ taught });
    await quiet();
    await chat.say(ben, "/settings optout");
    expect(told()).toContain("stay too: moths. `/teach remove moths` removes one.");
    await chat.say(cat, "/settings optout");
    expect(told()).not.toContain("moths");
    await chat.say(ben, "/settings mydata");
    expect(told()).toContain("1 look that others have taught from your works, as you agreed: moths");
    await chat.say(ben, "/settings mydata delete");
    expect(told()).toContain("Looks that you have taught, or that others have taught from your works, go too: moths.");
    await chat.say(ben, "/settings mydata delete confirm:yes");
    expect(store.looks.list(art)).toEqual([]);
  });

  it("is removed by them, and by nobody who said no", async () => {
    const { chat, run, quiet, store, told } = await lent();
    await run.finish({ taught });
    await quiet();
    await chat.say(cat, "/teach remove moths");
    expect(told()).toContain("only Ann, Ben and moderators can remove it");
    await chat.say(ben, "/teach remove moths");
    expect(told()).toContain("The look moths is removed");
    expect(store.looks.list(art)).toEqual([]);
    expect(store.acts.of(art, 5)).toEqual([]);
  });
});
