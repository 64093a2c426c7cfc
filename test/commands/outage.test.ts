import { describe, expect, it } from "vitest";
import { loadBuiltInStyles } from "../../src/commands/styles/built-in-styles.js";
import { ChatError, type ChatErrorKind } from "../../src/port/chat-error.js";
import { ann, ben, FakeChat, mod, source } from "../fakes/chat.js";
import { FakeEngine, picture } from "../fakes/engine.js";
import { studio } from "../fakes/studio.js";

const emoji = loadBuiltInStyles().find(({ name }) => name === "winter")?.emoji ?? "";
const out = (kind: ChatErrorKind = "unavailable") => new ChatError(kind, { message: "The platform is out." });
const dream = "/dream octaves:1 picture:none";

/** A chat that is out from `down()` to `up()`. */
async function scene(engine = new FakeEngine()) {
  const open = await studio({ engine, chat: new FakeChat({ editIntervalMs: 1 }) });
  const { chat, app } = open;
  const down = (kind: "unavailable" | "timeout" | "rate-limited" = "unavailable") => {
    chat.fault = () => out(kind);
  };
  const up = () => {
    chat.fault = () => undefined;
  };
  const owes = () => chat.until(() => app.debts.count("fake") > 0, "something that is owed");
  const paid = () => chat.until(() => app.debts.count("fake") === 0, "nothing that is owed");
  const texts = () => chat.messages.map(({ content }) => content.text);
  const finals = () => texts().filter((text) => text.includes("Your picture is ready"));
  return { ...open, engine, down, up, owes, paid, texts, finals };
}

describe("after an outage of its chat, without a restart", () => {
  it.each(["unavailable", "timeout", "rate-limited"] as const)(
    "a job's final picture is posted once, and its messages are brought up to date (%s)",
    async (kind) => {
      const { chat, engine, down, up, owes, paid, finals, quiet, store, texts } = await scene();
      await chat.say(ann, dream);
      const run = await engine.next();
      await chat.until(() => chat.in("thread").length > 0);
      down(kind);
      await run.finish();
      await quiet();
      await owes();
      expect(finals()).toEqual([]);
      const [owed] = store.jobs.unnotified();
      expect(owed).toMatchObject({ state: "done" });
      up();
      await chat.until(() => finals().length > 0);
      await chat.until(() => store.jobs.unnotified().length === 0);
      await paid();
      expect(finals()).toHaveLength(1);
      expect(chat.in("channel").map(({ content }) => content.text)).toEqual([expect.stringContaining("Done in")]);
      expect(chat.in("channel")[0]?.content.buttons?.map(({ id }) => id.split(":")[1])).toContain("again");
      expect(texts().filter((text) => text.includes("Your picture"))).toHaveLength(1);
    },
  );

  it("only the last words are said where the picture had been posted", async () => {
    const { chat, engine, up, owes, paid, finals, store } = await scene();
    await chat.say(ann, dream);
    const run = await engine.next();
    chat.fault = (call) => (call === "edit" ? out() : undefined);
    await run.finish();
    await chat.until(() => finals().length > 0);
    await owes();
    up();
    await chat.until(() => store.jobs.unnotified().length === 0);
    await paid();
    expect(finals()).toHaveLength(1);
    expect(chat.in("channel")[0]?.content.text).toContain("Done in");
  });

  it("it is told what was cancelled, and what failed", async () => {
    const { chat, engine, down, up, owes, paid, queue, store, texts } = await scene();
    await chat.say(ann, dream);
    await chat.say(ben, dream);
    const run = await engine.next();
    const [first, second] = queue.positions().map(({ job }) => job.id);
    await chat.until(() => chat.in("channel").length === 2 && chat.in("thread").length > 0);
    down();
    queue.cancel(second ?? "", { by: "person", name: "Ben" });
    run.fail("internal");
    await chat.until(() => store.jobs.unnotified().length === 2);
    await owes();
    up();
    await chat.until(() => store.jobs.unnotified().length === 0);
    await paid();
    expect(store.jobs.get(first ?? "")?.state).toBe("failed");
    const said = chat.in("channel").map(({ content }) => content.text);
    expect(said).toEqual([expect.stringContaining("failed"), expect.stringContaining("Cancelled by Ben")]);
    expect(texts().filter((text) => text.includes("Cancelled by Ben"))).toHaveLength(1);
  });

  it.each(["painted", "cancelled", "without votes"])("a vote's end is shown (%s)", async (how) => {
    const { chat, engine, handlers, down, up, owes, paid, quiet, store } = await scene(
      new FakeEngine({ automatic: true }),
    );
    await chat.say(ann, "/blend vote", { attachments: [source(await picture(40, 30))] });
    const [message] = chat.in("channel");
    const [vote] = store.interactiveMessages.list("vote");
    if (!message || !vote) throw new Error("no vote");
    if (how !== "without votes") await chat.reactTo(ben, message, emoji);
    down();
    if (how === "without votes") {
      // It ends only where what was reacted before could be read.
      chat.fault = (call) => (call === "reactions" ? undefined : out());
      store.interactiveMessages.put({ ...vote, expiresAt: Date.now() });
      handlers.resume();
    } else await chat.press(mod, message, how === "painted" ? "paint" : "cancel");
    await owes();
    // What was decided stays decided.
    await chat.reactTo(ann, message, emoji);
    expect(message.content.text).not.toContain("The vote is over");
    up();
    await chat.until(() => message.content.text.startsWith("**The vote is over"));
    await paid();
    await quiet();
    expect(store.interactiveMessages.list("vote")).toEqual([]);
    expect(engine.runs).toHaveLength(how === "painted" ? 1 : 0);
    if (how === "cancelled") expect(message.content.text).toContain("Cancelled by Mo");
  });

  it("what was chosen on a palette is painted", async () => {
    const { chat, engine, down, up, owes, paid, quiet } = await scene(new FakeEngine({ automatic: true }));
    await chat.say(ann, "/stylize", { attachments: [source(await picture(40, 30))] });
    const [palette] = chat.in("channel");
    if (!palette) throw new Error("no palette");
    down();
    await chat.reactTo(ann, palette, emoji);
    await owes();
    expect(engine.runs).toHaveLength(0);
    up();
    await chat.until(() => engine.runs.length > 0);
    await paid();
    await quiet();
    expect(engine.runs.map(({ request }) => request.recipe)).toEqual(["stylize"]);
  });
});

it("a frame that is refused for good is the last one tried; the final picture is tried all the same", async () => {
  const { chat, quiet, finals } = await scene(new FakeEngine({ automatic: true }));
  let refused = 0;
  chat.fault = (call, { content }) => {
    if (call !== "post" || !/^Octave \d of/.test(content?.text ?? "") || !content?.pictures) return undefined;
    refused += 1;
    return new ChatError("forbidden", { message: "No files here." });
  };
  await chat.say(ann, "/dream octaves:4 picture:none");
  await quiet();
  expect([refused, finals().length]).toEqual([1, 1]);
});

describe("a debt", () => {
  it("is not paid again where it is refused for good", async () => {
    const { app, chat, engine, down, owes, paid, store, quiet } = await scene();
    await chat.say(ann, dream);
    const run = await engine.next();
    down();
    await run.finish();
    await quiet();
    await owes();
    let asked = 0;
    chat.fault = () => {
      asked += 1;
      return new ChatError("forbidden", { message: "No." });
    };
    await paid();
    await app.presenter.idle();
    const before = asked;
    await quiet();
    expect(asked).toBe(before);
    // It stays owed all the same: what forbids it may have changed by the next start.
    expect(store.jobs.unnotified()).toHaveLength(1);
  });

  it("waits for the next start when the program stops, which then pays it", async () => {
    const { chat, engine, down, up, owes, close, quiet, dir, finals } = await scene();
    await chat.say(ann, dream);
    const run = await engine.next();
    down();
    await run.finish();
    await quiet();
    await owes();
    await close();
    up();
    const next = await studio({ chat, dir });
    await next.queue.recover((job) => next.app.presenter.reopen(job, [chat], async () => true));
    await next.app.presenter.idle();
    expect(finals()).toHaveLength(1);
    expect(next.store.jobs.unnotified()).toEqual([]);
  });
});
