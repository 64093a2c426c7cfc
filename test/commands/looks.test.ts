import sharp from "sharp";
import { describe, expect, it, vi } from "vitest";
import type { EngineResult } from "../../src/engine/process/engine.js";
import { encodeTrainedLayer } from "../../src/engine/training/trained-layer.js";
import { ann, art, ben, mod, source } from "../fakes/chat.js";
import { FakeEngine, picture } from "../fakes/engine.js";
import { studio } from "../fakes/studio.js";
import { waitFor } from "../support/wait-for.js";

const file = encodeTrainedLayer({
  version: 1,
  name: "moths",
  network: "resnet50",
  layer: "activation_21",
  inputs: 4,
  channels: 1,
  pictures: 5,
  seed: 1,
  weights: Float32Array.of(1, 2, 3, 4),
  biases: Float32Array.of(0),
});
const taught: NonNullable<EngineResult["taught"]> = { file: Buffer.from(file).toString("base64"), preference: 42 };

async function pictures(count: number, more: object = {}) {
  return Promise.all(
    Array.from({ length: count }, async (_, i) => ({ ...source(await picture(40 + i, 30)), ...more })),
  );
}

/** A studio in which Ann has taught moths. */
async function taughtStudio(options: Parameters<typeof studio>[0] = {}) {
  const open = await studio(options);
  const { chat, engine, quiet } = open;
  await chat.say(ann, "/teach name:moths", { attachments: await pictures(6) });
  const run = await engine.next();
  await run.finish({ taught });
  await quiet();
  return { ...open, run };
}

describe("/teach", () => {
  it("teaches small copies of what is attached, through the queue, and the look is dreamt of then", async () => {
    const { chat, engine, store, run, quiet } = await taughtStudio();
    expect(run.request.recipe).toBe("teach");
    expect(run.request.params).toMatchObject({ name: "moths", network: "resnet50" });
    expect(Object.keys(run.request.pictures)).toEqual([1, 2, 3, 4, 5, 6].map((n) => `example${n}`));
    expect((await sharp(run.request.pictures.example1).metadata()).format).toBe("jpeg");
    const said = chat.in("thread").at(-1)?.content.text;
    expect(said).toContain("`/dream look:moths` dreams of it now");
    expect(said).toContain("42.0 times");
    const buttons = chat.in("channel")[0]?.content.buttons?.map(({ label }) => label);
    expect(buttons).toContain("Delete");
    expect(buttons).not.toContain("Again");
    const [look] = store.looks.list(art);
    expect(look).toMatchObject({ name: "moths", network: "resnet50", pictures: 6, author: { id: "ann" }, makers: [] });

    await chat.say(ben, "/dream look:moths seed:7", { attachments: [source(await picture(40, 30))] });
    const dream = await engine.next();
    expect(dream.request.params).toMatchObject({ look: "moths", network: "resnet50" });
    expect(Buffer.from(dream.request.pictures.taught ?? []).equals(file)).toBe(true);
    await dream.finish();
    await quiet();
    expect(chat.in("thread").at(-1)?.content.text).toContain("Look moths by Ann");
    expect(chat.violations).toEqual([]);
  });

  it("gives a look back to the network's own, and takes no other network", async () => {
    const { chat, engine, quiet } = await taughtStudio();
    await chat.say(ann, "/dream look:moths picture:none");
    await (await engine.next()).finish();
    await quiet();
    await chat.say(ann, "/again look:patterns");
    const again = await engine.next();
    expect(again.request.params).toMatchObject({ look: "patterns" });
    expect(again.request.pictures).toEqual({});
    await again.finish();
    await quiet();
    expect(chat.in("thread").at(-1)?.content.text).not.toContain("moths");
    await chat.say(ann, "/dream look:moths network:googlenet picture:none");
    expect(chat.ephemeral.at(-1)?.text).toContain("was taught to resnet50");
    await chat.say(ann, "/dream look:moth picture:none");
    expect(chat.ephemeral.at(-1)?.text).toBe(
      "There is no look moth; did you mean moths? For example: `/dream look:moths`",
    );
  });

  it("is completed and checked in lines, and listed", async () => {
    const { chat, app, handlers } = await taughtStudio();
    const asked = { command: "dream", option: "look", typed: "mo", user: ben, channel: art };
    expect(await handlers.complete?.(asked)).toEqual([{ value: "moths", label: "Taught by Ann, from 6 pictures" }]);
    const line = { name: "dream", user: ben, channel: art };
    expect(await handlers.check?.({ ...line, text: "look:moths" })).toBeUndefined();
    expect(await handlers.check?.({ ...line, text: "look:mots" })).toContain("did you mean moths?");
    expect(await handlers.check?.({ ...line, text: "look:creatures" })).toBeUndefined();
    await chat.say(ben, "/teach");
    expect(chat.ephemeral.at(-1)?.text).toContain("`moths` by Ann, from 6 pictures · resnet50");
    expect(app.store.looks.list({ platform: "fake", community: "other" })).toEqual([]);
  });

  it("lets its maker and moderators remove a look, which is not dreamt of again", async () => {
    const { chat, engine, store, quiet } = await taughtStudio();
    await chat.say(ben, "/dream look:moths picture:none");
    await (await engine.next()).finish();
    await quiet();
    await chat.say(ben, "/teach remove moths");
    expect(chat.ephemeral.at(-1)?.text).toContain("only Ann and moderators");
    await chat.say(mod, "/teach remove moths");
    expect(chat.ephemeral.at(-1)?.text).toContain("The look moths is removed");
    expect(store.acts.of(art, 5).map(({ kind }) => kind)).toContain("remove-look");
    await chat.say(ben, "/again");
    expect(chat.ephemeral.at(-1)?.text).toContain("The look moths has been removed");
    await chat.say(ben, "/dream look:moths picture:none");
    expect(chat.ephemeral.at(-1)?.text).toContain("There is no look moths");
  });

  it("says in one sentence what is wrong, and starts nothing", async () => {
    const { chat, engine } = await taughtStudio();
    const told = async (line: string, attachments: Awaited<ReturnType<typeof pictures>> = [], who = ann) => {
      await chat.say(who, line, { attachments });
      return chat.ephemeral.at(-1)?.text;
    };
    const runs = engine.runs.length;
    expect(await told("/teach name:owls")).toContain(
      "5 pictures or more that have something in common; there are none",
    );
    expect(await told("/teach name:owls", await pictures(4))).toContain("there are only 4");
    expect(await told("/teach name:creatures", await pictures(5))).toContain("comes with the program");
    expect(await told("/teach name:moths", await pictures(5), ben)).toContain(
      "Ann has taught a look moths here already",
    );
    expect(await told("/teach name:Möwen", await pictures(5))).toContain("small letters, digits and dashes");
    expect(await told("/teach name:owls", await pictures(5, { spoiler: true }))).toContain(
      "One of the pictures is hidden",
    );
    expect(await told("/teach name:owls", await pictures(5, { author: ben }))).toContain("one of these is Ben's");
    expect(await told("/teach remove")).toContain("Which look?");
    expect(await told("/teach remove owls")).toContain("There is no look owls");
    expect(await told("/teach lists", await pictures(5))).toMatch(/teach, list, remove; did you mean list?/);
    expect(engine.runs.length).toBe(runs);
  });

  it("is not repeated with the pictures that were given for it", async () => {
    const { chat, engine } = await taughtStudio();
    await chat.say(ann, "/again");
    expect(chat.ephemeral.at(-1)?.text).toContain("A lesson cannot be repeated");
    expect(engine.runs).toHaveLength(1);
  });

  it("teaches one look of a name at a time, and replaces its maker's own", async () => {
    const { chat, engine, store, quiet } = await taughtStudio();
    const [before] = store.looks.list(art);
    await chat.say(ann, "/teach name:moths", { attachments: await pictures(5) });
    const run = await engine.next();
    await chat.say(ben, "/teach name:moths", { attachments: await pictures(5) });
    expect(chat.ephemeral.at(-1)?.text).toMatch(/Ann has taught|being taught right now/);
    await run.finish({ taught: { ...taught, file: Buffer.from(file).toString("base64"), preference: 1.2 } });
    await quiet();
    expect(chat.in("thread").at(-1)?.content.text).toContain("found little that they have in common");
    expect(store.looks.list(art)).toEqual([expect.objectContaining({ name: "moths", pictures: 5 })]);
    expect(store.looks.list(art)[0]?.job).not.toBe(before?.job);
  });

  it("keeps a look that was learnt, and not stored yet, when the program stopped", async () => {
    const first = await studio();
    // The disk does not take the look, and then the program stops.
    const add = vi.spyOn(first.store.looks, "add").mockRejectedValue(new Error("stopped"));
    await first.chat.say(ann, "/teach name:moths", { attachments: await pictures(5) });
    const run = await first.engine.next();
    await run.finish({ taught });
    await waitFor(() => expect(add).toHaveBeenCalled());
    await first.close();
    const second = await studio({ dir: first.dir, chat: first.chat });
    expect(second.store.looks.list(art)).toEqual([]);
    await second.queue.recover((one) => second.app.presenter.reopen(one, [second.chat], async () => true));
    await second.quiet();
    expect(second.engine.runs).toHaveLength(0);
    const job = run.request.job ?? "";
    expect(second.store.looks.list(art)).toEqual([expect.objectContaining({ name: "moths", job })]);
  });

  it("begins a lesson again that the program's stop has cut off, once", async () => {
    const engine = new FakeEngine();
    const first = await studio({ engine });
    first.chat.fault = () => undefined;
    await first.chat.say(ann, "/teach name:moths", { attachments: await pictures(5) });
    const run = await engine.next();
    // The chat is out when the lesson ends, and the program is stopped.
    const job = run.request.job ?? "";
    await first.close();
    const second = await studio({ dir: first.dir, chat: first.chat });
    await second.queue.recover((one) => second.app.presenter.reopen(one, [second.chat], async () => true));
    const rerun = await second.engine.next();
    expect(rerun.request).toMatchObject({ job, recipe: "teach" });
    expect(Object.keys(rerun.request.pictures)).toHaveLength(5);
    await rerun.finish({ taught });
    await second.quiet();
    expect(second.store.looks.list(art)).toEqual([expect.objectContaining({ name: "moths", job })]);
  });
});
