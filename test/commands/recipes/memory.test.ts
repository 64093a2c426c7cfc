import { describe, expect, it } from "vitest";
import { recipeCommands } from "../../../src/commands/recipes/recipe-command.js";
import { jobMemory } from "../../../src/commands/recipes/start-job.js";
import { ann } from "../../fakes/chat.js";
import { FakeEngine } from "../../fakes/engine.js";
import { botOptions, studio } from "../../fakes/studio.js";

const recipes = (mapsMegabytes = botOptions.mapsMegabytes) =>
  new Map(recipeCommands({ ...botOptions, mapsMegabytes }).recipes.map((recipe) => [recipe.name, recipe]));

function recipe(name: string, mapsMegabytes?: number) {
  const found = recipes(mapsMegabytes).get(name);
  if (!found) throw new Error(`no recipe ${name}`);
  return found;
}

describe("the estimate of a job's memory", () => {
  // docs/benchmarks.md, "Memory against size": what a run took beyond what was there before, in megabytes. Its pictures
  // are 4:3.
  it.each([
    ["dream", "resnet50", 1024, 3000, 673],
    ["dream", "resnet50", 2048, 100_000, 2265],
    ["dream", "resnet50", 2048, 1000, 962],
    ["stylize", "resnet50", 512, 3000, 294],
    ["stylize", "resnet50", 1024, 3000, 793],
    ["stylize", "resnet50", 2048, 100_000, 3441],
    ["stylize", "resnet50", 2048, 1000, 832],
    ["stylize", "vgg19", 512, 3000, 704],
    ["stylize", "vgg19", 1024, 3000, 2108],
    ["stylize", "vgg19", 1024, 1000, 826],
  ] as const)(
    "%s with %s at %d px within %d MB is not less than was measured, %d MB, and not four times as much",
    (...row) => {
      const [name, network, size, maps, measured] = row;
      const estimate = recipe(name, maps).memory({ ...recipe(name).defaults(), network, size });
      expect(estimate).toBeGreaterThanOrEqual(measured);
      expect(estimate).toBeLessThan(4 * measured);
    },
  );

  it.each([...recipes().keys()].filter((name) => name !== "teach"))(
    "of %s is there with the defaults, and shrinks with the size",
    (name) => {
      const one = recipe(name);
      const { megabytes, smaller } = jobMemory(one, one.defaults());
      expect(megabytes).toBeGreaterThan(50);
      expect(megabytes).toBeLessThan(3000);
      const all = [megabytes, ...smaller.map((other) => other.megabytes)];
      expect(all.length).toBeGreaterThan(1);
      expect(all).toEqual([...all].sort((a, b) => b - a));
      expect(smaller.at(-1)?.line).toMatch(/^(size|width):64$/);
    },
  );

  it("knows sides instead of a size, and the pictures of a film", () => {
    const texture = recipe("texture");
    const wide = jobMemory(texture, { ...texture.defaults(), width: 1024, height: 512 });
    expect(wide.smaller[0]?.line).toBe("width:960 height:480");
    expect(wide.megabytes).toBeLessThan(jobMemory(texture, { ...texture.defaults(), size: 1024 }).megabytes);
    const zoom = recipe("zoom");
    const film = (more: object) => zoom.memory({ ...zoom.defaults(), width: 512, frames: 240, ...more });
    expect(film({ loop: "bounce" })).toBeGreaterThan(film({}));
    expect(film({})).toBeGreaterThan(film({ frames: 24 }));
  });
});

describe("a job that could never fit", () => {
  it("is refused with a line that is then taken", async () => {
    const limits = { length: 20, waitingPerPerson: 5, perHourPerPerson: 100, megabytes: 600 };
    const { chat, queue, quiet } = await studio({ engine: new FakeEngine({ automatic: true }), queue: { limits } });
    await chat.say(ann, "/neuron size:1024");
    expect(queue.positions()).toEqual([]);
    const said = chat.ephemeral.at(-1)?.text ?? "";
    expect(said).toMatch(
      /^This would take about \d+ MB of memory, and there are 600 MB for pictures here\. The largest that fits is `size:\d+`\.$/,
    );
    const line = /size:\d+/.exec(said)?.[0];
    await chat.say(ann, `/neuron ${line}`);
    await quiet();
    expect(chat.ephemeral).toHaveLength(1);
    expect(chat.in("channel").at(-1)?.pictures).toHaveLength(1);
  });
});
