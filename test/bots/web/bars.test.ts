/** `/moderate` in the web chat, where people are mentioned by their names. */
import pino from "pino";
import { expect, it, onTestFinished } from "vitest";
import { WebChat } from "../../../src/bots/web/chat.js";
import { FakeEngine } from "../../fakes/engine.js";
import { studioOf } from "../../fakes/studio.js";
import { temporaryFolder, Visitor } from "./harness.js";

it("bars whom a moderator mentions by a name of two words", async () => {
  const chat = new WebChat({ logger: pino({ level: "silent" }), port: 0, dataDir: await temporaryFolder() });
  const { engine, quiet } = await studioOf(chat, { engine: new FakeEngine({ automatic: true }) });
  onTestFinished(() => chat.stop());
  // The first visitor from the machine itself is a moderator.
  const [mo, ann] = [await Visitor.enter(chat), await Visitor.enter(chat)];
  const { me } = await ann.session();
  expect(me.name).toContain(" ");
  expect(await chat.findMentioned(`@${me.name.toUpperCase()}`)).toEqual({ kind: "person", id: me.id, name: me.name });
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
