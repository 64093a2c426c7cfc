/** Events by HTTP: signatures, repeats, and installations on several workspaces with tokens that run out. */
import { describe, expect, it, onTestFinished } from "vitest";
import { openStore } from "../../../src/store/open.js";
import { CLIENT_ID, CLIENT_SECRET } from "../../fakes/slack/oauth.js";
import { encode } from "../../fakes/slack/sender.js";
import { Users } from "../../fakes/slack/users.js";
import { newFolder } from "../../support/new-folder.js";
import { eventually } from "../contract-world.js";
import { openSlack, png } from "./harness.js";

/** How an app that many workspaces install is set up, and the store of their installations. */
function distributed() {
  const store = openStore({ dir: newFolder() });
  onTestFinished(() => store.close());
  const { slackInstallations: installations } = store;
  const oauth = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, stateSecret: "a long word", installations };
  return { store, oauth };
}

describe("requests", () => {
  it("that are not signed by Slack, or are old, get 401 and do nothing", async () => {
    const { fake, ann, art, listener } = await openSlack({ transport: "http" });
    const payload = {
      command: "/queue",
      text: "",
      channel_id: art.id,
      user_id: ann.id,
      team_id: fake.team.id,
      trigger_id: "1",
    };
    const raw = encode({ type: "slash_commands", payload, acceptsResponse: true });
    const now = Math.floor(Date.now() / 1000);
    expect((await fake.sender.raw({ ...raw, secret: "wrong" })).status).toBe(401);
    expect((await fake.sender.raw({ ...raw, at: now - 301 })).status).toBe(401);
    expect((await fake.sender.raw({ ...raw, headers: { "x-slack-signature": "v0=00" } })).status).toBe(401);
    expect((await fetch(fake.requestUrl ?? "", { method: "POST", body: raw.body })).status).toBe(401);
    expect((await fetch(new URL("/", fake.requestUrl ?? ""))).status).toBe(404);
    expect(listener.events).toEqual([]);
    expect((await fake.sender.raw(raw)).status).toBe(200);
    await listener.next("command");
  });

  it("answer Slack's question whether the address is right", async () => {
    const { fake } = await openSlack({ transport: "http" });
    const raw = {
      body: JSON.stringify({ type: "url_verification", challenge: "abc" }),
      contentType: "application/json",
    };
    expect(await (await fake.sender.raw(raw)).json()).toEqual({ challenge: "abc" });
  });

  it("that are repeated are reported once", async () => {
    const { fake, people: users, ann, place: channel, listener } = await openSlack({ transport: "http" });
    const message = await users.say(ann, channel, "x");
    fake.sender.twice = 1;
    await users.react(ann, message, "❤️", true);
    await listener.next("reaction");
    fake.sender.twice = 1;
    await users.mention(ann, channel, "stylize winter");
    await listener.next("command", ({ text }) => text === "winter");
    // What is told once more would be told before what comes later.
    await users.command(ann, channel.id, "queue", "the last");
    await listener.next("command", ({ text }) => text === "the last");
    expect(listener.events.map(({ kind }) => kind)).toEqual(["reaction", "command", "command"]);
  });
});

describe.each(["http", "socket"] as const)("several workspaces over %s", (transport) => {
  async function installed(lastsSeconds?: number) {
    const { store, oauth } = distributed();
    const open = await openSlack({ transport, chat: { oauth, port: 0 } });
    const { fake, chat } = open;
    fake.oauth.rotation = lastsSeconds !== undefined;
    fake.oauth.lastsSeconds = lastsSeconds ?? 0;
    const team = fake.addTeam();
    const page = await fetch(`http://127.0.0.1:${chat.port}/slack/install`);
    const allow =
      /href="([^"]*oauth\/v2\/authorize[^"]*)"/.exec(await page.text())?.[1]?.replaceAll("&amp;", "&") ?? "";
    expect((await fetch(allow)).status).toBe(200);
    const state = new URL(allow).searchParams.get("state") ?? "";
    const back = new URL(`http://127.0.0.1:${chat.port}/slack/oauth_redirect`);
    back.search = new URLSearchParams({ code: fake.oauth.newCode(team), state }).toString();
    const cookie = page.headers.get("set-cookie")?.split(";")[0] ?? "";
    expect((await fetch(back, { headers: { cookie } })).status).toBe(200);
    const cleo = fake.addUser("Cleo", { team });
    const hall = fake.addChannel("hall", { team });
    const place = { platform: "slack", community: team.id, id: hall.id };
    return { ...open, store, team, cleo, hall, elsewhere: place, others: new Users(fake, team) };
  }

  it("each have their own token, and hear and see only their own", async () => {
    const {
      fake,
      people: users,
      ann,
      place: channel,
      others,
      cleo,
      hall,
      elsewhere,
      listener,
      chat,
    } = await installed();
    await others.command(cleo, hall.id, "queue");
    const event = await listener.next("command");
    expect(event.channel).toEqual(elsewhere);
    await event.reply({ text: "In the hall", pictures: [await png("#f00")] }, "public");
    await chat.post(channel, { text: "At home" });
    expect(others.look(cleo, elsewhere).map(({ text }) => text)).toEqual(["In the hall"]);
    expect(users.look(ann, channel).map(({ text }) => text)).toEqual(["At home"]);
    await expect(chat.post({ ...channel, community: "T0NOWHERE" }, { text: "x" })).rejects.toMatchObject({
      kind: "forbidden",
    });
    expect(fake.violations).toEqual([]);
  });

  it("hear of a channel that they share with another one what is theirs, whichever Slack names", async () => {
    const { fake, people, ann, listener, team } = await installed();
    const lobby = fake.addChannel("lobby", { sharedWith: team.id });
    const channel = { platform: "slack", community: fake.team.id, id: lobby.id };
    const message = await people.say(ann, channel, "x");
    await people.react(ann, message, "🔁", true);
    expect((await listener.next("reaction")).message).toMatchObject({ channel, id: message.ts });
    await people.mention(ann, channel, "queue");
    expect((await listener.next("command")).channel).toEqual(channel);
  });

  it("that remove the app leave nothing behind; a person's own token is no matter", async () => {
    const { others, elsewhere, chat, store, team, cleo } = await installed();
    await chat.post(elsewhere, { text: "here" });
    const query = { teamId: team.id, enterpriseId: undefined, isEnterpriseInstall: false as const };
    await others.revoke({ oauth: [cleo.id], bot: [] });
    await chat.post(elsewhere, { text: "still here" });
    await others.uninstall();
    await eventually(
      async () =>
        store.slackInstallations.fetchInstallation(query).then(
          () => false,
          () => true,
        ),
      "the installation deleted",
    );
    await expect(chat.post(elsewhere, { text: "gone" })).rejects.toMatchObject({ kind: "forbidden" });
    await others.revoke({ oauth: [], bot: [team.bot.id] });
  });

  it("have tokens renewed that are about to run out", async () => {
    const { others, cleo, elsewhere, chat, store, team } = await installed(3_600);
    const query = { teamId: team.id, enterpriseId: undefined, isEnterpriseInstall: false as const };
    const before = (await store.slackInstallations.fetchInstallation(query)).bot?.token;
    await chat.post(elsewhere, { text: "renewed" });
    expect(others.look(cleo, elsewhere).map(({ text }) => text)).toEqual(["renewed"]);
    const after = (await store.slackInstallations.fetchInstallation(query)).bot?.token;
    expect(after).not.toBe(before);
    await store.slackInstallations.deleteInstallation(query);
    await expect(store.slackInstallations.fetchInstallation(query)).rejects.toThrow("not installed");
  });
});

describe("a whole organisation's installation", () => {
  it("serves its workspaces, also those without an event since the last start", async () => {
    const { store, oauth } = distributed();
    const { fake, chat, listener } = await openSlack({ chat: { oauth, port: 0, keyValues: store.keyValues } });
    const team = fake.addTeam("xoxb-organisation");
    team.organisation = "E0ORG";
    const enterprise = { id: "E0ORG", name: "Org" };
    await store.slackInstallations.storeInstallation({
      team: undefined,
      enterprise,
      isEnterpriseInstall: true,
      tokenType: "bot",
      authVersion: "v2",
      appId: "A1",
      user: { id: "U1", token: undefined, scopes: undefined },
      bot: { token: "xoxb-organisation", scopes: [], id: team.botId, userId: team.bot.id },
    });
    const cleo = fake.addUser("Cleo", { team });
    const hall = fake.addChannel("hall", { team });
    const others = new Users(fake, team);
    await others.mention(cleo, { id: hall.id }, "queue");
    const { channel } = await listener.next("command");
    expect(channel).toEqual({ platform: "slack", community: team.id, id: hall.id });
    await chat.stop();
    await chat.start(listener);
    // A job that goes on after the restart.
    await chat.post(channel, { text: "Here again" });
    expect(others.look(cleo, channel).at(-1)?.text).toBe("Here again");
    // One without an event since the restart is known as well when the organisation removes the app.
    const second = fake.addTeam("xoxb-second");
    second.organisation = "E0ORG";
    const dora = fake.addUser("Dora", { team: second });
    const yard = fake.addChannel("yard", { team: second });
    await new Users(fake, second).mention(dora, { id: yard.id }, "queue");
    await listener.next("command", ({ user }) => user.id === dora.id);
    const kept = () => store.keyValues.list("slack.organisation.").map(([, value]) => value);
    expect(kept()).toEqual(["E0ORG", "E0ORG"]);
    await chat.stop();
    await chat.start(listener);
    await others.uninstall();
    const query = { teamId: undefined, enterpriseId: "E0ORG", isEnterpriseInstall: true as const };
    const gone = () =>
      store.slackInstallations.fetchInstallation(query).then(
        () => false,
        () => true,
      );
    await eventually(gone, "the installation deleted");
    expect(kept()).toEqual([]);
  });
});
