import { afterEach, expect, it, vi } from "vitest";
import { z } from "zod";
import { JOB_DEFINITIONS } from "../../../src/engine/recipes/definitions.js";
import { dreamDefinition } from "../../../src/engine/recipes/dream/definition.js";
import type { Recipe } from "../../../src/engine/recipes/recipe.js";
import { RECIPES, runJob } from "../../../src/engine/run-job.js";
import { PROTOCOL, protocolOf } from "../../../src/queue/cluster/protocol.js";
import { ann } from "../../fakes/chat.js";
import { FakeEngine } from "../../fakes/engine.js";
import { studio } from "../../fakes/studio.js";

const raise = (version: number) => Object.assign(dreamDefinition, { version });
const { version } = dreamDefinition;
afterEach(() => raise(version));

it("a recipe's version is kept with the job and its result, and told behind its line", async () => {
  raise(2);
  const { chat, queue, repository, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
  await chat.say(ann, "/dream picture:none seed:7");
  const id = queue.positions()[0]?.job.id ?? "";
  await quiet();
  const job = await repository.get(id);
  expect(job).toMatchObject({ version: 2, result: { version: 2 } });
  expect(job?.params).not.toHaveProperty("recipe-version");
  expect(chat.in("channel").at(-1)?.content.text).toMatch(/^`\/dream .*seed:7.*` · recipe version 2$/m);
  expect(chat.in("thread").at(-1)?.content.text).toMatch(/```\nrecipe version 2$/);
});

it("/again says that the picture may differ when the recipe has changed since", async () => {
  raise(1);
  const before = await studio({ engine: new FakeEngine({ automatic: true }) });
  await before.chat.say(ann, "/dream picture:none seed:7");
  await before.quiet();
  await before.chat.say(ann, "/again size:128");
  await before.quiet();
  expect(before.chat.in("channel").at(-1)?.content.text).not.toContain("recipe version");
  expect(before.chat.ephemeral).toEqual([]);
  raise(2);
  await before.close();
  const after = await studio({ engine: new FakeEngine({ automatic: true }), dir: before.dir, chat: before.chat });
  await after.chat.say(ann, "/again size:256");
  await after.quiet();
  const [told] = after.chat.ephemeral.map(({ text }) => text);
  expect(told).toMatch(/^`\/dream` works differently since job \w+ was made: the new picture may differ from it\.$/);
  await after.chat.say(ann, "/again size:512");
  await after.quiet();
  expect(after.chat.ephemeral).toHaveLength(1);
});

it("the engine tells the version of what it has run, but for the first", async () => {
  const image = { width: 1, height: 1, data: new Float32Array(3) };
  const frame = { kind: "octave", octave: 1, octaves: 1, step: 1, steps: 1, progress: 1, image } as const;
  const recipe = (version: number): Recipe => ({
    name: "stub",
    version,
    params: z.object({}),
    async *run() {
      yield { ...frame, lossStart: 0, lossEnd: 0 };
    },
  });
  const context = { programs: { runtime: { name: "none" } }, signal: new AbortController().signal, onFrame: vi.fn() };
  const versions = [];
  for (const version of [1, 3]) {
    (RECIPES as Map<string, Recipe>).set("stub", recipe(version));
    versions.push((await runJob({ recipe: "stub", params: {}, pictures: {} }, context as never)).version);
  }
  (RECIPES as Map<string, Recipe>).delete("stub");
  expect(versions).toEqual([undefined, 3]);
});

it("workers of another version have another protocol", async () => {
  const later = { ...dreamDefinition, version: dreamDefinition.version + 1 };
  const others = JOB_DEFINITIONS.filter(({ name }) => name !== later.name);
  expect(protocolOf(JOB_DEFINITIONS)).toBe(PROTOCOL);
  expect(protocolOf([later, ...others])).not.toBe(protocolOf([dreamDefinition, ...others]));
});
