/** Moderators' bars and people's reports on Discord, whose people have roles: the adapter with all the commands. */
import { expect, it } from "vitest";
import { DiscordChat } from "../../../src/bots/discord/chat.js";
import { FakeEngine } from "../../fakes/engine.js";
import { studioOf } from "../../fakes/studio.js";
import { fakeDiscord, picture, silent } from "./harness.js";

const BARRED = /The moderators here have barred you from using me/;

async function server() {
  const discord = await fakeDiscord({ messageContent: true });
  const { token, apiUrl } = discord;
  const timing = { deferMs: 200, editIntervalMs: 20, startMs: 10_000, stopMs: 1_000 };
  const chat = new DiscordChat({ token, apiUrl, logger: silent, timing, messageContent: true });
  const studio = await studioOf(chat, { engine: new FakeEngine({ automatic: true }) });
  const art = discord.addChannel("art");
  const [ann, ben, mo] = [discord.user("Ann"), discord.user("Ben"), discord.user("Mo", { moderator: true })];
  const told = (who: typeof ann, what: RegExp) =>
    discord.until(() => discord.ephemeralTo(who).findLast(({ text }) => what.test(text)), String(what));
  const close = async () => {
    await chat.stop();
    expect(discord.check()).toEqual([]);
  };
  return { ...studio, discord, art, ann, ben, mo, told, close };
}

it("bars a role: commands, lines and reactions of those who have it, of which Discord is asked nothing", async () => {
  const { discord, art, ann, ben, mo, told, engine, quiet, close } = await server();
  const role = discord.addRole("noisy", ann);
  const photo = await picture("photo.png", 40);
  const shared = await mo.post(art, "my garden", [photo]);
  mo.command(art, "settings", { art: "on" });
  await told(mo, /Changed/);
  mo.command(art, "moderate", { action: "bar", who: `<@&${role}>` });
  await told(mo, /^@noisy is barred: from people with that role/);
  ann.command(art, "dream", { octaves: 1 }, [photo]);
  await told(ann, BARRED);
  const before = discord.requests.length;
  ann.react(shared.ref, "👁️");
  await ann.post(art, `<@${discord.world.bot.id}> dream`);
  const direct = () => discord.messagesIn(ann.direct).find(({ text }) => BARRED.test(text));
  await discord.until(direct);
  // The private answer to a line is a direct message.
  const asked = discord.requests.slice(before).filter((request) => !/\/channels(\/\d+\/messages)?$/.test(request));
  expect(asked).toEqual([]);
  ben.react(shared.ref, "👁️");
  await discord.until(() => engine.runs.length === 1);
  mo.command(art, "moderate", { action: "list" });
  await told(mo, /\*\*Barred here\*\*\n· @noisy, by Mo/);
  mo.command(art, "moderate", { action: "lift", who: `<@&${role}>` });
  await told(mo, /^@noisy is no longer barred/);
  ann.command(art, "dream", { octaves: 1 }, [photo]);
  await discord.until(() => engine.runs.length === 2);
  await quiet();
  await close();
});

it("knows whom a mention names, also one who has left, and not everybody's role", async () => {
  const { discord, chat, art, ann, ben, close } = await server();
  const role = discord.addRole("noisy");
  discord.guild.members.delete(ben.id);
  const find = (mention: string) => chat.findMentioned(mention, art);
  expect(await find(`<@${ann.id}>`)).toEqual({ kind: "person", id: ann.id, name: "Ann" });
  expect(await find(`<@!${ben.id}>`)).toEqual({ kind: "person", id: ben.id, name: "Ben" });
  expect(await find(`<@&${role}>`)).toEqual({ kind: "role", id: role, name: "@noisy" });
  expect(await find(`<@&${art.community}>`)).toBeUndefined();
  for (const other of ["@everyone", "Ann", "<@12345678901234567>", `<#${art.id}>`])
    expect(await find(other)).toBeUndefined();
  await close();
});

it("takes a report from a result's menu and button to the moderators' channel", async () => {
  const { discord, art, ann, ben, mo, told, quiet, close } = await server();
  const mods = discord.addChannel("mods", { closed: true });
  discord.permit(mods, "ViewChannel", true);
  discord.permit(mods, "ViewChannel", true, mo.id);
  mo.command(mods, "settings", { reports: "here" });
  await discord.until(() => discord.messagesIn(mods).some(({ text }) => text.includes("Mo has made this the channel")));
  ann.command(art, "dream", { octaves: 1 }, [await picture("photo.png", 40)]);
  const result = await discord.until(() =>
    discord.messagesIn(art).find(({ buttons }) => buttons.some(({ label }) => label === "Report")),
  );
  await quiet();
  expect(result.buttons.map(({ label }) => label).slice(-3)).toEqual(["Again", "Delete", "Report"]);
  ben.press(result.ref, "Report");
  await told(ben, /^Thank you/);
  const report = await discord.until(() => discord.messagesIn(mods).find(({ text }) => text.includes("has reported")));
  expect(report.text).toMatch(
    /Ben has reported a work:\n.*Dream of creatures.*https:\/\/discord\.com\/channels\/.* by Ann/,
  );
  ben.shortcut(result.ref, "Report");
  await told(ben, /^You have reported this work already/);
  // A message without a picture can be chosen, too.
  ben.shortcut((await ann.post(art, "hello")).ref, "Report");
  await told(ben, /^That message shows no work of mine/);
  mo.press(report.ref, "Delete it");
  await discord.until(
    () => !discord.message(result.ref) && discord.message(report.ref)?.text.includes("Deleted by Mo"),
  );
  await close();
});

it("tells who moderates the server from who moderates one channel of it", async () => {
  const { discord, art, ann, ben, mo, told, close } = await server();
  discord.permit(art, "ManageMessages", true, ben.id);
  // In this channel she has no right to manage messages.
  discord.permit(art, "ManageMessages", false, mo.id);
  ben.command(art, "settings", { "per-person": 1 });
  await told(ben, /^Changed\./);
  ben.command(art, "settings", { bot: "off", everywhere: true });
  await told(ben, /^You manage only this channel/);
  ben.command(art, "moderate", { action: "bar", who: `<@${ann.id}>` });
  await told(ben, /^You moderate only this channel/);
  await ben.post(art, `<@${discord.world.bot.id}> moderate bar <@${ann.id}>`);
  await discord.until(() =>
    discord.messagesIn(ben.direct).find(({ text }) => /^You moderate only this channel/m.test(text)),
  );
  await mo.post(art, `<@${discord.world.bot.id}> moderate bar <@${ann.id}>`);
  await discord.until(() => discord.messagesIn(mo.direct).find(({ text }) => /^Ann is barred/m.test(text)));
  await close();
});

it("takes a moderator's lines and reactions for anybody's as soon as the role is taken away", async () => {
  const { discord, art, ann, mo, quiet, close } = await server();
  const line = `<@${discord.world.bot.id}> moderate bar <@${ann.id}>`;
  const said = (what: RegExp) =>
    discord.until(() => discord.messagesIn(mo.direct).find(({ text }) => what.test(text)), String(what));
  ann.command(art, "dream", { octaves: 1 }, [await picture("photo.png", 40)]);
  const result = await discord.until(() =>
    discord.messagesIn(art).find(({ buttons }) => buttons.some(({ label }) => label === "Delete")),
  );
  await quiet();
  await mo.post(art, line);
  await said(/^Ann is barred/m);
  // No event tells of it: that would take the privileged intent of members.
  discord.guild.members.get(mo.id)?.roles.clear();
  await mo.post(art, line.replace("bar", "lift"));
  await said(/^Only moderators/m);
  mo.react(result.ref, "🗑️");
  // Taken back, a reaction comes without what its member may do.
  mo.react(result.ref, "❤️");
  mo.unreact(result.ref, "❤️");
  mo.command(art, "queue");
  await discord.until(() => discord.ephemeralTo(mo).length > 0);
  await quiet();
  expect(discord.message(result.ref)).toBeDefined();
  await close();
});

it("has nothing to moderate in direct messages, where everybody manages the channel", async () => {
  const { ann, discord, close } = await server();
  ann.command(ann.direct, "moderate", { action: "log" });
  await discord.until(() =>
    discord.messagesIn(ann.direct, ann).find(({ text }) => /belong to no community/.test(text)),
  );
  ann.command(ann.direct, "settings", { action: "optout" });
  await discord.until(() => discord.messagesIn(ann.direct, ann).find(({ text }) => /for you alone now/.test(text)));
  await close();
});
