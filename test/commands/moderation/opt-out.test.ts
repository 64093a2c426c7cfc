import { describe, expect, it } from "vitest";
import { loadBuiltInStyles } from "../../../src/commands/styles/built-in-styles.js";
import type { NewestPicture } from "../../../src/port/newest.js";
import { ann, art, ben, mod, source } from "../../fakes/chat.js";
import { FakeEngine, picture } from "../../fakes/engine.js";
import { studio } from "../../fakes/studio.js";

const winter = loadBuiltInStyles().find(({ name }) => name === "winter")?.emoji ?? "";
const HERS = "Ann lets no one else use their pictures and works, so please choose another one.";

async function open() {
  const engine = new FakeEngine({ automatic: true });
  const all = await studio({ engine });
  const { chat, quiet } = all;
  const photo = await picture(40, 30);
  const shared = chat.share(ann, [{ bytes: photo, name: "hers.png", type: "image/png" }]);
  /** How many jobs came of it, and the last private word. */
  const tries = async (work: () => Promise<unknown>): Promise<readonly [number, string | undefined]> => {
    const [runs, words] = [engine.runs.length, chat.ephemeral.length];
    await work();
    await quiet();
    return [engine.runs.length - runs, chat.ephemeral.slice(words).at(-1)?.text];
  };
  const optOut = () => chat.say(ann, "/settings optout");
  return { ...all, engine, photo, shared, tries, optOut };
}

describe("the pictures of a person who has opted out", () => {
  it("are used for that person alone, wherever others point at them", async () => {
    const { chat, photo, shared, tries, optOut } = await open();
    await optOut();
    expect(chat.ephemeral.at(-1)?.text).toMatch(/^Done: I use your pictures and works for you alone now/);
    const theirs = [{ ...source(photo), author: { id: "ann", name: "Ann" } }];
    const answer = { repliesTo: { id: shared.id, channel: art } };
    expect(await tries(() => chat.say(ben, "/dream octaves:1", { attachments: theirs }))).toEqual([0, HERS]);
    expect(await tries(() => chat.say(ben, "/dream octaves:1", answer))).toEqual([0, HERS]);
    Object.assign(chat, { picturesBehind: async () => theirs });
    expect(await tries(() => chat.say(ben, "/dream octaves:1 https://chat.example/art/1"))).toEqual([0, HERS]);
    const second = [source(photo), ...theirs];
    expect(await tries(() => chat.say(ben, "/stylize", { attachments: second }))).toEqual([0, HERS]);
    expect(await tries(() => chat.say(ben, "/style add name:hers emoji:🍂", { attachments: theirs }))).toEqual([
      0,
      HERS,
    ]);
    expect((await tries(() => chat.say(ann, "/dream octaves:1", answer)))[0]).toBe(1);
    expect((await tries(() => chat.say(ben, "/dream octaves:1", { attachments: [source(photo)] })))[0]).toBe(1);
    await chat.say(ann, "/settings optin");
    expect((await tries(() => chat.say(ben, "/dream octaves:1", answer)))[0]).toBe(1);
  });

  it("are none for an art channel", async () => {
    const { chat, shared, tries, optOut } = await open();
    await chat.say(mod, "/settings art:on");
    await optOut();
    expect((await tries(() => chat.reactTo(ben, shared, "👁")))[0]).toBe(0);
    expect(chat.in("channel").at(-1)?.content.text).toBe(`Ben: ${HERS}`);
    expect((await tries(() => chat.reactTo(ann, shared, "👁")))[0]).toBe(1);
  });

  it("are passed by where the newest picture of the channel is looked for", async () => {
    const { chat, engine, photo, tries, optOut } = await open();
    await optOut();
    const older = await picture(50, 20);
    const author = { id: "ann", name: "Ann" };
    let asked = 0;
    const hers = (left: number): NewestPicture => ({
      ...source(photo),
      author,
      older: async () => {
        asked += 1;
        return left > 0 ? hers(left - 1) : source(older);
      },
    });
    chat.latest = hers(7);
    expect((await tries(() => chat.say(ben, "/dream octaves:1")))[0]).toBe(1);
    expect(engine.runs.at(-1)?.request.pictures.image).toEqual(older);
    expect((await tries(() => chat.say(ann, "/dream octaves:1")))[0]).toBe(1);
    expect(engine.runs.at(-1)?.request.pictures.image).toEqual(photo);
    // Where there is hardly anything else, the search ends.
    asked = 0;
    chat.latest = hers(1_000);
    expect(await tries(() => chat.say(ben, "/dream octaves:1"))).toEqual([0, HERS]);
    expect(asked).toBeLessThan(30);
  });

  it("and their works are not worked on: again, by reaction, as a picture, or as a variation of it", async () => {
    const { chat, tries, optOut, repository } = await open();
    const here = { platform: "fake", community: "club" };
    await chat.say(ann, "/dream octaves:1");
    await tries(async () => undefined);
    const [shown] = chat.in("channel").filter(({ content }) => content.buttons);
    const work = (await repository.latest({ ...here, author: "ann" }))?.id ?? "";
    // Before that, Ben has varied it, and painted its result.
    await chat.say(ben, `/again ${work}`);
    await tries(async () => undefined);
    const variation = (await repository.latest({ ...here, author: "ben" }))?.id ?? "";
    const final = chat.in("thread").find(({ content }) => content.text.startsWith("Your picture is ready"));
    if (!shown || !final) throw new Error("no result");
    await chat.say(ben, "/stylize winter size:64", { repliesTo: { id: final.id, channel: final.channel } });
    await tries(async () => undefined);
    const remix = (await repository.latest({ ...here, author: "ben" }))?.id ?? "";
    expect(new Set([work, variation, remix]).size).toBe(3);
    await optOut();
    for (const id of [work, variation, remix])
      expect(await tries(() => chat.say(ben, `/again ${id}`))).toEqual([0, HERS]);
    expect(await tries(() => chat.press(ben, shown, "again"))).toEqual([0, HERS]);
    for (const emoji of ["🔁", "⬆️", "🎬"]) {
      expect((await tries(() => chat.reactTo(ben, final, emoji)))[0]).toBe(0);
      expect(chat.messages.at(-1)?.content.text).toBe(`Ben: ${HERS}`);
    }
    const answer = { repliesTo: { id: final.id, channel: final.channel } };
    expect(await tries(() => chat.say(ben, "/dream octaves:1", answer))).toEqual([0, HERS]);
    for (const id of [work, remix]) expect((await tries(() => chat.say(ann, `/again ${id}`)))[0]).toBe(1);
  });

  it("are refused as well where the bot itself shows them: in the gallery, in a palette, in a vote", async () => {
    const { chat, photo, tries, optOut, repository } = await open();
    const answerTo = ({ id, channel }: { id: string; channel: typeof art }) => ({ repliesTo: { id, channel } });
    const shows = async (line: string, extra: Parameters<typeof chat.say>[2] = {}) => {
      const before = chat.messages.length;
      await chat.say(ben, line, extra);
      const shown = chat.messages[before];
      if (!shown) throw new Error(`nothing shown: ${chat.ephemeral.at(-1)?.text}`);
      return shown;
    };
    await chat.say(ann, "/dream octaves:1", { attachments: [source(photo)] });
    await tries(async () => undefined);
    const work = (await repository.latest({ platform: "fake", community: "club", author: "ann" }))?.id ?? "";
    const hers = { attachments: [{ ...source(photo), author: { id: "ann", name: "Ann" } }] };
    const places = [
      await shows(`/gallery show ${work}`),
      await shows("/gallery"),
      await shows("/stylize", hers),
      await shows("/blend vote minutes:60", hers),
    ];
    const [single] = places;
    // Until then it is a remix, which names her.
    expect((await tries(() => chat.say(ben, "/dream octaves:1", single && answerTo(single))))[0]).toBe(1);
    const remix = await repository.latest({ platform: "fake", community: "club", author: "ben" });
    expect(remix).toMatchObject({ from: work, credits: [{ role: "picture", by: "Ann" }] });
    await optOut();
    for (const place of places)
      expect(await tries(() => chat.say(ben, "/dream octaves:1", answerTo(place)))).toEqual([0, HERS]);
    for (const place of places)
      expect((await tries(() => chat.say(ann, "/dream octaves:1", answerTo(place))))[1]).not.toBe(HERS);
    expect((await tries(() => chat.say(ann, "/dream octaves:1", single && answerTo(single))))[0]).toBe(1);
    // A name alone makes nobody's own picture hers.
    const named = [{ name: `${work}.png`, bytes: photo, type: "image/png" }];
    expect((await tries(() => chat.say(ben, "/dream octaves:1", answerTo(chat.share(ben, named)))))[0]).toBe(1);
  });

  it("are not painted by a palette or a vote that was opened before", async () => {
    const { chat, photo, tries, optOut } = await open();
    const attachments = [{ ...source(photo), author: { id: "ann", name: "Ann" } }];
    await chat.say(ben, "/stylize", { attachments });
    await chat.say(ben, "/blend vote minutes:60", { attachments });
    const [palette, vote] = chat.in("channel").slice(-2);
    if (!palette || !vote) throw new Error("nothing to choose on");
    await chat.reactTo(ben, vote, winter);
    await optOut();
    expect((await tries(() => chat.reactTo(ben, palette, winter)))[0]).toBe(0);
    await chat.until(() => chat.in("channel").at(-1)?.content.text === `Ben: ${HERS}`);
    expect((await tries(() => chat.press(ben, vote, "paint")))[0]).toBe(0);
    expect(vote.content.text).toContain(`**The vote is over.** ${HERS}`);
    expect(vote.content.buttons ?? []).toEqual([]);
    await chat.say(ann, "/settings optin");
    await chat.act(ben, "vote:paint", vote);
    expect(chat.ephemeral.at(-1)?.text).toBe("This vote is over.");
  });

  it("are not used once more by /again of a job that began with one, nor of its variations", async () => {
    const { chat, photo, tries, optOut, repository } = await open();
    const latest = async (author: string) =>
      (await repository.latest({ platform: "fake", community: "club", author }))?.id ?? "";
    const attachments = [{ ...source(photo), author: { id: "ann", name: "Ann" } }];
    await tries(() => chat.say(ben, "/dream octaves:1", { attachments }));
    const first = await latest("ben");
    await tries(() => chat.say(mod, `/again ${first}`));
    const variation = await latest("mod");
    // What somebody has made of the result was made before.
    const result = chat.in("thread").findLast(({ content }) => content.text.startsWith("Your picture is ready"));
    await tries(() =>
      chat.say(mod, "/dream octaves:1", { repliesTo: result && { id: result.id, channel: result.channel } }),
    );
    const remix = await latest("mod");
    expect(new Set([first, variation, remix]).size).toBe(3);
    await optOut();
    for (const id of [first, variation]) {
      expect(await tries(() => chat.say(ben, `/again ${id}`))).toEqual([0, HERS]);
      expect((await tries(() => chat.say(ann, `/again ${id}`)))[0]).toBe(1);
    }
    expect((await tries(() => chat.say(mod, `/again ${remix}`)))[0]).toBe(1);
  });

  it("are named among what is stored, and the opt-out goes with the rest", async () => {
    const { chat, optOut, store } = await open();
    await optOut();
    await chat.say(ann, "/settings mydata");
    expect(chat.ephemeral.at(-1)?.text).toMatch(/Since \d{4}-\d\d-\d\d no one else may use your pictures and works/);
    await chat.say(ann, "/settings mydata delete");
    expect(chat.ephemeral.at(-1)?.text).toContain("Your opt-out goes too");
    await chat.act(ann, "mydata:delete");
    expect(store.optOuts.has({ platform: "fake", user: "ann" })).toBe(false);
  });
});
