/** Guests and people of other organisations, in a channel of a community that they are not of. */
import { expect, it } from "vitest";
import { ChatError } from "../../src/port/chat-error.js";
import { ann, art, ben, source } from "../fakes/chat.js";
import { FakeEngine, picture } from "../fakes/engine.js";
import { studio } from "../fakes/studio.js";

const bob = { id: "bob", name: "Bob of Beta", moderator: false, outsider: true } as const;

/** Ann has added a style for the community, and Bob another one. */
async function withStyles() {
  const open = await studio({ engine: new FakeEngine({ automatic: true }) });
  const { chat } = open;
  const photo = source(await picture(40, 30));
  await chat.say(ann, "/style add name:prototype emoji:🛸", { attachments: [photo] });
  await chat.say(bob, "/style add name:sketch emoji:✏️", { attachments: [photo] });
  const said = async (line: string) => {
    const before = [chat.messages.length, chat.ephemeral.length];
    await chat.say(bob, line, { attachments: [photo] });
    const shown = chat.messages.slice(before[0]).map(({ content }) => content.text);
    return [...shown, ...chat.ephemeral.slice(before[1]).map(({ text }) => text)].join("\n");
  };
  return { ...open, photo, said };
}

it("see no styles that the community has added, but their own", async () => {
  const { chat, engine, handlers, said, quiet } = await withStyles();
  expect(await said("/style")).toMatch(/sketch.*winter/s);
  expect(await said("/style")).not.toContain("prototype");
  expect(await said("/style show sketch")).toContain("sketch");
  for (const line of [
    "/style show prototype",
    "/stylize prototype",
    "/blend prototype winter",
    "/blend vote prototype winter",
  ])
    expect(await said(line), line).toMatch(/prototype/);
  expect(engine.runs).toEqual([]);
  for (const line of ["/stylize", "/blend vote"]) expect(await said(line), line).not.toContain("prototype");
  const ask = { command: "stylize", option: "style", typed: "", channel: art };
  const names = async (user: typeof ann) => (await handlers.complete({ ...ask, user })).map(({ value }) => value);
  expect(await names(bob)).not.toContain("prototype");
  expect(await names(bob)).toContain("sketch");
  expect(await names(ann)).toEqual(expect.arrayContaining(["prototype", "sketch"]));
  await chat.say(ben, "/stylize prototype", { attachments: [source(await picture(40, 30))] });
  await quiet();
  expect(engine.runs).toHaveLength(1);
});

it("choose none of them on a palette by its emoji", async () => {
  const { chat, engine, photo, quiet } = await withStyles();
  await chat.say(bob, "/stylize", { attachments: [photo] });
  const palette = chat.in("channel").at(-1) ?? expect.fail("no palette");
  await chat.reactTo(bob, palette, "🛸");
  await chat.reactTo(bob, palette, "✏️");
  await chat.until(() => engine.runs[0]);
  await quiet();
  expect(engine.runs[0]?.request.params.styles).toMatchObject([{ name: "sketch" }]);
});

it("see a work from where they are, and no other of the community's that it came from", async () => {
  const { chat, store, handlers, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
  const lobby = { ...art, id: "lobby" };
  await chat.say(ann, "/dream octaves:1");
  await quiet();
  const [origin] = store.gallery.page({ platform: "fake", community: "club", by: "date", limit: 1 }).jobs;
  await chat.say(ann, `/again ${origin?.id}`, { channel: lobby });
  await quiet();
  const [again] = store.gallery.page({
    platform: "fake",
    community: "club",
    channel: "lobby",
    by: "date",
    limit: 1,
  }).jobs;
  const { gallery } = handlers;
  if (!gallery || !origin || !again) return expect.fail("no works");
  const viewer = { platform: "fake", community: "club", channel: "lobby" };
  expect((await gallery.work(again.id, { ...viewer, user: ben })).origins).toHaveLength(1);
  expect((await gallery.work(again.id, { ...viewer, user: bob })).origins).toEqual([]);
  await expect(gallery.work(origin.id, { ...viewer, user: bob })).rejects.toThrow(ChatError);
});

it("turn a page that a member has asked for to the channel's own works", async () => {
  const { chat, store, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
  const lobby = { ...art, id: "lobby" };
  for (let n = 0; n < 9; n++) {
    await chat.say(ann, "/dream octaves:1", { channel: n === 2 ? lobby : art });
    await quiet();
  }
  const all = store.gallery.page({ platform: "fake", community: "club", by: "date", limit: 10 }).jobs;
  await chat.say(ann, "/gallery", { channel: lobby });
  const page = chat.messages.at(-1) ?? expect.fail("no page");
  const next = page.content.buttons?.find(({ label }) => label === "Next") ?? expect.fail("no second page");
  expect(page.content.text).toContain(all.find(({ channel }) => channel.id === art.id)?.id);
  await chat.act(bob, next.id, page);
  const shown = all.filter(({ id }) => page.content.text.includes(id)).map(({ channel }) => channel.id);
  expect(shown).toEqual(["lobby"]);
});
