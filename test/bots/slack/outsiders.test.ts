/** Guests, and people of another organisation in a shared channel: they see works of the channel where they are. */
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

/** Acme's workspace with a channel of its own and one with outsiders, each with a work of Ann's. */
async function workspace() {
  const fake = await FakeSlack.open();
  const people = new Users(fake);
  const ann = fake.addUser("Ann");
  const [general, lobby] = [fake.addChannel("general"), fake.addChannel("lobby", { sharedWith: "T0BETA" })];
  const outsiders = [
    fake.addUser("Bob", { home: "T0BETA", admin: true }),
    fake.addUser("Gus", { guest: "multi-channel" }),
    fake.addUser("Una", { guest: "single-channel" }),
  ];
  for (const { id } of outsiders) lobby.members.add(id);
  const limits = { pauseMs: 10, callMs: 1_000 };
  const tokens = { botToken: BOT_TOKEN, appToken: APP_TOKEN };
  const chat = new SlackChat({ logger: pino({ level: "silent" }), ...tokens, apiUrl: fake.apiUrl, limits });
  const studio = await studioOf(chat, { engine: new FakeEngine({ automatic: true }) });
  onTestFinished(async () => {
    await chat.stop();
    await fake.close();
    expect(fake.violations).toEqual([]);
  });
  const dreamt = async (channel: string): Promise<string> => {
    await people.say(ann, { id: channel }, "my garden", [await png("#0f0", "garden.png")]);
    await people.command(ann, channel, "dream", "octaves:1");
    const job = await waitFor(() => {
      const { jobs } = studio.store.gallery.page({ ...community, by: "date", limit: 10 });
      return jobs.find((each) => each.channel.id === channel) ?? expect.fail("no work yet");
    });
    await studio.quiet();
    return job.id;
  };
  const community = { platform: "slack", community: fake.team.id };
  const works = { general: await dreamt(general.id), lobby: await dreamt(lobby.id) };
  /** What the bot says to a line, publicly or alone. */
  const answer = async (who: User, line: string, where = lobby): Promise<string> => {
    const before = people.look(who, { id: where.id }).length;
    await people.mention(who, { id: where.id }, line);
    return waitFor(() => {
      const said = people.look(who, { id: where.id }).slice(before);
      return said.find(({ byBot }) => byBot)?.text ?? expect.fail(`no answer to ${line}`);
    });
  };
  return { ann, general, lobby, outsiders, works, answer };
}

it("see the works of the channel alone, whatever they type, and find no others by their ids", async () => {
  const { outsiders, works, answer } = await workspace();
  for (const who of outsiders) {
    for (const line of ["gallery", "gallery here:no", "gallery person:Ann here:no"]) {
      const said = await answer(who, line);
      expect(said, `${who.name}: ${line}`).toContain(works.lobby);
      expect(said, `${who.name}: ${line}`).not.toContain(works.general);
    }
    expect(await answer(who, `gallery show ${works.lobby}`)).toContain("Dream of creatures");
    for (const line of ["gallery show", "again", "made"])
      expect(await answer(who, `${line} ${works.general}`), `${who.name}: ${line}`).not.toMatch(/Ann|Dream of/);
  }
});

it("are not shown other channels' works by a member who does not ask for them", async () => {
  const { ann, lobby, general, works, answer } = await workspace();
  const all = await answer(ann, "gallery", general);
  expect([all.includes(works.general), all.includes(works.lobby)]).toEqual([true, true]);
  expect(await answer(ann, "gallery", lobby)).not.toContain(works.general);
  expect(await answer(ann, "gallery here:no", lobby)).toContain(works.general);
});
