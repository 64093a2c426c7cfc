import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { parseLine } from "../../src/commands/parsing/command-line.js";
import { readValues } from "../../src/commands/parsing/read-values.js";
import type { ChannelRef } from "../../src/domain/model.js";
import { ChatError } from "../../src/port/chat-error.js";
import { ann, art, ben, type FakeMessage, mod, source } from "../fakes/chat.js";
import { FakeEngine, picture } from "../fakes/engine.js";
import { studio } from "../fakes/studio.js";

const unhandled: unknown[] = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));
afterAll(() => expect(unhandled).toEqual([]));

const texts = (messages: readonly FakeMessage[]) => messages.map((message) => message.content.text);

describe("a dream in a chat", () => {
  it("shows each octave, the progress between them, and the final picture in thread and channel", async () => {
    const { chat, engine, quiet } = await studio();
    const photo = await picture(40, 30);
    await chat.say(ann, "/dream size:256 octaves:3 seed:7", { attachments: [source(photo)] });
    const run = await engine.next();
    expect(run.request).toEqual({
      job: expect.stringMatching(/^[0-9A-Z]{8}$/),
      recipe: "dream",
      params: {
        look: "creatures",
        size: 256,
        octaves: 3,
        octaveScale: 1.4,
        steps: 10,
        strength: 1,
        seed: 7,
        network: "resnet50",
      },
      pictures: { image: photo },
    });
    const channel = await chat.until(() => chat.in("channel")[0]);
    expect(channel.content.text).toContain("**Dream of creatures** for Ann");
    expect(channel.content.buttons?.map((button) => button.label)).toEqual(["Cancel"]);
    const progress = await chat.until(() => chat.in("thread").find((message) => message.content.progress));
    for (let octave = 1; octave <= 3; octave++) {
      await run.preview(octave, 5);
      await chat.until(() =>
        progress.edits.some((edit) => edit.text.startsWith(`Octave ${octave} of 3, step 5 of 10`)),
      );
      await run.octave(octave);
    }
    await run.finish();
    await quiet();

    const thread = chat.in("thread");
    expect(texts(thread).slice(1, 4)).toEqual([
      "Octave 1 of 3 · 16 × 12",
      "Octave 2 of 3 · 32 × 24",
      "Octave 3 of 3 · 64 × 48",
    ]);
    for (const message of thread.slice(1, 4)) expect(message.pictures).toHaveLength(1);
    const final = thread.at(-1);
    expect(final?.content.mention).toEqual([{ id: ann.id, name: ann.name }]);
    expect(final?.content.text).toContain(
      "/dream look:creatures size:256 octaves:3 octave-scale:1.4 steps:10 strength:1 seed:7 network:resnet50",
    );
    expect(final?.content.text).toMatch(/took \d+\.\d s/);
    expect((await sharp(final?.pictures[0]?.bytes).metadata()).width).toBe(64);
    expect(channel.pictures).toHaveLength(1);
    expect(channel.content.buttons?.map((button) => button.label).slice(-2)).toEqual(["Again", "Delete"]);
    expect(progress.content.progress?.value).toBe(1);
    expect(progress.pictures).toEqual([]);
    expect(chat.violations).toEqual([]);
  });

  it("says what neurons stand for, on a sheet that was searched for as well", async () => {
    const { chat, engine, store, quiet } = await studio();
    await chat.say(ann, "/neurons find:Peacocks");
    const run = await engine.next();
    expect(run.request).toMatchObject({ recipe: "grid", params: { find: "peacock" } });
    const labels = [{ name: "peacock", deviations: 12.1 }];
    const meanings = { layer: "activation_48", channels: [{ channel: 992, labels }], others: false };
    await run.finish({ meanings });
    await quiet();
    expect(chat.in("thread").at(-1)?.content.text).toContain(
      "\nWhat neurons of activation_48 stand for: 992: peacock.\n",
    );
    expect(chat.in("channel")[0]?.content.text).toContain("**Neurons of resnet50 for peacock**");
    expect(store.jobs.get(run.request.job ?? "")?.result?.meanings).toEqual(meanings);
  });

  it("becomes what a word says, and tells what was seen before and after, by whom", async () => {
    const { chat, engine, store, quiet } = await studio();
    await chat.say(ann, "/dream into:Peacocks", { attachments: [source(await picture(40, 30))] });
    const run = await engine.next();
    expect(run.request.params).toMatchObject({ into: "peacock", octaves: 8, octaveScale: 1.5, steps: 18 });
    expect(run.request.params).not.toHaveProperty("look");
    const seen = [
      { network: "resnet50", before: { name: "alp", probability: 0.913 }, after: { name: "peacock", probability: 1 } },
      {
        network: "googlenet",
        before: { name: "valley", probability: 0.5 },
        after: { name: "peacock", probability: 0.97 },
      },
    ];
    await run.finish({ seen });
    await quiet();
    expect(chat.in("channel")[0]?.content.text).toContain("**Dream into peacock** for Ann");
    const final = chat.in("thread").at(-1)?.content.text;
    const told = "alp → peacock, 100%; googlenet, which did not dream this, sees peacock, 97%";
    expect(final).toContain(`\n${told}\n`);
    expect(chat.in("channel")[0]?.content.text).toMatch(new RegExp(`\n${told}$`));
    expect(final).toContain("/dream into:peacock size:512 octaves:8 octave-scale:1.5 steps:18");
    expect(store.jobs.get(run.request.job ?? "")?.result?.seen).toEqual(seen);
  });

  it.each([
    [
      "/dream into:pecock",
      "`into:pecock` is not possible: into must be things that the network knows. Did you mean peacock?",
    ],
    ["/dream into:xqzwv", "into must be things that the network knows, such as dogs, cats, big cats, wolves or castle"],
  ])("refuses a word that means nothing, and names the nearest: %s", async (line, said) => {
    const { chat, quiet } = await studio();
    await chat.say(ann, line, { attachments: [source(await picture(40, 30))] });
    await quiet();
    expect(chat.ephemeral.at(-1)?.text).toContain(said);
  });

  it("prints a line that makes the same job again", async () => {
    const { chat, engine, app, quiet } = await studio();
    await chat.say(ann, '/dream layers:"activation_36:1.5 activation_30" strength:0,6 octave-scale:1.7 picture:none');
    const run = await engine.next();
    await run.finish();
    await quiet();
    const line = /```\n(.*)\n```/.exec(chat.in("thread").at(-1)?.content.text ?? "")?.[1] ?? "";
    const parsed = parseLine(line);
    if (!parsed.ok) throw new Error(parsed.problem);
    // It was begun from noise, which the line says as well.
    expect(readValues(app.registry.find(parsed.value.name), parsed.value.arguments)).toEqual({
      ...run.request.params,
      picture: "none",
    });
    expect(run.request.params.layers).toBe("activation_36:1.5 activation_30:1");
  });

  it("drops stale previews, keeps to the budget, and never has two edits of a message under way", async () => {
    const { chat, engine, quiet } = await studio();
    await chat.say(ann, "/dream");
    const run = await engine.next();
    const progress = await chat.until(() => chat.in("thread").find((message) => message.content.progress));
    const steps = Array.from({ length: 60 }, (_, i) => i + 1);
    for (let done = 0; done < steps.length; done += 20) await run.previews(1, steps.slice(done, done + 20));
    await chat.until(() => progress.edits.some((edit) => edit.text.includes("step 60 ")));
    expect(progress.edits.length).toBeLessThan(20);
    await run.finish();
    await quiet();
    expect(chat.violations).toEqual([]);
  });

  it("shows the place in line, and moves people up", async () => {
    const { chat, engine, quiet } = await studio();
    for (const user of [ann, ben, mod]) await chat.say(user, "/dream size:256");
    const third = await chat.until(() => chat.in("channel").find((message) => message.content.text.includes("for Mo")));
    expect(third.content.text).toMatch(/2nd in line, starts in about \d+ s, takes about \d+ s/);
    await (await engine.next()).finish();
    await chat.until(() => third.content.text.includes("1st in line"));
    expect(third.edits.map(({ passing }) => passing)).not.toContain(undefined);
    await (await engine.next()).finish();
    await (await engine.next()).finish();
    await quiet();
    expect(third.edits.at(-1)).not.toHaveProperty("passing");
    expect(chat.in("channel").every((message) => message.pictures.length === 1)).toBe(true);
    expect(chat.violations).toEqual([]);
  });

  it("tells a crash, tries again, and in the end gives up in a sentence; the next job runs", async () => {
    const { chat, engine, quiet } = await studio();
    await chat.say(ann, "/dream");
    await chat.say(ben, "/dream");
    (await engine.next()).fail("crashed");
    await chat.until(() =>
      texts(chat.in("thread")).some((text) => text.includes("crashed on this picture; trying again")),
    );
    for (let time = 2; time <= 3; time++) (await engine.next()).fail("crashed");
    const run = await engine.next();
    await run.finish();
    await quiet();
    const [first, second] = chat.in("channel");
    expect(first?.content.text).toContain("crashed on this picture again and again");
    expect(second?.content.text).toContain("Done in");
  });

  it("tells in the engine's own sentence why a picture cannot be used", async () => {
    const { chat, engine, quiet } = await studio();
    await chat.say(ann, "/dream");
    (await engine.next()).fail("input", "The picture is broken.");
    await quiet();
    expect(engine.runs).toHaveLength(1);
    expect(chat.in("thread").at(-1)?.content.text).toBe("The picture is broken.");
    expect(chat.in("channel")[0]?.content.text).toContain("The picture is broken.");
  });

  it("is cancelled in the middle of an octave, by its author only", async () => {
    const { chat, engine, quiet } = await studio();
    await chat.say(ann, "/dream");
    const run = await engine.next();
    await run.octave(1);
    const message = await chat.until(() => chat.in("channel")[0]);
    await chat.press(ben, message, "cancel");
    expect(chat.ephemeral).toEqual([{ user: ben, text: "This is Ann's; only they and moderators can cancel it." }]);
    expect(run.options.signal.aborted).toBe(false);
    await chat.press(ann, message, "cancel");
    await quiet();
    expect(run.options.signal.aborted).toBe(true);
    expect(message.content.text).toContain("Cancelled by Ann.");
    expect(message.content.buttons?.map((button) => button.label)).toEqual(["Again", "Delete"]);
  });

  it("is cancelled before it was even announced", async () => {
    const { chat, queue, quiet } = await studio();
    chat.fault = (call) => {
      const [running] = queue.positions();
      if (call !== "reply" || !running) return undefined;
      // Its end is told when it is on the disk.
      const cancelled = new Promise<void>((resolve) => queue.on("cancelled", () => resolve()));
      queue.cancel(running.job.id, { by: "person", name: "Ann" });
      return cancelled;
    };
    await chat.say(ann, "/dream picture:none");
    await quiet();
    expect(texts(chat.in("thread"))).toEqual(["Cancelled by Ann."]);
    expect(chat.in("thread")[0]?.edits).toEqual([]);
    expect(chat.in("channel")[0]?.content.text).toContain("Cancelled by Ann.");
  });

  it("goes on in the channel when the thread was deleted", async () => {
    const { chat, engine, quiet } = await studio();
    await chat.say(ann, "/dream octaves:2");
    const run = await engine.next();
    await chat.until(() => chat.in("thread").length > 0);
    for (const thread of chat.threads.keys()) chat.closeThread(thread);
    for (const message of chat.in("thread")) message.removed = true;
    await run.preview(1, 5);
    await run.octave(1);
    await run.finish();
    await quiet();
    const said = texts(chat.in("channel"));
    expect(said.some((text) => text.includes("Your picture is ready"))).toBe(true);
    expect(said.filter((text) => text.startsWith("Octave"))).toEqual([]);
  });

  describe("in a thread that people have opened", () => {
    const thread = { ...art, thread: "private" };
    /** A job under way, in a thread that is deleted then. */
    const lost = async () => {
      const open = await studio();
      const { chat, engine } = open;
      chat.threads.set("private", { title: "between us", open: true });
      await chat.say(ann, "/dream octaves:2", { channel: thread });
      const run = await engine.next();
      await chat.until(() => chat.in("thread").length > 1);
      chat.closeThread("private");
      for (const message of chat.in("thread")) message.removed = true;
      return { ...open, run };
    };

    it.each([
      ["its picture", /Your picture is ready/, 1],
      ["why it failed", /The network is gone/, 0],
      ["that it was cancelled", /Cancelled by Ann/, 0],
    ])("%s goes to its author alone when that is gone, never to the channel", async (_what, text, pictures) => {
      const { chat, queue, store, quiet, run } = await lost();
      const [{ job } = expect.fail()] = queue.positions();
      if (pictures > 0) await run.finish();
      else if (/fail/.test(_what)) run.fail("internal", "The network is gone.");
      else queue.cancel(job.id, { by: "person", name: "Ann" });
      await quiet();
      expect(chat.in("channel")).toEqual([]);
      expect(chat.in("direct").map((message) => message.pictures.length)).toEqual([pictures]);
      const [told] = texts(chat.in("direct"));
      expect(told).toMatch(text);
      expect(told).toContain(`(\`${job.id}\`) where you asked for it`);
      expect(store.jobs.unnotified()).toEqual([]);
    });

    it("it stays owed where its author takes no messages either, until the next start", async () => {
      const { chat, store, quiet, run, close, dir } = await lost();
      chat.fault = (call) => (call === "tell" ? new ChatError("forbidden", { message: "No." }) : undefined);
      await run.finish();
      await quiet();
      expect([...chat.in("channel"), ...chat.in("direct")]).toEqual([]);
      expect(store.jobs.unnotified()).toHaveLength(1);
      await close();
      chat.fault = () => undefined;
      const next = await studio({ chat, dir });
      await next.queue.recover((job) => next.app.presenter.reopen(job, [chat], async () => true));
      await next.app.presenter.idle();
      expect(chat.in("channel")).toEqual([]);
      expect(texts(chat.in("direct"))).toEqual([expect.stringContaining("Your picture is ready")]);
      expect(next.store.jobs.unnotified()).toEqual([]);
    });

    it("its answer to the command shows the picture where the bot may not post any more", async () => {
      const { chat, engine, quiet } = await studio();
      chat.threads.set("private", { title: "between us", open: true });
      await chat.say(ann, "/dream octaves:2", { channel: thread });
      const run = await engine.next();
      chat.fault = (call) => (call === "post" ? new ChatError("forbidden", { message: "No." }) : undefined);
      await run.finish();
      await quiet();
      expect(chat.in("thread").filter((message) => /Your picture is ready/.test(message.content.text))).toHaveLength(1);
      expect([...chat.in("channel"), ...chat.in("direct")]).toEqual([]);
    });

    it("its work is told of in the thread; in the channel only how long it takes", async () => {
      const { chat, engine, quiet } = await studio();
      chat.info = { closed: true, restricted: false, ownMembers: true };
      chat.threads.set("private", { title: "between us", open: true });
      await chat.say(ann, "/dream octaves:2", { channel: thread });
      const run = await engine.next();
      const told = async (channel: ChannelRef) => {
        await chat.say(ben, "/queue", { channel });
        return chat.ephemeral.at(-1)?.text.split("\n")[0];
      };
      expect(await told(thread)).toMatch(/^▶ Dream of creatures, by Ann \(`\w{8}`\): running/);
      expect(await told(art)).toMatch(/^▶ A job in another channel or thread: running/);
      await run.finish();
      await quiet();
      // A thread may have its channel's name.
      await chat.say(ann, "/dream octaves:2", { attachments: [source(await picture(20, 20))] });
      await (await engine.next()).finish();
      await quiet();
      await chat.say(ann, "/settings mydata");
      expect(chat.ephemeral.at(-1)?.text).toContain("They are in #art (2)");
    });

    it("nobody is written to while it is only out", async () => {
      const { chat, engine, quiet } = await studio();
      chat.threads.set("private", { title: "between us", open: true });
      await chat.say(ann, "/dream octaves:2", { channel: thread });
      const run = await engine.next();
      const out = new ChatError("unavailable", { message: "Out." });
      chat.fault = (call) => (call === "post" || call === "reply" ? out : undefined);
      await run.finish();
      await quiet();
      expect([...chat.in("channel"), ...chat.in("direct")]).toEqual([]);
    });
  });

  it("is done again by anybody, deleted by its author only", async () => {
    const { chat, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
    await chat.say(ann, "/dream octaves:2 seed:7");
    await chat.until(() => chat.in("channel")[0]?.pictures.length === 1);
    await quiet();
    const [first] = chat.in("channel");
    if (!first) throw new Error("nothing was announced");
    await chat.press(ben, first, "again");
    const second = await chat.until(() =>
      chat
        .in("channel")
        .find((message) => message.content.text.includes("for Ben, a variation of") && message.pictures.length),
    );
    expect(second.content.text).not.toContain("seed:7 ");
    await quiet();
    await chat.press(ben, first, "delete");
    expect(chat.ephemeral.at(-1)?.text).toBe("This is Ann's; only they and moderators can delete it.");
    await chat.press(ann, first, "delete");
    expect(chat.messages.filter((message) => message.channel.thread === first.id && !message.removed)).toEqual([]);
    expect(chat.in("channel")).toEqual([second]);
    await chat.press(mod, second, "delete");
    expect(chat.messages.filter((message) => !message.removed)).toEqual([]);
  });

  it("is not done again where it could not be shown, but can be deleted there", async () => {
    const { chat, quiet, store } = await studio({ engine: new FakeEngine({ automatic: true }) });
    await chat.say(ann, "/dream octaves:1");
    await chat.until(() => chat.in("channel")[0]?.pictures.length === 1);
    await quiet();
    const [first] = chat.in("channel");
    if (!first) throw new Error("nothing was announced");
    chat.obstacle = "I can't post pictures here.";
    await chat.press(ben, first, "again");
    expect(chat.ephemeral).toMatchObject([{ text: chat.obstacle }]);
    await quiet();
    expect(store.jobs.since(0)).toHaveLength(1);
    await chat.press(ann, first, "delete");
    expect(chat.messages.filter((message) => !message.removed)).toEqual([]);
  });

  it("is in the place where it was asked for, also inside a thread", async () => {
    const { chat, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
    chat.threads.set("t", { title: "t", open: true });
    await chat.say(ann, "/dream octaves:1", { channel: { ...art, thread: "t" } });
    await chat.until(() => chat.messages.some((message) => message.content.text.includes("Done in")));
    await quiet();
    expect(chat.in("channel")).toEqual([]);
    // Both the answer and the last message are in this thread: one picture is enough.
    expect(
      chat.messages.flatMap((message) => message.pictures).filter((shown) => /^dream-\w+\.png$/.test(shown.name)),
    ).toHaveLength(1);
  });

  it("tells that a network is being fetched, until the first frame", async () => {
    const { chat, engine, app, quiet } = await studio();
    await chat.say(ann, "/dream octaves:1");
    const run = await engine.next();
    const progress = await chat.until(() => chat.in("thread").find((message) => message.content.progress));
    app.presenter.downloading({ network: "resnet50", received: 34_000_000, total: 95_000_000 });
    await chat.until(
      () => progress.content.text === "Fetching the network resnet50, which happens only once: 34 of 95 MB.",
    );
    await run.preview(1, 2);
    app.presenter.downloading({ network: "vgg19", received: 1, total: undefined });
    await chat.until(() => progress.content.text.startsWith("Octave 1 of 1, step 2"));
    await run.finish();
    await quiet();
    expect(progress.edits.some((edit) => edit.text.includes("vgg19"))).toBe(false);
  });
});
