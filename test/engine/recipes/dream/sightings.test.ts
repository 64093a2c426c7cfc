/** Who is asked what is seen: the network that dreamt, and those that are on this machine. */
import { describe, expect, it } from "vitest";
import { sightings } from "../../../../src/engine/recipes/dream/sightings.js";
import { naming, openTiny, scene } from "../tiny.js";

const context = openTiny();
const best = { name: expect.any(String), probability: expect.any(Number) };

/** What is said where these networks are installed, and which were loaded for it. */
async function judged(installed: readonly string[] | undefined, network = naming) {
  const loaded: string[] = [];
  const given = {
    ...context,
    network: async (id: string) => {
      loaded.push(id);
      return { ...naming, id };
    },
    ...(installed && { installed: async (id: string) => installed.includes(id) }),
  };
  const { programs } = context;
  return { seen: await sightings(scene(96, 72), scene(64, 64), { programs, network }, given), loaded };
}

describe("sightings", () => {
  it("ask a second network that is installed", async () => {
    expect(await judged(["googlenet", "vgg19"])).toEqual({
      seen: [
        { network: "naming", before: best, after: best },
        { network: "googlenet", before: best, after: best },
      ],
      loaded: ["googlenet"],
    });
  });

  it.each([[[]], [undefined]])("load no network that is not: %o", async (installed) => {
    const { seen, loaded } = await judged(installed);
    expect(seen.map(({ network }) => network)).toEqual(["naming"]);
    expect(loaded).toEqual([]);
  });

  it("ask the one that dreamt once", async () => {
    const { seen, loaded } = await judged(["googlenet"], { ...naming, id: "googlenet" });
    expect(seen.map(({ network }) => network)).toEqual(["googlenet"]);
    expect(loaded).toEqual([]);
  });
});
