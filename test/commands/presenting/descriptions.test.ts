/** What results are called for people who do not see them. */
import { describe, expect, it } from "vitest";
import { sentence } from "../../../src/shared/sentences/sentence.js";
import { ann, ben, mod, source } from "../../fakes/chat.js";
import { FakeEngine, picture } from "../../fakes/engine.js";
import { studio } from "../../fakes/studio.js";

async function open() {
  const all = await studio({ engine: new FakeEngine({ automatic: true }) });
  const { chat, quiet } = all;
  /** The alt text of the result that a line comes to, in the thread and in the channel. */
  const made = async (line: string, more: Parameters<typeof chat.say>[2] = {}, by = ben) => {
    await chat.say(by, line, more);
    await quiet();
    const shown = [chat.in("thread").at(-1), chat.in("channel").at(-1)].map((message) => message?.pictures[0]);
    expect(shown[0]?.description).toBe(shown[1]?.description);
    return shown[0]?.description;
  };
  const bytes = await picture(48, 36);
  const hers = source(bytes);
  const described = async (description: string) => ({
    attachments: [
      { ...hers, author: ann, fetch: async () => ({ bytes, name: "a.png", type: "image/png", description }) },
    ],
  });
  return { ...all, made, described, theirs: { attachments: [{ ...hers, author: ann }] } };
}

describe("the description of a result", () => {
  it("says what was done to whose picture, and by whom", async () => {
    const { made, theirs } = await open();
    for (const [line, expected] of [
      ["/dream into:peacock octaves:1", "Ann's picture, dreamt into a peacock, by Ben"],
      ['/dream into:"owl:0.5 dogs" octaves:1', "Ann's picture, dreamt into an owl and dogs, by Ben"],
      ["/dream away:alp octaves:1", "Ann's picture, dreamt away from an alp, by Ben"],
      ["/dream octaves:1", "Ann's picture, dreamt full of creatures, by Ben"],
      [
        "/dream into:owl away:alp look:patterns octaves:1",
        "Ann's picture, dreamt into an owl and away from an alp, mixed with patterns, by Ben",
      ],
      ["/dream layers:activation_9 octaves:1", "Ann's picture, as a network dreams it, by Ben"],
      ["/stylize winter", "Ann's picture, painted in the style winter, by Ben"],
      ["/blend summer winter", "Ann's picture, painted in the styles summer and winter, by Ben"],
      ["/texture", "A texture of Ann's picture, by Ben"],
      ["/texture winter", "A texture in the style winter, by Ben"],
    ] as const)
      expect(await made(line, theirs)).toBe(expected);
    expect(await made("/dream octaves:1", theirs, ann)).toBe("Ann's picture, dreamt full of creatures");
    expect(await made("/dream picture:none into:castle octaves:1")).toBe("Noise, dreamt into a castle, by Ben");
    expect(await made("/neuron 7 layer:activation_30")).toBe(
      "The picture that excites the neuron activation_30/7 most, by Ben",
    );
    expect(await made("/neurons")).toBe(
      "Neurons of resnet50 on a sheet, each as the picture that excites it most, by Ben",
    );
    expect(await made("/zoom picture:none")).toBe("An endless zoom out of noise, by Ben");
  });

  it("has what was said of the picture itself, also when the job is repeated, varied or gone on from", async () => {
    const { chat, made, described, store } = await open();
    const heron = await described(" A grey heron\nat the pond. ");
    const first = await made("/dream octaves:1", heron);
    expect(first).toBe("Ann's picture (A grey heron at the pond), dreamt full of creatures, by Ben");
    const id = /job `(\w+)`/.exec(chat.in("channel").at(-1)?.content.text ?? "")?.[1] ?? "";
    expect(store.jobs.get(id)).toMatchObject({ about: "A grey heron\nat the pond." });
    expect(store.jobs.get(id)?.params).not.toHaveProperty("image-description");
    expect(await made(`/again ${id} into:lion`, {}, mod)).toBe(
      "Ann's picture (A grey heron at the pond), dreamt into a lion, by Mo",
    );
    const result = chat.in("channel").at(-1);
    if (!result) throw new Error("no result");
    expect(await made("/stylize winter", { repliesTo: result })).toBe(
      "Mo's picture (A grey heron at the pond), painted in the style winter, by Ben",
    );
  });

  it("tells nothing of what its author has hidden", async () => {
    const { made, described } = await open();
    const { attachments } = await described("A secret");
    const hidden = { attachments: attachments.map((each) => ({ ...each, spoiler: true })) };
    expect(await made("/dream octaves:1", hidden)).toBe("Ann's picture, dreamt full of creatures, by Ben");
  });

  it("names a photographer without the licence, and a film as one", async () => {
    const of = { maker: "A Photographer, CC BY 4.0", about: undefined };
    const deed = { does: "paint", styles: ["winter", "fire"], film: true } as const;
    expect(sentence("result.description", { deed, by: "Ben", of })).toBe(
      "A film of A Photographer's picture, painted in the styles winter and fire, by Ben",
    );
    const licensed = { deed: { does: "texture" } as const, by: "Ben", of: { ...of, maker: "Aitzol B. (CC BY 4.0)" } };
    expect(sentence("result.description", licensed)).toBe("A texture of Aitzol B.'s picture, by Ben");
    const words = { does: "texture", into: ["peacock"] } as const;
    expect(sentence("result.description", { deed: words, by: "Ben", of: undefined })).toBe(
      "A texture woven of a peacock, as a network sees it, by Ben",
    );
    expect(sentence("result.description", { deed: { ...words, style: "winter" }, by: "Ben", of: undefined })).toBe(
      "A texture in the style winter, leaning into a peacock, by Ben",
    );
    const attached = { deed: { does: "paint", styles: [] } as const, by: "Ben", of: undefined };
    expect(sentence("result.description", attached)).toBe("A picture, painted in the style of another picture, by Ben");
  });
});
