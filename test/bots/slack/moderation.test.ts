/** Moderators' bars on Slack, where commands come with escaped mentions: the adapter with all the commands. */
import pino from "pino";
import { expect, it, onTestFinished } from "vitest";
import { SlackChat } from "../../../src/bots/slack/chat.js";
import { FakeEngine } from "../../fakes/engine.js";
import { APP_TOKEN, BOT_TOKEN, FakeSlack } from "../../fakes/slack/server.js";
import type { User } from "../../fakes/slack/state.js";
import { Users } from "../../fakes/slack/users.js";
import { studioOf } from "../../fakes/studio.js";
import { waitFor } from "../../support/wait-for.js";
import { png } from "./harness.js";

const BARRED = /The moderators here have barred you from using me/;
/** Slack tells of what it has done when it likes. */

async function workspace() {
  const fake = await FakeSlack.open();
  const people = new Users(fake);
  const [ann, ben, mo] = [fake.addUser("Ann"), fake.addUser("Ben"), fake.addUser("Mo", { admin: true })];
  const art = fake.addChannel("art");
  const logger = pino({ level: "silent" });
  const limits = { pauseMs: 10, callMs: 1_000 };
  const tokens = { botToken: BOT_TOKEN, appToken: APP_TOKEN };
  const chat = new SlackChat({ logger, ...tokens, apiUrl: fake.apiUrl, limits });
  const studio = await studioOf(chat, { engine: new FakeEngine({ automatic: true }) });
  onTestFinished(async () => {
    await chat.stop();
    await fake.close();
    expect(fake.violations).toEqual([]);
  });
  /** Resolves when this person has been told something in the channel, alone. */
  const told = async (who: User, what: RegExp): Promise<string> => {
    return waitFor(() => {
      const all = people.look(who, { id: art.id });
      const said = all.findLast(({ ephemeral, text }) => ephemeral && what.test(text));
      if (!said) throw new Error(`never said: ${what}\n${all.map(({ text }) => text).join("\n")}`);
      return said.text;
    });
  };
  return { ...studio, fake, people, ann, ben, mo, art, told };
}

it("bars whom a slash command mentions, and asks Slack nothing more about them", async () => {
  const { fake, people, ben, mo, art, told, engine } = await workspace();
  await people.say(mo, { id: art.id }, "my garden", [await png("#0f0", "garden.png")]);
  await people.command(mo, art.id, "settings", "art:on");
  await told(mo, /Changed/);
  const shown = people.look(mo, { id: art.id }).find(({ pictures }) => pictures.length > 0);
  await people.command(mo, art.id, "moderate", "bar @ben");
  expect(await told(mo, /is barred/)).toMatch(/^Ben is barred: from them I take/);
  const before = fake.calls.length;
  const trigger = await people.command(ben, art.id, "dream", "octaves:1");
  await told(ben, BARRED);
  await people.react(ben, { channel: art.id, ts: shown?.ts ?? "" }, "👁️", true);
  const refused = () => people.look(ben, { id: art.id }).filter(({ text }) => BARRED.test(text)).length;
  await people.mention(ben, { id: art.id }, "dream octaves:1");
  await waitFor(() => expect(refused()).toBeGreaterThanOrEqual(2));
  // No form either, nor a look for the newest picture.
  expect([refused(), people.view(trigger)]).toEqual([2, undefined]);
  await people.command(mo, art.id, "moderate", "list");
  await told(mo, /Barred here/);
  const asked = fake.calls.slice(before).filter(({ args }) => JSON.stringify(args).includes(ben.id));
  expect(asked.map(({ method }) => method)).toEqual(["chat.postEphemeral"]);
  expect(fake.calls.slice(before).map(({ method }) => method)).not.toContain("conversations.history");
  expect(engine.runs).toEqual([]);
  await people.mention(mo, { id: art.id }, `moderate lift <@${ben.id}>`);
  await told(mo, /^Ben is no longer barred/);
  await people.command(ben, art.id, "queue");
  await told(ben, /next job starts at once/);
});

it("has no roles to bar, and takes names where an older app hands over no ids", async () => {
  const { fake, people, ann, mo, art, told, quiet, engine } = await workspace();
  await people.mention(mo, { id: art.id }, "moderate bar <!subteam^S0123ABCD|@artists>");
  expect(await told(mo, /roles/)).toBe(
    "Slack has no roles that I could bar; bar people one by one: `/dreamloom moderate bar @Ann`",
  );
  fake.escapesCommands = false;
  await people.command(mo, art.id, "moderate", "bar @ann");
  await told(mo, /^I don't know anyone called @ann here/);
  await people.say(ann, { id: art.id }, "my garden", [await png("#0f0", "garden.png")]);
  await people.command(ann, art.id, "dream", "octaves:1");
  await waitFor(() => expect(engine.runs).not.toEqual([]));
  await quiet();
  await people.command(mo, art.id, "moderate", "bar @ann");
  await told(mo, /^Ann is barred/);
});

it("takes a report from a result's button to the moderators' channel, with who and which", async () => {
  const { fake, people, ann, ben, mo, art, told, quiet } = await workspace();
  const mods = fake.addChannel("mods", { kind: "private" });
  for (const { id } of [ann, ben]) mods.members.delete(id);
  const inMods = (what: RegExp) =>
    waitFor(() => {
      const found = people.look(mo, { id: mods.id }).findLast(({ text }) => what.test(text));
      if (!found) throw new Error(`never said to the moderators: ${what}`);
      return found;
    });
  await people.mention(mo, { id: mods.id }, "settings reports:here");
  await inMods(/Mo has made this the channel/);
  await people.say(ann, { id: art.id }, "my garden", [await png("#0f0", "garden.png")]);
  await people.command(ann, art.id, "dream", "octaves:1");
  const result = await waitFor(() => {
    const messages = fake.team.messages.filter(({ channel, deleted }) => channel === art.id && !deleted);
    const found = messages.find(({ blocks }) => JSON.stringify(blocks).includes('Report"'));
    if (!found) throw new Error("no result that can be reported");
    return found;
  });
  await quiet();
  await people.press(ben, result, "Report");
  expect(await told(ben, /^Thank you/)).toMatch(/moderators/);
  const report = await inMods(/has reported/);
  // Who has reported it, which work, whose it is, and where.
  expect(report.text).toMatch(/Ben has reported a work:\n.*Dream of creatures.*by Ann/s);
  const [, seconds = "", part = ""] = /\/p(\d{10})(\d+)\|/.exec(report.text) ?? [];
  const linked = people.message({ channel: art.id, ts: `${seconds}.${part}` });
  expect(linked.text).toContain("Your picture is ready");
  await people.press(ben, result, "Report");
  await told(ben, /^You have reported this work already/);
  expect(people.look(mo, { id: mods.id }).filter(({ text }) => /has reported/.test(text))).toHaveLength(1);
  // The channel where it was made hears nothing of it.
  expect(fake.team.messages.filter(({ channel, text }) => channel === art.id && /reported/.test(text))).toEqual(
    fake.team.messages.filter(({ channel, ephemeralFor, text }) => {
      return channel === art.id && ephemeralFor === ben.id && /reported/.test(text);
    }),
  );
  await people.press(mo, people.message({ channel: mods.id, ts: report.ts }), "Delete it");
  await inMods(/Deleted by Mo/);
  await waitFor(() => expect([result.deleted, linked.deleted]).toEqual([true, true]));
});
