import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { addRecipes } from "../../../src/cli/recipes.js";
import { ann, art, source } from "../../fakes/chat.js";
import { FakeEngine, picture } from "../../fakes/engine.js";
import { studio } from "../../fakes/studio.js";

const photo = await picture(48, 36);
const other = await picture(32, 32);
const mask = await picture(48, 36);

/** The request that a line makes of the engine, and the line that is told with the result. */
async function asked(line: string, ...sent: Uint8Array[]) {
  const { chat, engine, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
  await chat.say(ann, line, { attachments: sent.map((bytes) => source(bytes)) });
  await quiet();
  const request = engine.runs[0]?.request;
  return {
    params: request?.params ?? {},
    pictures: request?.pictures ?? {},
    told: chat.in("thread").at(-1)?.content.text ?? "",
    refused: chat.ephemeral.map(({ text }) => text).at(-1),
  };
}

describe("where", () => {
  it.each(["/dream where:mountain", "/stylize winter where:mountain", "/blend summer:0.5 where:mountain"])(
    "%s is asked of the engine, and told in the line that makes it again",
    async (line) => {
      const { params, told } = await asked(`${line} feather:12`, photo);
      expect(params).toMatchObject({ where: "mountains", feather: 12 });
      expect(told).toContain("where:mountains feather:12");
    },
  );

  it("keeps quotes around several words", async () => {
    const { params, told } = await asked('/dream where:"not top left"', photo);
    expect(params.where).toBe("not top left");
    expect(told).toContain('where:"not top left"');
  });

  it.each([
    ["/dream where:sky", /knows no sky: try top, "not mountain" or its colour/],
    ["/stylize winter where:water", /knows no water: try lakeside/],
    ["/blend summer:person winter:rest", /person is no place.*knows no person: try centre or a mask/],
    ["/dream where:zzz", /must be top, bottom, left, right, centre, edges, a colour such as #0080ff, mask/],
  ])("%s is refused with what helps", async (line, help) => {
    const { refused, params } = await asked(line, photo);
    expect(refused).toMatch(help);
    expect(params).toEqual({});
  });
});

describe("a mask's picture", () => {
  it("is the second one of a dream", async () => {
    const { pictures, told } = await asked("/dream", photo, mask);
    expect(pictures).toEqual({ image: photo, mask });
    expect(told).toContain("needs the same picture and mask");
  });

  it("sent alone in answer to a picture is that one's", async () => {
    const { chat, engine, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
    const shown = await chat.post(art, { text: "", pictures: [{ bytes: photo, name: "a.png", type: "image/png" }] });
    await chat.say(ann, "/dream where:mask", { attachments: [source(mask)], repliesTo: shown });
    await quiet();
    expect(engine.runs.at(-1)?.request.pictures).toEqual({ image: photo, mask });
  });

  it("is meant by where:mask in a painting, after the style's where none is named", async () => {
    const named = await asked("/stylize winter where:mask", photo, mask);
    expect(named.params.where).toBe("mask");
    expect(named.pictures).toMatchObject({ image: photo, mask });
    const sent = await asked("/stylize where:mask", photo, other, mask);
    expect(sent.pictures).toEqual({ image: photo, style1: other, mask });
    expect(sent.told).toContain("needs the same picture, style picture and mask");
  });

  it("stays with a job that is made again", async () => {
    const { chat, engine, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
    await chat.say(ann, '/dream where:"not mask"', { attachments: [source(photo), source(mask)] });
    await quiet();
    await chat.say(ann, '/again where:"bottom left"');
    await quiet();
    const requests = engine.runs.map(({ request }) => request);
    expect(requests.map(({ params }) => params.where)).toEqual(["not mask", "bottom left"]);
    expect(requests.map(({ pictures }) => Object.keys(pictures).sort())).toEqual([
      ["image", "mask"],
      ["image", "mask"],
    ]);
  });
});

describe("styles in places", () => {
  const places = async (line: string, ...sent: Uint8Array[]) => {
    const { params, told, refused } = await asked(line, photo, ...sent);
    const styles = (params.styles ?? []) as { name: string; where?: string }[];
    return { places: styles.map(({ name, where }) => `${name}:${where}`), where: params.where, told, refused };
  };

  it.each([
    ["/blend night:top summer:rest", ["night:top", "summer:rest"], "night:top summer:rest"],
    ["/blend night:#0080ff summer", ["night:#0080ff", "summer:rest"], "night:#0080ff summer:rest"],
    ['/blend night:"not mountain" photo:mountain', ["night:not-mountains", "photo:mountains"], "photo:mountains"],
    ["/blend night summer where:mountain", ["night:mountains", "summer:rest"], "night:mountains summer:rest"],
    ['/blend night summer where:"top left"', ["night:top-left", "summer:rest"], "night:top-left summer:rest"],
  ])("%s", async (line, expected, line2) => {
    const { places: found, where, told } = await places(line);
    expect(found).toEqual(expected);
    expect(where).toBeUndefined();
    expect(told).toContain(line2);
  });

  it("are a mask's and the rest where one is sent", async () => {
    expect((await places("/blend night summer", mask)).places).toEqual(["night:mask", "summer:rest"]);
  });

  it("are none where shares are given: the blend itself has its place", async () => {
    const { places: found, where } = await places("/blend night:0.3 summer:0.7 where:top");
    expect(found).toEqual(["night:undefined", "summer:undefined"]);
    expect(where).toBe("top");
  });

  it("stay where they are when they are made again", async () => {
    const { chat, engine, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
    const say = async (line: string, ...sent: Uint8Array[]) => {
      await chat.say(ann, line, { attachments: sent.map((bytes) => source(bytes)) });
      await quiet();
    };
    await say("/blend summer:0.3 winter:0.7 night:mask", photo, mask);
    await say("/again");
    await say("/again where:left");
    const asked = engine.runs.map(({ request }) => request.params.styles as { where: string; weight: number }[]);
    expect(asked.map((styles) => styles.map(({ where, weight }) => `${where} ${weight}`))).toEqual([
      ["rest 0.3", "rest 0.7", "mask 1"],
      ["rest 0.3", "rest 0.7", "mask 1"],
      ["left 1", "rest 0.7", "rest 1"],
    ]);
  });

  it("have no sweep between them", async () => {
    expect((await places("/blend night:top summer:rest sweep:4")).refused).toContain("Leave sweep out");
  });
});

describe("on the command line", () => {
  const sample = fileURLToPath(new URL("../../../config/sample.jpg", import.meta.url));
  /** Runs a verb that fails before anything is computed: its last file is missing. */
  const run = (...typed: string[]) => {
    const program = new Command().exitOverride();
    addRecipes(program);
    return program.parseAsync(typed, { from: "user" });
  };

  it("takes a mask's file, also after not", async () => {
    for (const where of ["gone/mask.png", "not gone/mask.png"])
      await expect(run("dream", sample, "--where", where, "-o", "out.png")).rejects.toThrow(
        'There is no file "gone/mask.png"',
      );
  });

  it("takes a style's place after its file, and a place that is none for a part of the name", async () => {
    const blend = (style: string) => run("blend", sample, "--style", style, "-o", "out.png");
    await expect(blend("gone/night.jpg:top-left")).rejects.toThrow('There is no file "gone/night.jpg"');
    await expect(blend("gone/night:sky")).rejects.toThrow('There is no file "gone/night:sky"');
  });

  it("says what helps where a word is no place", async () => {
    await expect(run("dream", sample, "--where", "sky", "-o", "out.png")).rejects.toThrow(
      /--where sky: it must be top, .* It knows no sky: try top, "not mountain"/,
    );
  });
});
