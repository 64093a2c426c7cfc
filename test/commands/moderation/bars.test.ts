import { describe, expect, it } from "vitest";
import { loadBuiltInStyles } from "../../../src/commands/styles/built-in-styles.js";
import { ann, art, ben, mod, source } from "../../fakes/chat.js";
import { FakeEngine, picture } from "../../fakes/engine.js";
import { studio } from "../../fakes/studio.js";

const BARRED = "The moderators here have barred you from using me; only they can change that.";
const winter = loadBuiltInStyles().find(({ name }) => name === "winter")?.emoji ?? "";

async function open(options: Parameters<typeof studio>[0] = {}) {
  const all = await studio({ engine: new FakeEngine({ automatic: true }), ...options });
  const { chat } = all;
  const said = async (user: typeof ann, line: string, extra: Parameters<typeof chat.say>[2] = {}) => {
    const before = chat.ephemeral.length;
    await chat.say(user, line, extra);
    return chat.ephemeral.slice(before).map(({ text }) => text);
  };
  return { ...all, said };
}

/** What the chat was asked to do meanwhile, besides private answers. */
async function callsDuring({ chat }: Awaited<ReturnType<typeof open>>, work: () => Promise<unknown>) {
  const calls: string[] = [];
  chat.fault = (call) => {
    if (call !== "reply") calls.push(call);
    return undefined;
  };
  await work();
  chat.fault = () => undefined;
  return calls;
}

describe("who is called by a name", () => {
  it.each(["Ann", "𝓐𝓷𝓷", "Ann–Lee", "ﬁona", "Ann Lee!"])("%s is known from hidden works too", async (name) => {
    const { chat, said, quiet } = await open();
    await chat.say({ ...ann, id: "u1", name }, "/dream octaves:1");
    await quiet();
    // Gone from the chat, which does not find them any more.
    chat.mentionable.length = 0;
    expect(await said(mod, `/moderate hide ${name}`)).toEqual([
      expect.stringContaining(`of ${name} out of the gallery`),
    ]);
    expect(await said(mod, `/moderate show ${name}`)).toEqual([
      expect.stringContaining(`${name} back into the gallery.`),
    ]);
  });

  it("is known from closed channels alone", async () => {
    const { chat, said, quiet } = await open();
    chat.info = { closed: true, restricted: false };
    await chat.say(ann, "/dream octaves:1");
    await quiet();
    chat.mentionable.length = 0;
    expect(await said(mod, "/moderate bar ann")).toEqual([expect.stringMatching(/^Ann is barred/)]);
  });
});

describe("a person whom moderators have barred", () => {
  it("is in the list and the log, however long those have become", async () => {
    const { chat, said } = await open();
    const names = Array.from({ length: 49 }, (_, index) => `Somebody with a long name ${index + 10}`);
    chat.mentionable.push(...names.map((name, index) => ({ kind: "person" as const, id: `p${index}`, name })));
    for (const name of names) await said(mod, `/moderate bar @${name}`);
    for (const line of ["/moderate", "/moderate log"]) {
      const parts = await said(mod, line);
      expect(parts.length).toBeGreaterThan(1);
      expect(names.filter((name) => !parts.join("\n").includes(name))).toEqual([]);
    }
    expect(chat.violations).toEqual([]);
  });

  it("gets one sentence for a command and a button, and nothing for a reaction, without another call", async () => {
    const studio = await open();
    const { chat, said, quiet, engine } = studio;
    await chat.say(ann, "/dream octaves:1 seed:7");
    await quiet();
    await chat.say(mod, "/settings art:on");
    const photo = { bytes: await picture(20, 20), name: "p.png", type: "image/png" };
    const shared = chat.share(ben, [photo]);
    const shown = chat.in("channel").find(({ content }) => content.buttons?.length);
    if (!shown) throw new Error("no result");
    expect(await said(mod, "/moderate bar @Ann")).toEqual([expect.stringMatching(/^Ann is barred: from them I take/)]);
    const runs = engine.runs.length;
    const calls = await callsDuring(studio, async () => {
      expect(await said(ann, "/dream", { attachments: [source(photo.bytes)] })).toEqual([BARRED]);
      expect(await said(ann, "/nonsense")).toEqual([BARRED]);
      const before = chat.ephemeral.length;
      await chat.press(ann, shown, "again");
      expect(chat.ephemeral.slice(before).map(({ text }) => text)).toEqual([BARRED]);
      for (const [message, emoji] of [
        [shared, "👁"],
        [shared, winter],
        [shown, "🔁"],
      ] as const)
        await chat.reactTo(ann, message, emoji);
      expect(chat.ephemeral).toHaveLength(before + 1);
    });
    expect(calls).toEqual([]);
    expect(chat.unwanted).toBe(3);
    // Another chat may report a reaction that it has not asked about.
    const message = { id: shared.id, channel: art };
    await studio.handlers.event({ kind: "reaction", emoji: "👁", added: true, message, user: ann });
    await quiet();
    expect(engine.runs).toHaveLength(runs);
    // It is about this community alone, and about no one else.
    expect(await said(ben, "/dream octaves:1")).toEqual([]);
    await chat.say(ann, "/dream octaves:1", { channel: { ...art, community: "other" } });
    await quiet();
    expect(engine.runs).toHaveLength(runs + 2);
  });

  it("changes nothing on the gallery's page either", async () => {
    const { chat, said, store, handlers, quiet } = await open();
    await chat.say(ann, "/dream octaves:1");
    await quiet();
    await said(mod, "/moderate bar @Ann");
    const { id = "" } = store.jobs.latest({ platform: "fake", community: "club", author: "ann" }) ?? {};
    const viewer = { user: ann, platform: "fake", community: "club" };
    await expect(handlers.gallery?.favourite(id, true, viewer)).rejects.toMatchObject({ message: BARRED });
    await expect(handlers.gallery?.hide(id, true, viewer)).rejects.toMatchObject({ message: BARRED });
    expect(store.jobs.get(id)).toMatchObject({ favourites: 0, hidden: false });
    expect(await handlers.gallery?.favourite(id, true, { ...viewer, user: ben })).toBe(1);
  });

  it("may still learn what is stored, and delete it", async () => {
    const { said, chat } = await open();
    await said(mod, "/moderate bar <@ann>");
    expect((await said(ann, "/settings mydata")).join()).toContain("Nothing is stored about you");
    expect((await said(ann, "/help")).join()).toContain("/dream");
    await chat.act(ann, "mydata:delete");
    expect(chat.ephemeral.at(-1)?.text).toMatch(/^Deleted/);
    expect(await said(ann, "/moderate lift @Ann")).toEqual(["Only moderators may do that."]);
  });

  it("is one with a role that is barred", async () => {
    const { chat, said, engine, quiet } = await open();
    chat.mentionable.push({ kind: "role", id: "noisy", name: "@noisy" });
    expect((await said(mod, "/moderate bar <@&noisy>")).join()).toMatch(
      /^@noisy is barred: from people with that role/,
    );
    const loud = { ...ben, roles: ["quiet", "noisy"] };
    expect(await said(loud, "/dream")).toEqual([BARRED]);
    expect(await said({ ...ben, roles: ["quiet"] }, "/dream octaves:1")).toEqual([]);
    await quiet();
    expect(engine.runs).toHaveLength(1);
    expect((await said(mod, "/moderate hide <@&noisy>")).join()).toMatch(/^Only people have works/);
    // Who has the role and moderates can lift it.
    const both = { ...mod, roles: ["noisy"] };
    expect(await said(both, "/dream")).toEqual([BARRED]);
    expect(await said(both, "/moderate lift @noisy")).toEqual(["@noisy is no longer barred."]);
    expect(await said(loud, "/dream octaves:1")).toEqual([]);
  });

  it("is not counted in a vote for what was reacted while the program was away", async () => {
    const first = await open();
    const { chat } = first;
    await chat.say(mod, "/blend vote minutes:60", { attachments: [source(await picture(20, 20))] });
    await chat.say(mod, "/moderate bar @Ann");
    const vote = chat.in("channel").at(-1);
    if (!vote) throw new Error("no vote");
    await first.close();
    for (const user of [ann, ben]) chat.give(user, vote, winter);
    const { store, handlers } = await open({ chat, dir: first.dir });
    await handlers.idle();
    await chat.until(() => store.interactiveMessages.votes(vote).length > 0);
    expect(store.interactiveMessages.votes(vote)).toEqual([{ user: "ben", choice: "winter" }]);
  });

  it("no longer counts in votes, and what the person opened is not painted", async () => {
    const { chat, said, engine, store } = await open();
    const attachments = [source(await picture(20, 20))];
    await chat.say(ann, "/blend vote minutes:60", { attachments });
    const vote = chat.in("channel").at(-1);
    if (!vote) throw new Error("no vote");
    for (const user of [ann, ben]) await chat.reactTo(user, vote, winter);
    await said(mod, "/moderate bar @Ben");
    await said(mod, "/moderate bar @Ann");
    await chat.press(mod, vote, "paint");
    expect(chat.ephemeral.at(-1)?.text).toBe("Nobody has voted yet: react with a style first.");
    await chat.reactTo(mod, vote, winter);
    await chat.press(mod, vote, "paint");
    expect(vote.content.text).toMatch(
      /^\*\*The vote is over\.\*\* The moderators have barred Ann from using me, so nothing is painted\.\n/,
    );
    expect(vote.content.text).toMatch(/winter 100% \(1\)/);
    expect(store.interactiveMessages.list("vote")).toEqual([]);
    expect(engine.runs).toEqual([]);
  });

  it("no longer counts in votes by a role that was barred since, before and after a restart", async () => {
    const first = await open();
    const { chat } = first;
    chat.mentionable.push({ kind: "role", id: "noisy", name: "@noisy" });
    await chat.say(mod, "/blend vote minutes:60", { attachments: [source(await picture(20, 20))] });
    const vote = chat.in("channel").at(-1);
    if (!vote) throw new Error("no vote");
    await chat.reactTo({ ...ben, roles: ["quiet", "noisy"] }, vote, winter);
    await first.said(mod, "/moderate bar <@&noisy>");
    await chat.press(mod, vote, "paint");
    expect(chat.ephemeral.at(-1)?.text).toBe("Nobody has voted yet: react with a style first.");
    await first.close();
    const { handlers } = await open({ chat, dir: first.dir });
    await handlers.idle();
    await chat.press(mod, vote, "paint");
    expect(chat.ephemeral.at(-1)?.text).toBe("Nobody has voted yet: react with a style first.");
  });

  it("no longer counts among a work's favourites, and again once the bar is lifted", async () => {
    const { chat, said, store, quiet } = await open();
    chat.mentionable.push({ kind: "role", id: "noisy", name: "@noisy" });
    await chat.say(mod, "/dream octaves:1");
    await quiet();
    const shown = chat.in("channel").find(({ content }) => content.buttons?.length);
    const { id } = store.jobs.latest({ platform: "fake", community: "club", author: mod.id }) ?? {};
    if (!shown || id === undefined) throw new Error("no result");
    const count = () => store.jobs.get(id)?.favourites;
    await chat.reactTo(ann, shown, "❤️");
    await chat.reactTo({ ...ben, roles: ["noisy"] }, shown, "❤️");
    expect(count()).toBe(2);
    await said(mod, "/moderate bar @Ann");
    expect(count()).toBe(1);
    await said(mod, "/moderate bar <@&noisy>");
    expect(count()).toBe(0);
    await chat.reactTo(mod, shown, "❤️");
    expect(count()).toBe(1);
    await said(mod, "/moderate lift @noisy");
    await said(mod, "/moderate lift @Ann");
    expect(count()).toBe(3);
  });

  it("has no palette painted, also where a role was barred while the program was away, and nothing said", async () => {
    const first = await open();
    const { chat } = first;
    const loud = { ...ann, roles: ["noisy"] };
    await chat.say(loud, "/stylize", { attachments: [source(await picture(20, 20))] });
    const palette = chat.in("channel").at(-1);
    if (!palette) throw new Error("no palette");
    first.store.bars.add(art, { kind: "role", id: "noisy", name: "@noisy" }, mod);
    await first.close();
    chat.give(loud, palette, winter);
    const { store, handlers, engine, quiet } = await open({ chat, dir: first.dir });
    await handlers.idle();
    const painted = () => store.interactiveMessages.get(palette)?.payload.painted as readonly string[] | undefined;
    await chat.until(() => painted()?.includes("winter"));
    await quiet();
    expect(engine.runs).toEqual([]);
    expect(chat.in("channel").at(-1)).toBe(palette);
  });
});

describe("/moderate", () => {
  it("is for moderators, in communities", async () => {
    const { said } = await open();
    expect(await said(ann, "/moderate")).toEqual(["Only moderators may do that."]);
    const direct = { channel: { platform: "fake", community: "@me", id: "direct" } };
    expect((await said(mod, "/moderate bar @Ann", direct)).join()).toMatch(/^Direct messages belong to no community/);
    expect((await said(mod, "/settings bot:off everywhere:yes", direct)).join()).toMatch(/^Direct messages belong/);
    expect((await said(mod, "/settings reports:here", direct)).join()).toMatch(/^Direct messages belong/);
  });

  it("lists bars and lifts them, also of those who have left", async () => {
    const { chat, said } = await open();
    expect((await said(mod, "/moderate")).join()).toMatch(/^Nobody is barred here/);
    expect((await said(mod, "/moderate bar")).join()).toBe(
      "Who do you mean? Mention them, for example: `/moderate bar @Ann`",
    );
    expect((await said(mod, "/moderate bar @Zoe")).join()).toMatch(/^I don't know anyone called @Zoe here/);
    expect(await said(mod, "/moderate bar @Mo")).toEqual(["You cannot bar yourself."]);
    await said(mod, "/moderate bar @Ann");
    expect(await said(mod, "/moderate bar @Ann")).toEqual(["Ann is barred already."]);
    expect((await said(mod, "/moderate list")).join()).toMatch(/^\*\*Barred here\*\*\n· Ann, by Mo, \d{4}-\d\d-\d\d$/);
    chat.mentionable.length = 0;
    expect(await said(mod, "/moderate lift <@ann>")).toEqual(["Ann is no longer barred."]);
    expect((await said(mod, "/moderate lift Ann")).join()).toMatch(/^I don't know anyone called Ann/);
  });

  it("says in the log which bar it was", async () => {
    const { said } = await open();
    await said(mod, "/moderate bar @Ann");
    await said(mod, "/moderate lift @Ann");
    expect(
      (await said(mod, "/moderate log"))
        .join()
        .split("\n")
        .slice(1)
        .map((line) => line.slice(21)),
    ).toEqual(["Mo lifted the bar on Ann (from the bot)", "Mo barred Ann (from the bot)"]);
  });

  it("asks which one is meant where several have a name", async () => {
    const { chat, said, quiet } = await open();
    for (const id of ["twin1", "twin2"]) await chat.say({ id, name: "Twin", moderator: false }, "/dream octaves:1");
    await quiet();
    expect((await said(mod, "/moderate bar Twin")).join()).toMatch(/^Several people here are called Twin/);
    expect((await said(ben, "/gallery person:Twin")).join()).toMatch(/^Several people here are called Twin/);
    expect((await said(mod, "/moderate bar twin2")).join()).toMatch(/^Twin is barred/);
  });

  it("cancels a person's jobs, and hides their works so that they cannot show them again", async () => {
    const engine = new FakeEngine();
    const { chat, said, quiet, queue, store, handlers } = await open({ engine });
    await chat.say(ann, "/dream octaves:1");
    await (await engine.next()).finish();
    await quiet();
    const work = store.jobs.latest({ platform: "fake", community: "club", author: "ann" })?.id;
    for (const user of [ann, ann, ben]) await chat.say(user, "/dream");
    await engine.next();
    expect(await said(mod, "/moderate cancel @Ann")).toEqual(["Cancelled 2 jobs of Ann."]);
    expect(await said(mod, "/moderate cancel @Ann")).toEqual(["Ann has nothing waiting or running here."]);
    expect(queue.positions().map(({ job }) => job.author.name)).toEqual(["Ben"]);
    expect((await said(mod, "/moderate hide @Ann")).join()).toMatch(/^Took 1 work of Ann out of the gallery/);
    expect((await said(ann, `/gallery restore ${work}`)).join()).toMatch(/^A moderator has taken it out/);
    for (const user of [ann, mod]) {
      const shown = handlers.gallery?.work(work ?? "", { user, platform: "fake", community: "club" });
      expect(await shown).toMatchObject({ hidden: true, mayHide: user.moderator });
    }
    expect(await said(ben, "/gallery")).toEqual([expect.stringMatching(/nothing here yet/)]);
    // Nor is anything made of it, by the author neither.
    const shown = chat.in("channel")[0];
    const final = chat.in("thread").find(({ content }) => content.text.startsWith("Your picture is ready"));
    if (!shown || !final) throw new Error("no result");
    const positions = queue.positions().length;
    for (const user of [ann, ben])
      for (const attempt of [
        () => chat.say(user, `/again ${work}`),
        () => chat.press(user, shown, "again"),
        () => chat.act(user, `job:film:${work}`, shown),
        () => chat.say(user, "/dream", { repliesTo: { id: final.id, channel: final.channel } }),
      ]) {
        await attempt();
        expect(chat.ephemeral.at(-1)?.text).toMatch(
          /^The moderators have hidden this work, so nothing can be made from it/,
        );
      }
    expect(queue.positions()).toHaveLength(positions);
    expect((await said(mod, "/moderate show @Ann")).join()).toBe("Put 1 work of Ann back into the gallery.");
    expect((await said(mod, "/moderate show @Ann")).join()).toMatch(/^None of Ann's works/);
    // So does a moderator who takes out a single one.
    await said(mod, `/gallery remove ${work}`);
    expect((await said(ann, `/gallery restore ${work}`)).join()).toMatch(/^A moderator has taken it out/);
    await said(mod, `/gallery restore ${work}`);
    await said(ann, `/gallery remove ${work}`);
    expect((await said(ann, `/gallery restore ${work}`)).join()).toBe(`${work} is in the gallery again.`);
    const log = (await said(mod, "/moderate log")).join();
    const title = "Dream of creatures by Ann";
    expect(log.split("\n").map((line) => line.replace(/^· [\d: -]+ · /, ""))).toEqual([
      "**What moderators have done here** (times in UTC)",
      `Mo put ${title} back into the gallery (${work})`,
      `Mo took ${title} out of the gallery (${work})`,
      "Mo put works of Ann back into the gallery (1 work)",
      "Mo took works of Ann out of the gallery (1 work)",
      "Mo cancelled what Ann had waiting or running (2 jobs)",
    ]);
    queue.cancel(queue.positions()[0]?.job.id ?? "", { by: "person", name: "Ben" });
  });

  it("shows of a long log what one message holds", async () => {
    const { chat, said, store } = await open();
    const act = { platform: "fake", community: "club", by: mod, kind: "rename", detail: "x".repeat(300) };
    for (let index = 0; index < 60; index++) store.acts.add({ ...act, subject: `${index} ${"Name".repeat(30)}` });
    const [log = ""] = await said(mod, "/moderate log");
    expect(log.length).toBeGreaterThan(1500);
    expect(log).toContain("Mo renamed 59 Name");
    expect(chat.violations).toEqual([]);
  });
});

describe("what adapters are given to moderate beside the chat", () => {
  it("works for moderators of the platform alone, and shares the log", async () => {
    const engine = new FakeEngine();
    const { chat, handlers, said, store } = await open({ engine });
    const { moderation } = handlers;
    if (!moderation) throw new Error("nothing to moderate with");
    const here = { platform: "fake", community: "club" };
    const person = { platform: "fake", user: "ann" };
    const refused = { kind: "forbidden" };
    const muted = { ...here, kind: "mute", subject: "Ann", detail: "until Monday" } as const;
    for (const attempt of [
      () => moderation.note(ann, muted),
      () => moderation.acts(ann, here, 9),
      () => moderation.bars(ann, here),
      () => moderation.setBarred(ann, here, { id: "ben", name: "Ben" }, true),
      () => moderation.setBarred(mod, { ...here, platform: "discord" }, ann, true),
      () => moderation.cancelJobs(ann, person),
      () => moderation.hideWorks(ann, person, true),
      () => moderation.hideWorks(mod, { ...person, platform: "discord" }, true),
      () => moderation.note(mod, { ...muted, platform: "discord" }),
    ])
      expect(attempt).toThrow(expect.objectContaining(refused));
    await chat.say(ann, "/dream octaves:1");
    await engine.next();
    moderation.note(mod, muted);
    expect(moderation.acts(mod, here, 9)).toMatchObject([{ ...muted, by: { id: "mod", name: "Mo" } }]);
    expect((await said(mod, "/moderate log")).join()).toContain("Mo muted Ann (until Monday)");
    await said(mod, "/moderate bar @Ann");
    const barred = { id: "ann", name: "Ann", by: { id: "mod", name: "Mo" }, at: expect.any(Number) };
    expect(moderation.bars(mod, here)).toEqual([barred]);
    expect(moderation.cancelJobs(mod, person)).toBe(1);
    // The engine still has the cancelled job.
    expect(moderation.hideWorks(mod, person, true)).toBe(1);
    expect(store.jobs.latest({ ...here, author: "ann" })).toMatchObject({ withheld: true });
  });
});
