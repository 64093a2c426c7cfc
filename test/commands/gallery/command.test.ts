import sharp from "sharp";
import { describe, expect, it, vi } from "vitest";
import { pageButtonId, readPageButtonId } from "../../../src/commands/gallery/page-message.js";
import type { ChatError } from "../../../src/port/chat-error.js";
import { deferred } from "../../../src/shared/async.js";
import { ann, art, ben, FakeChat, type FakeMessage, mod, source } from "../../fakes/chat.js";
import { FakeEngine, picture } from "../../fakes/engine.js";
import type { StudioOptions } from "../../fakes/studio.js";
import { studio } from "../../fakes/studio.js";

async function open(options: StudioOptions = {}) {
  const opened = await studio({ engine: new FakeEngine({ automatic: true }), ...options });
  const { chat, quiet, store } = opened;
  const make = async (user = ann, line = "/dream octaves:1", more: Parameters<FakeChat["say"]>[2] = {}) => {
    await chat.say(user, line, { attachments: [source(await picture(48, 36))], ...more });
    await quiet();
    return /job `(\w+)`/.exec(chat.in("channel").at(-1)?.content.text ?? "")?.[1] ?? "";
  };
  const gallery = async (user = ben, line = "/gallery", more: Parameters<FakeChat["say"]>[2] = {}) => {
    const before = chat.messages.length;
    await chat.say(user, line, more);
    return chat.messages[before];
  };
  const said = async (user: typeof ann, line: string) => {
    const before = chat.ephemeral.length;
    await chat.say(user, line);
    return chat.ephemeral[before]?.text;
  };
  return {
    ...opened,
    make,
    gallery,
    said,
    love: (job: string, user: string) => store.favourites.set(job, { platform: "fake", user }, true),
  };
}

const ids = (message: FakeMessage | undefined) =>
  [...(message?.content.text.matchAll(/· `(\w{8})`$/gm) ?? [])].map(([, id]) => id);

describe("/gallery", () => {
  it("shows a sheet of works with titles, authors, favourites, ids, links and lines", async () => {
    const { chat, make, gallery, love } = await open();
    const first = await make(ann, "/dream octaves:1 seed:3");
    const second = await make(ben, "/stylize winter size:64 seed:4");
    love(first, "x");
    const page = await gallery();
    expect(ids(page)).toEqual([second, first]);
    const text = page?.content.text ?? "";
    expect(text).toMatch(
      /^\*\*Gallery\*\*, newest first\n\*\*1\.\*\* \[Painting in winter\]\(https:\/\/chat\.example\/art\/m\d+\) by Ben/,
    );
    expect(text).toContain(`by Ann · ❤️ 1 · \`${first}\``);
    expect(text).toMatch(/`\/dream look:creatures .*seed:3 /);
    // What belongs to a line that cannot say it.
    expect(text).toMatch(/`\/stylize winter .*seed:4.*` · needs the same picture · recipe version \d+$/m);
    const sheet = await sharp(page?.pictures[0]?.bytes).metadata();
    expect([sheet.format, sheet.width]).toEqual(["jpeg", 648]);
    expect(page?.content.buttons).toEqual([]);
    expect(ids(await gallery(ben, "/gallery by:favourites"))).toEqual([first, second]);
    expect(chat.violations).toEqual([]);
  });

  it("turns pages by buttons, also after works have come, and back", async () => {
    const { chat, make, gallery } = await open();
    const made: string[] = [];
    for (let n = 0; n < 8; n++) made.unshift(await make());
    const page = await gallery();
    expect(ids(page)).toEqual(made.slice(0, 6));
    expect(page?.content.buttons?.map(({ label }) => label)).toEqual(["Next"]);
    await make(ben);
    if (!page) throw new Error("no page");
    const press = async (label: string) => {
      const button = page.content.buttons?.find((known) => known.label === label);
      await chat.act(mod, button?.id ?? "", page);
    };
    await press("Next");
    expect(ids(page)).toEqual(made.slice(6));
    expect(page.content.text).toMatch(/page 2\n\*\*7\.\*\*/);
    expect(page.content.buttons?.map(({ label }) => label)).toEqual(["Previous"]);
    await press("Previous");
    expect(ids(page)).toHaveLength(6);
    expect(ids(await gallery(ben, "/gallery page:9"))).toHaveLength(3);
    await chat.act(ann, "gallery:dc:2:zzz:", page);
    expect(chat.ephemeral.at(-1)?.text).toMatch(/not known; begin at the first/);
    expect(chat.violations).toEqual([]);
  });

  it("can be one's own, another person's, one channel's", async () => {
    const { make, gallery, said } = await open();
    const [mine, here, there] = [
      await make(ben),
      await make(ann),
      await make(ann, "/dream octaves:1", { channel: { ...art, id: "hall" } }),
    ];
    expect(ids(await gallery(ben, "/gallery mine"))).toEqual([mine]);
    expect(ids(await gallery(ben, "/gallery person:@ann"))).toEqual([there, here]);
    expect(ids(await gallery(ben, "/gallery person:<@ann>"))).toEqual([there, here]);
    expect(ids(await gallery(ben, "/gallery here"))).toEqual([here, mine]);
    expect(await said(ben, "/gallery person:An")).toBe("Nobody called An has works here; did you mean Ann?");
    expect(await said(mod, "/gallery mine")).toMatch(/nothing here yet/);
  });

  it("knows people by names in other characters than those that lines have", async () => {
    const { make, gallery } = await open();
    const work = await make({ ...ann, id: "u1", name: "𝓐𝓷𝓷" });
    for (const typed of ["𝓐𝓷𝓷", "ann", "@Ａｎｎ"])
      expect(ids(await gallery(ben, `/gallery person:${typed}`))).toEqual([work]);
    expect(ids(await gallery(ben, "/gallery", { options: { person: "𝓐𝓷𝓷" } }))).toEqual([work]);
  });

  it("knows in a closed channel those who have works there, and elsewhere not", async () => {
    const { chat, make, gallery, said } = await open();
    chat.info = { closed: true, restricted: false };
    const secret = await make();
    expect(ids(await gallery(ben, "/gallery person:Ann"))).toEqual([secret]);
    expect(ids(await gallery(ben, "/gallery here person:Ann"))).toEqual([secret]);
    expect(await said(ben, "/gallery here:no person:Ann")).toBe("Nobody called Ann has works here.");
  });

  it("keeps what was made in closed and restricted places there", async () => {
    const { chat, make, gallery, said } = await open();
    const cellar = { ...art, id: "cellar" };
    chat.info = { closed: true, restricted: false };
    const secret = await make(ann, "/dream octaves:1", { channel: cellar });
    expect(ids(await gallery(ben, "/gallery", { channel: cellar }))).toEqual([secret]);
    chat.info = { closed: false, restricted: false };
    expect(await gallery()).toBeUndefined();
    expect(await said(ben, `/gallery show ${secret}`)).toMatch(/no finished job/);
    expect(await said(ben, `/again ${secret}`)).toMatch(/no job/);
  });

  it("keeps what was made in a private thread there, from the channel around it as well", async () => {
    const { chat, make, gallery, said, repository: jobs } = await open();
    const thread = { ...art, thread: "private" };
    chat.threads.set("private", { title: "between us", open: true });
    chat.info = { closed: true, restricted: false, ownMembers: true };
    await make(ann, "/dream octaves:1", { channel: thread });
    const secret = (await jobs.latest({ platform: art.platform, community: art.community, author: ann.id }))?.id;
    chat.info = { closed: false, restricted: false };
    for (const line of ["/gallery", "/gallery here"]) expect(await gallery(ben, line)).toBeUndefined();
    expect(await said(ben, `/gallery show ${secret}`)).toMatch(/no finished job/);
    expect(await said(ben, `/again ${secret}`)).toMatch(/no job/);
    await chat.say(ben, `/gallery show ${secret}`, { channel: thread });
    expect(chat.in("thread").at(-1)?.pictures).toHaveLength(1);
  });

  it("is left and entered again by the word of authors and moderators", async () => {
    const { make, gallery, said } = await open();
    const [kept, job] = [await make(ann), await make(ann)];
    expect(await said(ben, `/gallery remove ${job}`)).toMatch(/^This is Ann's; only they and moderators/);
    expect(await said(ann, `/gallery remove ${job}`)).toMatch(/is out of the gallery; its messages stay/);
    expect(ids(await gallery())).toEqual([kept]);
    expect(await said(ben, `/gallery show ${job}`)).toMatch(/not in the gallery/);
    expect(await said(mod, `/gallery restore ${job.slice(0, 6)}`)).toBe(`${job} is in the gallery again.`);
    expect(ids(await gallery())).toEqual([job, kept]);
    expect(await said(ann, "/gallery remove")).toMatch(/^Which one\? For example: `\/gallery remove 7KQ4M9XA`/);
  });

  it("shows one work with its chain, and makes it again", async () => {
    const { chat, make, gallery, quiet, engine } = await open();
    const first = await make(ann);
    const final = chat.in("thread").at(-1);
    if (!final) throw new Error("no result");
    const answer = { attachments: [], repliesTo: { id: final.id, channel: final.channel } };
    const second = await make(ben, "/stylize winter size:64", answer);
    const shown = await gallery(mod, `/gallery show ${first}`);
    expect(shown?.content.text).toContain(`Made from it: Painting in winter by Ben (\`${second}\`)`);
    expect(shown?.pictures).toHaveLength(1);
    expect(shown?.content.buttons?.map(({ label }) => label)).toEqual([
      ...["Vary", "Stronger", "Weaker", "Larger", "Film", "Morph", "Use as style"],
      "Again",
    ]);
    const other = await gallery(mod, `/gallery show ${second}`);
    expect(other?.content.text).toContain(`Made from Dream of creatures by Ann (\`${first}\`)`);
    expect(other?.content.text).toContain("Picture by Ann · style winter by Dreamloom, CC0");
    const before = engine.runs.length;
    if (shown) await chat.press(mod, shown, "again");
    await quiet();
    expect(engine.runs).toHaveLength(before + 1);
    // The same again is no remix: it was not made of the result.
    const variation = chat.in("channel").at(-1)?.content.text ?? "";
    expect(variation).toContain(`for Mo, a variation of \`${first}\``);
    const third = /job `(\w+)`/.exec(variation)?.[1] ?? "";
    expect((await gallery(mod, `/gallery show ${third}`))?.content.text).toContain(
      `A variation of Dream of creatures by Ann (\`${first}\`)`,
    );
    expect((await gallery(mod, `/gallery show ${first}`))?.content.text).toContain(
      `Made from it: Painting in winter by Ben (\`${second}\`)\n` +
        `Variations of it: Dream of creatures by Mo (\`${third}\`)`,
    );
  });

  it("hints at hidden works only", async () => {
    const stripes = await sharp({ create: { width: 64, height: 64, channels: 3, background: "#fff" } })
      .composite(
        Array.from(
          { length: 8 },
          (_, n) =>
            ({
              input: { create: { width: 4, height: 64, channels: 3, background: "#000" } },
              left: n * 8,
              top: 0,
            }) as const,
        ),
      )
      .png()
      .toBuffer();
    const engine = new FakeEngine();
    const { chat, quiet } = await studio({ engine });
    const say = async (spoiler: boolean) => {
      await chat.say(ann, "/dream octaves:1", { attachments: [{ ...source(stripes), spoiler }] });
      (await engine.next()).finishWith(stripes, 64, 64);
      await quiet();
    };
    await say(true);
    await say(false);
    await chat.say(ben, "/gallery");
    const sheet = chat.messages.at(-1)?.pictures[0]?.bytes;
    const contrast = async (left: number) => {
      const area = sharp(await sharp(sheet).extract({ left, top: 120, width: 200, height: 20 }).greyscale().toBuffer());
      return (await area.stats()).channels[0]?.stdev ?? 0;
    };
    expect(await contrast(60)).toBeGreaterThan(60);
    expect(await contrast(16 + 300 + 16 + 20)).toBeLessThan(45);
  });

  it("stays within a message's length and a button's id", async () => {
    const chat = new FakeChat({ textLength: 900 });
    const { make, gallery } = await open({ chat });
    for (let n = 0; n < 7; n++) await make();
    const page = await gallery();
    expect(ids(page)).toHaveLength(6);
    expect(page?.content.text.length).toBeLessThanOrEqual(900);
    expect(chat.violations).toEqual([]);
    const leaf = {
      by: "favourites",
      here: true,
      page: 200,
      after: "1z.mhx3k2aa.zzzzzz",
      author: "123456789012345678901",
    } as const;
    expect(pageButtonId(leaf).length).toBeLessThanOrEqual(100);
    expect(readPageButtonId(pageButtonId(leaf))).toEqual(leaf);
    expect(readPageButtonId("job:again:7KQ4M9XA")).toBeUndefined();
  });
});

describe("the gallery's part for everybody", () => {
  const scope = { platform: "fake", community: "club", channels: [art.id] };

  it("tells of a work what a stranger may know, and nothing of one that is hidden, from that moment on", async () => {
    const { make, said, handlers } = await open();
    const [own, other] = [await make(), await make(ben)];
    const outside = handlers.publicGallery;
    if (!outside) throw new Error("no public gallery");
    const works = async () => (await outside.page({ limit: 9 }, scope)).works.map(({ job }) => job);
    expect(await works()).toEqual([other, own]);
    const told = await outside.work(own, scope);
    expect(Object.keys(told).sort()).toEqual(["at", "author", "credits", "film", "height", "job", "title", "width"]);
    expect(told).toMatchObject({ job: own, author: "Ann", film: false });
    expect((await outside.thumbnail(own, 480, scope)).type).toBe("image/jpeg");
    expect((await outside.file(own, scope)).name).toMatch(new RegExp(`^${own}\\.`));
    expect((await outside.choices(scope)).people).toEqual(["Ann", "Ben"]);
    expect((await outside.page({ limit: 9, person: "Ben" }, scope)).works.map(({ job }) => job)).toEqual([other]);
    await said(ann, `/gallery remove ${own}`);
    await said(mod, `/gallery remove ${other}`);
    expect(await works()).toEqual([]);
    for (const job of [own, other]) {
      await expect(outside.work(job, scope)).rejects.toMatchObject({ kind: "gone" });
      await expect(outside.thumbnail(job, 480, scope)).rejects.toMatchObject({ kind: "gone" });
      await expect(outside.file(job, scope)).rejects.toMatchObject({ kind: "gone" });
    }
    await said(mod, `/gallery restore ${other}`);
    expect(await works()).toEqual([other]);
    await said(ben, "/settings optout");
    expect(await works()).toEqual([]);
    await expect(outside.page({ limit: 9, after: "odd" }, scope)).rejects.toMatchObject({ kind: "gone" });
  });
});

describe("small pictures of the gallery", () => {
  it("are refused for now where hundreds wait already", async () => {
    const { make, handlers, store } = await open();
    const job = await make();
    const held = deferred<undefined>();
    vi.spyOn(store.jobs, "result").mockReturnValue(held.promise);
    const asked = Array.from({ length: 600 }, (_, n) => handlers.gallery?.thumbnail(job, n + 1, { ...art, user: ann }));
    const ended = Promise.all(asked.map((each) => each?.catch((error: ChatError) => error.kind)));
    held.resolve(undefined);
    const kinds = await ended;
    expect(new Set(kinds)).toEqual(new Set(["gone", "unavailable"]));
    expect(kinds.lastIndexOf("gone")).toBeLessThan(kinds.indexOf("unavailable"));
  });
});
