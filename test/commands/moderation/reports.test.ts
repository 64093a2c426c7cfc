import { afterEach, describe, expect, it, vi } from "vitest";
import { VARIANTS } from "../../../src/commands/recipes/variants.js";
import { ChatError } from "../../../src/port/chat-error.js";
import { ann, art, ben, type FakeMessage, mod } from "../../fakes/chat.js";
import { FakeEngine } from "../../fakes/engine.js";
import { studio } from "../../fakes/studio.js";

const mods = { ...art, id: "mods" };
const THANKS = "Thank you: the moderators have been told.";
const verbs = ({ content }: FakeMessage) => (content.buttons ?? []).map(({ id }) => id.split(":")[1]);

afterEach(() => void vi.useRealTimers());

async function open() {
  const all = await studio({ engine: new FakeEngine({ automatic: true }) });
  const { chat, quiet } = all;
  const told = () => chat.ephemeral.at(-1)?.text;
  const reports = () => chat.in("channel").filter(({ channel, content }) => channel.id === "mods" && content.buttons);
  const wanted = () => chat.say(mod, "/settings reports:here", { channel: mods });
  /** The message that shows a new result of Ann's, and its job. */
  const made = async () => {
    await chat.say(ann, "/dream octaves:1");
    await quiet();
    const shown = chat.in("channel").findLast(({ channel }) => channel.id === "art");
    if (!shown) throw new Error("no result");
    const job = (await all.repository.latest({ platform: "fake", community: "club", author: "ann" }))?.id ?? "";
    return { shown, job };
  };
  return { ...all, told, reports, wanted, made };
}

describe("a work that people report", () => {
  it("cannot be where the moderators have no channel for it, and says who can set one", async () => {
    const { chat, made, told } = await open();
    const { shown, job } = await made();
    expect(verbs(shown)).toEqual([...VARIANTS, "emoji", "again", "delete"]);
    await chat.say(ben, `/report ${job}`);
    expect(told()).toMatch(/^The moderators here have no channel for reports\..*`\/settings reports:here`$/);
  });

  it("is told in the moderators' channel with who, what and where; by button, menu and id", async () => {
    const { chat, made, told, reports, wanted } = await open();
    await wanted();
    expect(chat.in("channel").at(-1)?.content.text).toMatch(
      /^Mo has made this the channel for reports: .* Everybody in the community can read this channel/,
    );
    const { shown, job } = await made();
    expect(verbs(shown)).toEqual([...VARIANTS, "emoji", "again", "delete", "report"]);
    await chat.press(ben, shown, "report");
    expect(told()).toBe(THANKS);
    expect(reports()).toHaveLength(1);
    const [first = "", work] = reports()[0]?.content.text.split("\n") ?? [];
    expect(first).toBe("🚩 Ben has reported a work:");
    expect(work?.replace(/\(https:\/\/chat\.example\/\S+\)\*/, "(LINK)*")).toBe(
      `**[Dream of creatures](LINK)** by Ann (\`${job}\`)`,
    );
    const second = await made();
    await chat.say(ben, "/report", { repliesTo: { id: second.shown.id, channel: art } });
    const third = await made();
    await chat.say(ben, `/report ${third.job.slice(0, 6)}`);
    expect(reports()).toHaveLength(3);
    await chat.say(ben, "/report");
    expect(told()).toMatch(/^Which work\?/);
    const photo = chat.share(ann, []);
    await chat.say(ben, "/report", { repliesTo: { id: photo.id, channel: art } });
    expect(told()).toMatch(/^That message shows no work of mine/);
    expect(chat.violations).toEqual([]);
  });

  it("is told once, by however many it is reported, and one person reports a few an hour", async () => {
    const { chat, made, told, reports, wanted } = await open();
    await wanted();
    const { shown } = await made();
    await chat.press(ben, shown, "report");
    await chat.press(ben, shown, "report");
    expect(told()).toBe("You have reported this work already; the moderators know about it.");
    await chat.press({ ...ben, id: "cat", name: "Cat" }, shown, "report");
    expect(told()).toBe(THANKS);
    expect(reports()).toHaveLength(1);
    for (let count = 1; count < 5; count++) await chat.press(ben, (await made()).shown, "report");
    await chat.press(ben, (await made()).shown, "report");
    expect(told()).toMatch(/^You have reported 5 works within an hour/);
    expect(reports()).toHaveLength(5);
  });

  it("is dealt with by moderators alone: deleted, dismissed, its author barred, all of it in the log", async () => {
    const { chat, made, told, reports, wanted, repository } = await open();
    await wanted();
    const { shown, job } = await made();
    const other = await made();
    await chat.press(ben, shown, "report");
    await chat.press(ben, other.shown, "report");
    const [first, second] = reports();
    if (!first || !second) throw new Error("no reports");
    await chat.press(ann, first, "delete");
    expect(told()).toBe("Only those who moderate the whole community may deal with reports.");
    expect(shown.removed).toBe(false);
    await chat.press(mod, first, "bar");
    expect(first.content.text).toMatch(/by Ann .*\nMo has barred its author\.$/s);
    expect(verbs(first)).toEqual(["delete", "dismiss"]);
    await chat.say(ann, "/dream");
    expect(told()).toMatch(/^The moderators here have barred you/);
    await chat.press(mod, first, "delete");
    expect(shown.removed).toBe(true);
    expect(await repository.get(job)).toBeUndefined();
    expect(first.content.text).toBe(`**Dream of creatures** by Ann (\`${job}\`)\nDeleted by Mo.`);
    await chat.press(mod, second, "dismiss");
    expect(second.content.text).toMatch(/Dismissed by Mo\.$/);
    expect([verbs(first), verbs(second), other.shown.removed]).toEqual([[], [], false]);
    await chat.act(mod, `report:delete:${job}`, second);
    expect(second.content.text).toBe(`Job ${job} is gone already.`);
    await chat.say(mod, "/moderate log");
    expect(
      told()
        ?.split("\n")
        .slice(1)
        .map((line) => line.replace(/^· [\d: -]+ · /, "")),
    ).toEqual([
      `Mo dismissed a report about Dream of creatures by Ann (${other.job})`,
      `Mo deleted Dream of creatures by Ann, which was reported (${job})`,
      "Mo barred Ann (from the bot)",
      "Mo changed settings of #mods (reports here)",
    ]);
  });

  it("bars by its button as the command does: not oneself, not twice, not too many", async () => {
    const { chat, told, reports, wanted, store, quiet, made } = await open();
    await wanted();
    await chat.say(mod, "/dream octaves:1");
    await quiet();
    const own = chat.in("channel").findLast(({ channel }) => channel.id === "art");
    const { shown } = await made();
    if (!own) throw new Error("no result");
    await chat.press(ben, own, "report");
    await chat.press(ben, shown, "report");
    const [his, hers] = reports();
    if (!his || !hers) throw new Error("no reports");
    await chat.press(mod, his, "bar");
    expect(told()).toBe("You cannot bar yourself.");
    const bars = Array.from({ length: 1_000 }, (_, index) => `p${index}`);
    for (const id of bars) store.bars.add(art, { kind: "person", id, name: id }, mod);
    await chat.press(mod, hers, "bar");
    expect(told()).toMatch(/^No more than 1000 people and roles can be barred here/);
    expect(store.bars.count(art)).toBe(1_000);
    for (const id of bars) store.bars.remove(art, { kind: "person", id });
    await chat.say(mod, "/moderate bar @Ann");
    await chat.press(mod, hers, "bar");
    expect(hers.content.text).toMatch(/\nIts author is barred already\.$/);
    expect(verbs(hers)).toEqual(["delete", "dismiss"]);
  });

  it("is told again when its reports are forgotten, after 90 days", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { chat, made, told, reports, wanted, store } = await open();
    await wanted();
    const { shown } = await made();
    await chat.press(ben, shown, "report");
    const day = 24 * 3_600_000;
    vi.setSystemTime(Date.now() + 90 * day + 1);
    store.reports.removeOlder(Date.now() - 90 * day);
    await chat.press(ben, shown, "report");
    expect(told()).toBe(THANKS);
    expect(reports()).toHaveLength(2);
    await chat.press({ ...ben, id: "cat", name: "Cat" }, shown, "report");
    expect(reports()).toHaveLength(2);
    expect(reports().every(({ key = "" }) => key.length <= 25)).toBe(true);
  });

  it("is told without its title where everybody reads the reports, and not everybody the work", async () => {
    const { chat, made, reports, wanted } = await open();
    await wanted();
    const reported = async (closed: boolean) => {
      chat.info = { closed: true, restricted: false };
      const { shown } = await made();
      chat.info = { closed, restricted: false };
      await chat.press(ben, shown, "report");
      const report = reports().at(-1);
      if (!report) throw new Error("no report");
      return report;
    };
    expect((await reported(true)).content.text).toContain("[Dream of creatures](");
    const report = await reported(false);
    expect(report.content.text).toContain("[A work from a channel that not everybody can read](");
    await chat.press(mod, report, "dismiss");
    expect(report.content.text).toContain("A work from a channel that not everybody can read");
    expect(report.content.text).not.toContain("creatures");
  });

  it("is not lost where the moderators' channel is gone or closed to the bot: who reports it is told", async () => {
    const { chat, made, told, reports, wanted } = await open();
    await wanted();
    const { shown } = await made();
    for (const kind of ["gone", "forbidden", "unavailable"] as const) {
      chat.fault = (call) => (call === "post" ? new ChatError(kind, { message: "Not now." }) : undefined);
      await chat.press(ben, shown, "report");
      expect(told()).toMatch(kind === "unavailable" ? /^Not now\.$/ : /^I could not post in the moderators' channel/);
    }
    chat.fault = () => undefined;
    await chat.press(ben, shown, "report");
    expect(told()).toBe(THANKS);
    expect(reports()).toHaveLength(1);
  });

  it("goes to the channel that was set last, and nowhere once that is taken back", async () => {
    const { chat, made, told, wanted } = await open();
    await wanted();
    await chat.say(mod, "/settings reports:here", { channel: { ...art, id: "office" } });
    await chat.say(mod, "/settings", { channel: mods });
    expect(told()).toContain("`reports` **in another channel** (set for the whole community)");
    const { shown } = await made();
    await chat.press(ben, shown, "report");
    expect(chat.in("channel").at(-1)?.channel.id).toBe("office");
    await chat.say(mod, "/settings reset", { channel: mods });
    expect(told()).toMatch(/^Nothing of that is set here/);
    await chat.say(mod, "/settings reset reports", { channel: mods });
    expect(told()).toContain("`reports` **off**");
    expect(verbs((await made()).shown)).toEqual([...VARIANTS, "emoji", "again", "delete"]);
    await wanted();
    await chat.say(mod, "/settings reports:off", { channel: mods });
    expect(told()).toContain("`reports` **off**");
  });

  it("belongs to its own community", async () => {
    const { chat, made, told, wanted } = await open();
    await wanted();
    const { shown, job } = await made();
    const abroad = { id: shown.id, channel: { ...art, community: "other" } };
    await chat.act(ben, `job:report:${job}`, abroad);
    expect(told()).toMatch(/is no longer known here/);
    await chat.act(mod, `report:delete:${job}`, chat.share(mod, [], { ...art, community: "other" }));
    expect(shown.removed).toBe(false);
  });
});
