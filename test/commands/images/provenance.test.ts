import { describe, expect, it } from "vitest";
import { creditLine } from "../../../src/commands/presenting/texts.js";
import type { PictureSource } from "../../../src/port/messages.js";
import { ann, ben, type FakeMessage, mod, source } from "../../fakes/chat.js";
import { FakeEngine, picture } from "../../fakes/engine.js";
import { studio } from "../../fakes/studio.js";

const automatic = () => studio({ engine: new FakeEngine({ automatic: true }) });
const idOf = (message: FakeMessage | undefined) => /job `(\w+)`/.exec(message?.content.text ?? "")?.[1] ?? "";
const attached = async (more: Partial<PictureSource> = {}) => ({
  attachments: [{ ...source(await picture(48, 36)), ...more }],
});

describe("what a job has from its pictures", () => {
  it("names the author of the picture, in the final message and the channel's", async () => {
    const { chat, store, quiet } = await automatic();
    await chat.say(ann, "/dream octaves:1", await attached({ author: ben }));
    await quiet();
    expect(chat.in("thread").at(-1)?.content.text).toContain("\nPicture by Ben\n");
    expect(chat.in("channel")[0]?.content.text).toMatch(/Picture by Ben\.$/);
    expect(store.jobs.get(idOf(chat.in("channel")[0]))?.credits).toEqual([
      { role: "picture", by: "Ben", person: "ben" },
    ]);
  });

  it("names no author of one's own picture, and a licence's credit before an author", async () => {
    const { chat, quiet } = await automatic();
    await chat.say(ann, "/dream octaves:1", await attached({ author: ann }));
    await chat.say(ann, "/dream octaves:1", await attached({ author: ben, credit: "A Photographer, CC BY 4.0" }));
    await quiet();
    const [own, licensed] = chat.in("channel").map(({ content }) => content.text);
    expect(own).not.toContain("icture by");
    expect(licensed).toContain("Picture by A Photographer, CC BY 4.0.");
  });

  it("names the styles' makers: the house's and the community's", async () => {
    const { chat, quiet, store } = await automatic();
    await chat.say(ben, "/style add name:rust emoji:🍂", await attached());
    await chat.say(ann, "/blend summer:0.3 winter:0.3 rust:0.4 size:64", await attached({ author: ann }));
    await quiet();
    const final = chat.in("thread").at(-1)?.content.text;
    expect(final).toContain("\nStyles summer and winter by Dreamloom, CC0 · style rust by Ben\n");
    const id = idOf(chat.in("channel").at(-1));
    // Another style, another maker; the same again names the same.
    await chat.say(mod, `/again ${id} seed:5`);
    await chat.say(mod, `/again ${id} fire:1`);
    await quiet();
    const [same, other] = chat.in("channel").slice(-2);
    expect(store.jobs.get(idOf(same))?.credits?.map(({ by }) => by)).toEqual([
      "Ann",
      "Dreamloom, CC0",
      "Dreamloom, CC0",
      "Ben",
    ]);
    expect(store.jobs.get(idOf(other))?.credits).toEqual([
      { role: "picture", by: "Ann" },
      { role: "style", by: "Dreamloom, CC0", what: "fire" },
    ]);
  });

  it("comes from the job whose picture it works on, with that one's credits, and so on", async () => {
    const { chat, quiet, store } = await automatic();
    await chat.say(ann, "/dream octaves:1", await attached({ author: ben }));
    await quiet();
    const first = chat.in("channel")[0];
    const final = chat.in("thread").at(-1);
    if (!first || !final) throw new Error("no result");
    await chat.say(mod, "/stylize winter size:64", { repliesTo: { id: final.id, channel: final.channel } });
    await quiet();
    const second = chat.in("channel").at(-1);
    expect(second?.content.text).toContain(`for Mo, from \`${idOf(first)}\``);
    expect(second?.content.text).toContain("Picture by Ann and Ben · style winter by Dreamloom, CC0.");
    await chat.reactTo(ben, final, "🎬");
    await quiet();
    const film = store.jobs.get(idOf(chat.in("channel").at(-1)));
    expect(film).toMatchObject({ recipe: "zoom", from: idOf(first), credits: [{ by: "Ann" }, { by: "Ben" }] });
    expect(store.jobs.remixes(idOf(first)).map(({ recipe }) => recipe)).toEqual(["stylize", "zoom"]);
  });

  it("stays hidden when the picture was: every frame, the result, and whatever is made of it", async () => {
    const { chat, engine, quiet } = await automatic();
    await chat.say(ann, "/dream octaves:2", await attached({ author: ann, spoiler: true }));
    await quiet();
    const shown = chat.messages
      .flatMap((message) => [message.content, ...message.edits])
      .flatMap(({ pictures = [] }) => pictures);
    expect(shown.length).toBeGreaterThan(3);
    expect(shown.every(({ spoiler }) => spoiler)).toBe(true);
    const final = chat.in("thread").at(-1);
    if (!final) throw new Error("no result");
    await chat.say(ben, "/stylize", { repliesTo: { id: final.id, channel: final.channel } });
    const palette = chat.in("channel").at(-1);
    expect(palette?.pictures.map(({ spoiler }) => spoiler ?? false)).toEqual([false, true]);
    if (!palette) throw new Error("no palette");
    await chat.reactTo(ben, palette, "⛄");
    await chat.until(() => engine.runs[1]);
    await quiet();
    expect(chat.in("thread").at(-1)?.pictures[0]?.spoiler).toBe(true);
    await chat.say(ben, "/style add name:secret emoji:🍂", { repliesTo: { id: final.id, channel: final.channel } });
    expect(chat.ephemeral.at(-1)?.text).toMatch(/hidden, and everybody sees the styles/);
  });
});

describe("a line of credits", () => {
  it("is tidy, and takes no formatting from names", () => {
    expect(creditLine()).toBe("");
    expect(creditLine([{ role: "style", by: "**Bob**", what: "rust" }])).toBe("Style rust by Bob");
    expect(creditLine([{ role: "style", by: "Bob" }])).toBe("Style by Bob");
    const line = creditLine([
      { role: "picture", by: "Ann" },
      { role: "picture", by: "Ann" },
      { role: "picture", by: "Cy" },
      ...["a", "b", "c"].map((what) => ({ role: "style", by: "Bob", what }) as const),
    ]);
    expect(line).toBe("Picture by Ann and Cy · styles a, b and c by Bob");
  });
});
