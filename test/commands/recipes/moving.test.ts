import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { completed } from "../../../src/engine/recipes/definition.js";
import { dreamDefinition } from "../../../src/engine/recipes/dream/definition.js";
import { scene } from "../../engine/recipes/tiny.js";
import { ann, mod, source } from "../../fakes/chat.js";
import { FakeEngine, picture } from "../../fakes/engine.js";
import { studio } from "../../fakes/studio.js";
import { filmFile } from "../../support/film.js";
import { movie, NO_FILMS, WITH_FILMS } from "../../support/movie.js";

/** A GIF of so many frames of 100 ms. */
const film = (frames: number, side = 32): Promise<Uint8Array> =>
  filmFile(
    Array.from({ length: frames }, (_, i) => {
      const frame = scene(side, side);
      return { ...frame, data: frame.data.map((value) => value * (0.5 + (0.5 * i) / frames)) };
    }),
    Array(frames).fill(100),
  );

async function asked(line: string, bytes: Uint8Array, further: readonly Uint8Array[] = []) {
  const open = await studio({ engine: new FakeEngine({ automatic: true }) });
  const attachments = [bytes, ...further].map((each) => source(each, "film.gif"));
  await open.chat.say(ann, line, { attachments });
  await open.quiet();
  return { ...open, run: open.engine.runs.at(-1)?.request, told: open.chat.ephemeral.at(-1)?.text };
}

describe("a moving picture in a chat", () => {
  it.each(["/dream", "/stylize winter", "/blend summer winter"])("%s works on each of its frames", async (line) => {
    const bytes = await film(8);
    const { run, chat } = await asked(line, bytes);
    expect(run?.params).toMatchObject({ filmFrames: 8 });
    expect(run?.params.maxBytes).toBeLessThanOrEqual(chat.capabilities.uploadBytes);
    expect((await sharp(run?.pictures.image).metadata()).pages).toBe(8);
    expect(chat.in("channel").some(({ content }) => content.text.includes("a film of 8 frames"))).toBe(true);
  });

  it("is one picture of it where that is said, and so is what does not move", async () => {
    expect((await asked("/dream moving:still", await film(8))).run?.params.filmFrames).toBeUndefined();
    expect((await asked("/dream", await film(1))).run?.params.filmFrames).toBeUndefined();
    expect((await asked("/dream", await picture(32, 32))).run?.params.filmFrames).toBeUndefined();
  });

  it("is told to be one picture where a recipe makes no film of it", async () => {
    const said = async (line: string, bytes: Uint8Array) => {
      const { chat, run } = await asked(line, bytes);
      expect(run?.params.filmFrames).toBeUndefined();
      return chat.in("channel").at(-1)?.content.text.includes("Of the film this takes one picture");
    };
    for (const line of ["/texture", "/zoom"]) {
      expect(await said(line, await film(30)), line).toBe(true);
      expect(await said(line, await film(1)), line).toBe(false);
    }
    expect(await said("/dream moving:still", await film(8))).toBe(false);
  });

  it("that is too long is not cut: its parts that are not are told", async () => {
    const bytes = await film(30);
    const { run, told } = await asked("/dream", bytes);
    expect(run).toBeUndefined();
    expect(told).toBe(
      "This film has 30 frames in 3 s, and at 512 px I take 12 in 6 s. Say which part: `moving:third`, `moving:1s`, " +
        '`moving:"half 2s"` or `moving:still` for one picture. Or make it smaller: `size:320`.',
    );
    for (const [part, frames] of [
      ["third", 10],
      ["1s", 10],
      ['"half 2s"', 10],
    ] as const)
      expect((await asked(`/dream moving:${part}`, bytes)).run?.params).toMatchObject({ filmFrames: frames });
  });

  it("that is too long is offered in the largest size that takes all of it, at the longest one's cost", async () => {
    const costOf = ({ params = {} }: { params?: Record<string, unknown> } = {}) =>
      dreamDefinition.cost(completed(dreamDefinition, params));
    const bytes = await film(30);
    const { run } = await asked("/dream size:320", bytes);
    expect(run?.params).toMatchObject({ filmFrames: 30, size: 320 });
    const longest = await asked("/dream", await film(12));
    expect(costOf(run) / costOf(longest.run)).toBeLessThan(1.1);
    const larger = await asked("/dream size:384", bytes);
    expect(larger.run).toBeUndefined();
    expect(larger.told).toContain("at 384 px I take 21 in 6 s");
    expect(larger.told).toContain("Or make it smaller: `size:320`.");
    // More than the default size takes none the fewer.
    expect((await asked("/dream size:1024", await film(12))).run?.params).toMatchObject({ filmFrames: 12 });
    // Of one that lasts too long in any size, more of the beginning; of a part, that part.
    expect((await asked("/dream", await film(64, 24))).told).toContain("Or make it smaller: `size:256 moving:4.5s`.");
    expect((await asked("/dream size:256 moving:4.5s", await film(64, 24))).run?.params).toMatchObject({
      filmFrames: 45,
    });
    expect((await asked("/dream moving:half", await film(40))).told).toContain("`size:384 moving:half`.");
    expect((await asked("/dream size:384 moving:half", await film(40))).run?.params.filmFrames).toBe(20);
  });

  it("costs what its frames cost, of which the first one costs most: that is told before it starts", async () => {
    const cost = async (bytes: Uint8Array) => {
      const { params = {} } = (await asked("/dream", bytes)).run ?? {};
      return dreamDefinition.cost(completed(dreamDefinition, params));
    };
    const [one, eight] = [await cost(await film(1)), await cost(await film(8))];
    // Two of its end run before it, and all but the first take half as many steps.
    expect(eight / one).toBeCloseTo(1 + 9 / 2, 1);
  });

  it("is refused with what makes something else of one picture", async () => {
    const { run, told } = await asked("/dream repeat:4", await film(8));
    expect(run).toBeUndefined();
    expect(told).toContain("moving:still");
  });

  it("again, with another picture, has that one's frames", async () => {
    const open = await studio({ engine: new FakeEngine({ automatic: true }) });
    const sent = async (bytes: Uint8Array) => {
      await open.chat.say(mod, "/dream", { attachments: [source(bytes)] });
      await open.quiet();
      return open.engine.runs.at(-1)?.request.params.filmFrames;
    };
    expect([await sent(await film(8)), await sent(await film(5)), await sent(await picture(32, 32))]).toEqual([
      8,
      5,
      undefined,
    ]);
  });
});

describe.skipIf(NO_FILMS)(`an MP4 in a chat${WITH_FILMS}`, () => {
  it("becomes an MP4, and a picture where that is said", async () => {
    const bytes = await movie({ seconds: 1, rate: 10, sound: true });
    expect((await asked("/dream", bytes)).run?.params).toMatchObject({ filmFrames: 10, format: "mp4" });
    const { params } = (await asked("/dream moving:still", bytes)).run ?? {};
    expect(params?.filmFrames).toBeUndefined();
    expect(params?.format).not.toBe("mp4");
    expect((await asked("/dream", await film(4))).run?.params.format).not.toBe("mp4");
  });

  it("that is too long is offered in parts, and one that cannot be read is refused in words", async () => {
    const { run, told } = await asked("/dream", await movie({ seconds: 3, rate: 10 }));
    expect(run).toBeUndefined();
    expect(told).toContain(
      "This film has 30 frames in 3 s, and at 512 px I take 12 in 6 s. Say which part: `moving:third`",
    );
    const cut = await asked("/dream", (await movie()).subarray(0, 900));
    expect(cut.run).toBeUndefined();
    expect(cut.told).toBe("film.gif is not a film I can read. Save it as MP4 with H.264, or as GIF, and try again.");
  });
});
