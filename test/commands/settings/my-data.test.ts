import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/store/images.js";
import { ann, art, ben, FakeChat, source } from "../../fakes/chat.js";
import { FakeEngine, picture } from "../../fakes/engine.js";
import { studio } from "../../fakes/studio.js";
import { NOTHING } from "../../store/make.js";
import { SECRET, tellingImage } from "../../support/telling-images.js";

interface Exported {
  readonly pictures: readonly { readonly sha: string; readonly base64?: string }[];
}

async function lived(given = new FakeChat()) {
  const open = await studio({ chat: given, engine: new FakeEngine({ automatic: true }) });
  const { chat, quiet } = open;
  await chat.say(ann, "/dream octaves:1 seed:7", { attachments: [source(await picture(20, 20))] });
  await chat.say(ann, "/dream octaves:1", { channel: { ...art, id: "night" } });
  await chat.say(ben, "/dream octaves:1");
  await quiet();
  await chat.say(ann, "/style add name:rust emoji:🍂", { attachments: [source(await picture(30, 20))] });
  const final = chat.in("thread").find(({ content }) => content.text.startsWith("Your picture is ready"));
  await chat.reactTo(ann, final ?? { id: "", channel: art }, "❤️");
  await chat.say(ann, "/stylize", { attachments: [source(await picture(40, 20))] });
  const last = () => open.chat.ephemeral.at(-1);
  return { ...open, last };
}

describe("/settings mydata", () => {
  it("shows a person, in private, what is stored about them", async () => {
    const { chat, last } = await lived();
    await chat.say(ann, "/settings mydata");
    const { user, text } = last() ?? { user: undefined, text: "" };
    expect(user).toEqual(ann);
    expect(text).toMatch(
      /^\*\*What is stored about you\*\*\n2 jobs, of \d{4}-\d\d-\d\d, with all parameters and messages, and \d picture/,
    );
    expect(text).toContain("They are in #art (1), #night (1)");
    expect(text).toMatch(/· \[Dream of creatures\]\(https:\/\/chat\.example\/\w+\/m\d+\), `\w{8}`, \d{4}-/);
    expect(text).toContain("1 style that you have added: rust");
    expect(text).toContain("1 favourite\n1 palette, vote or lesson that you have opened");
    expect(text).toContain("stays there");
    await chat.say({ ...ann, id: "cat", name: "Cat" }, "/settings mydata");
    expect(last()?.text).toMatch(/^Nothing is stored about you\./);
  });

  it("hands all of it over in one file, with the pictures as far as they fit", async () => {
    const { chat, store, last } = await lived(new FakeChat({ privateFileBytes: 1_000_000 }));
    await chat.say(ann, "/settings mydata export");
    const { file, text } = last() ?? {};
    expect(text).toMatch(/^\*\*All that is stored about you\*\*, in one file/);
    expect(file).toMatchObject({ name: "dreamloom-my-data.json", type: "application/json" });
    const read = (bytes?: Uint8Array) => JSON.parse(Buffer.from(bytes ?? []).toString()) as Exported;
    const data = read(file?.bytes);
    const stored = store.myData.read({ platform: "fake", user: "ann" });
    const { pictures, ...rest } = stored;
    expect(data).toMatchObject({
      format: "dreamloom-my-data-5",
      platform: "fake",
      person: { id: "ann", name: "Ann" },
      ...rest,
    });
    expect(data.pictures.map(({ sha }) => sha)).toEqual([...pictures.map(({ sha }) => sha), stored.styles[0]?.picture]);
    for (const { sha, base64 = "" } of data.pictures) expect(sha256(Buffer.from(base64, "base64"))).toBe(sha);
    expect(JSON.stringify(data)).not.toContain('"ben"');
    expect(chat.violations).toEqual([]);
    // Where less fits, the words come first.
    const size = JSON.stringify(data.pictures).length;
    const small = await lived(new FakeChat({ privateFileBytes: (file?.bytes.byteLength ?? 0) - Math.floor(size / 2) }));
    await small.chat.say(ann, "/settings mydata export");
    const some = read(small.last()?.file?.bytes).pictures.filter(({ base64 }) => base64 !== undefined);
    expect(some.length).toBeLessThan(data.pictures.length);
    expect(small.chat.violations).toEqual([]);
  });

  it("hands over nothing of what the camera of a picture's owner wrote", async () => {
    const engine = new FakeEngine({ automatic: true });
    const { chat, quiet } = await studio({ chat: new FakeChat({ privateFileBytes: 1_000_000 }), engine });
    await chat.say(ben, "/dream octaves:1", { attachments: [source(await tellingImage.exif("jpeg"))] });
    await quiet();
    await chat.say(ben, "/settings mydata export");
    const { pictures } = JSON.parse(Buffer.from(chat.ephemeral.at(-1)?.file?.bytes ?? []).toString()) as Exported;
    const files = pictures.map(({ base64 = "" }) => Buffer.from(base64, "base64"));
    expect(files.some((file) => file[0] === 0xff)).toBe(true);
    expect(files.filter((file) => file.includes(SECRET))).toEqual([]);
  });

  it("says so where a chat can hand no file to one person", async () => {
    const { chat, last } = await lived();
    await chat.say(ann, "/settings mydata export");
    expect(last()?.text).toMatch(/^This chat lets me send no file to you alone/);
    expect(last()?.file).toBeUndefined();
  });

  it("deletes it after asking once more, by button or by word", async () => {
    const { chat, store, last } = await lived();
    await chat.say(ann, "/settings mydata delete");
    expect(last()?.text).toMatch(/^\*\*Delete all that is stored about you\?\*\* 2 jobs, 1 style, 1 favourite/);
    expect(store.myData.read({ platform: "fake", user: "ann" }).jobs).toHaveLength(2);
    expect(last()?.buttons).toMatchObject([{ id: "mydata:delete", style: "danger" }]);
    await chat.act(ann, "mydata:delete");
    expect(last()?.text).toMatch(
      /^Deleted: 2 jobs, 1 style, 1 favourite, 0 choices, and \d pictures? of \d+ kB\. Nothing is stored about you/,
    );
    const rest = store.myData.read({ platform: "fake", user: "ann" });
    expect(rest).toEqual(NOTHING);
    expect(store.myData.read({ platform: "fake", user: "ben" }).jobs).toHaveLength(1);
    await chat.say(ben, "/settings mydata delete confirm:yes");
    expect(last()?.text).toMatch(/^Deleted: 1 job, 0 styles/);
  });

  it("does not while a job runs, and says which", async () => {
    const { chat, engine, store } = await studio();
    await chat.say(ann, "/dream");
    await engine.next();
    await chat.say(ann, "/settings mydata delete confirm:yes");
    expect(chat.ephemeral.at(-1)?.text).toMatch(
      /^Your job \w{8} has not ended yet: cancel it, or wait for it, and then delete your data again\.$/,
    );
    expect(store.myData.read({ platform: "fake", user: "ann" }).jobs).toHaveLength(1);
  });
});
