/** `/moderate` in the web chat, where people are mentioned by their names. */
import pino from "pino";
import { expect, it, onTestFinished } from "vitest";
import { WebChat } from "../../../src/bots/web/chat.js";
import type { WireModeration } from "../../../src/bots/web/wire.js";
import { PAINT_NOW } from "../../../src/commands/interactive/button-ids.js";
import { FakeEngine } from "../../fakes/engine.js";
import { studioOf } from "../../fakes/studio.js";
import { newFolder } from "../../support/new-folder.js";
import { waitFor } from "../../support/wait-for.js";
import { photo, Visitor } from "./harness.js";

it("bars whom a moderator mentions by a name of two words", async () => {
  const chat = new WebChat({ logger: pino({ level: "silent" }), port: 0, dataDir: newFolder() });
  const { engine, quiet } = await studioOf(chat, { engine: new FakeEngine({ automatic: true }) });
  onTestFinished(() => chat.stop());
  // The first visitor from the machine itself is a moderator.
  const [mo, ann] = [await Visitor.enter(chat), await Visitor.enter(chat)];
  const { me } = await ann.session();
  expect(me.name).toContain(" ");
  expect(await chat.findMentioned(`@${me.name.toUpperCase()}`)).toEqual({ kind: "person", id: me.id, name: me.name });
  // Lines hold other characters than names.
  await ann.request("POST", "/api/session", { name: "𝓐𝓷𝓷–Lee" });
  expect(await chat.findMentioned("@ann-lee")).toMatchObject({ id: me.id, name: "𝓐𝓷𝓷–Lee" });
  await ann.request("POST", "/api/session", { name: me.name });
  for (const other of [me.name, "@Dreamloom", "@"]) expect(await chat.findMentioned(other)).toBeUndefined();
  const [moHears, annHears] = [await mo.listen(), await ann.listen()];
  await mo.said(`/moderate bar @${me.name}`);
  await moHears.message(({ text }) => text.startsWith(`${me.name} is barred: from them I take`));
  await ann.said("/dream octaves:1");
  await annHears.message(({ text }) => text.startsWith("The moderators here have barred you"));
  await mo.said("/dream octaves:1 picture:none");
  await moHears.message(({ text }) => text.includes("Done in"));
  await quiet();
  expect(engine.runs).toHaveLength(1);
});

it("counts no choice and no heart of whom a moderator keeps out, until they are let in again", async () => {
  const chat = new WebChat({ logger: pino({ level: "silent" }), port: 0, dataDir: newFolder() });
  const { quiet, store } = await studioOf(chat, { engine: new FakeEngine({ automatic: true }) });
  onTestFinished(() => chat.stop());
  const [mo, ann] = [await Visitor.enter(chat), await Visitor.enter(chat)];
  const [moHears, { me }] = [await mo.listen(), await ann.session()];
  await mo.said("/dream octaves:1 picture:none");
  const work = await moHears.message(({ text }) => text.includes("Done in"));
  await quiet();
  await mo.said("/blend vote minutes:10", { files: [{ bytes: await photo(), name: "a.jpg" }] });
  const { id: vote, reactions } = await moHears.message((message) => message.reactions.length > 3);
  const reacts = (id: string, emoji = "") => ann.request("POST", `/api/messages/${id}/reactions`, { emoji, on: true });
  const [job = { id: "" }] = store.jobs.lastDone(1);
  const hearts = () => store.jobs.get(job.id)?.favourites;
  await reacts(work.id, "❤️");
  await reacts(vote, reactions[0]?.emoji);
  await waitFor(() => expect(hearts()).toBe(1));
  await moHears.message(({ id, text }) => id === vote && text.includes("(1)"));
  const act = (body: object) => mo.request("POST", `/api/moderation/people/${me.id}`, body);
  const paint = () => mo.request("POST", `/api/messages/${vote}/actions`, { action: PAINT_NOW });
  expect((await act({ act: "bar", address: false })).status).toBe(200);
  expect(hearts()).toBe(0);
  await paint();
  await moHears.message(({ text }) => /^\w+ has voted yet/.test(text));
  // They are shown once, as kept out of the chat, which is more.
  const moderation = (await (await mo.request("GET", "/api/moderation")).json()) as WireModeration;
  expect([moderation.restricted.map(({ id }) => id), moderation.barred]).toEqual([[me.id], []]);
  expect((await act({ act: "unbar" })).status).toBe(200);
  expect(hearts()).toBe(1);
  await paint();
  await moHears.message(({ id, text }) => id === vote && text.startsWith("**The vote is over"));
  await quiet();
});
