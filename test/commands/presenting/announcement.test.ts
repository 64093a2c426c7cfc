import { expect, it } from "vitest";
import { announcement } from "../../../src/commands/presenting/texts.js";
import { chatRecipe } from "../../../src/commands/recipes/chat-recipe.js";
import { dreamDefinition } from "../../../src/engine/recipes/dream/definition.js";
import { ann, FakeChat } from "../../fakes/chat.js";
import { FakeEngine } from "../../fakes/engine.js";
import { botOptions, studio } from "../../fakes/studio.js";

async function texts(counts: boolean, position: number, seconds: readonly number[]): Promise<readonly string[]> {
  const chat = new FakeChat();
  const engine = new FakeEngine();
  const { queue } = await studio({ chat, engine });
  await chat.say(ann, "/dream picture:none octaves:1 size:64");
  await engine.next();
  const [running] = queue.positions();
  if (!running) throw new Error("no job runs");
  const recipe = chatRecipe(dreamDefinition, botOptions);
  return seconds.map((left) => {
    const times = position === 0 ? { runSeconds: left } : { waitSeconds: left };
    return String(announcement(recipe, running.job, { ...running, position, ...times }, undefined, counts).text);
  });
}

it("keeps its words until the end where the chat counts down: a further line would move what is there", async () => {
  const running = await texts(true, 0, [90, 2, 0.4, 0]);
  expect(new Set(running).size).toBe(1);
  expect(running[0]).toMatch(/In progress\. Watch it grow in the thread\.$/);
  expect(new Set(await texts(true, 3, [90, 2, 0.4, 0])).size).toBe(1);
});

it("tells the time itself where nothing counts down", async () => {
  const [long, short] = await texts(false, 0, [90, 0.4]);
  expect(long).toMatch(/In progress, takes about .*\. Watch it grow in the thread\.$/);
  expect(short).toMatch(/In progress, takes a moment\. Watch it grow in the thread\.$/);
});
