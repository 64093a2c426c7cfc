import { expect, it } from "vitest";
import { offer } from "../../../src/commands/bot-options.js";
import { ann, source } from "../../fakes/chat.js";
import { FakeEngine, picture } from "../../fakes/engine.js";
import { studio } from "../../fakes/studio.js";

const TOLD = "bare cannot name things: its file has no classifier. resnet50 and googlenet can.";

it.each([
  "/dream into:owl network:bare",
  "/dream away:owl network:bare",
  "/neuron into:owl network:bare",
  "/texture into:owl network:bare",
  '/zoom into:"owl castle" network:bare',
])("%s is refused before anything is fetched or waits, and says which networks can", async (line) => {
  const { chat, engine } = await studio();
  await chat.say(ann, line, { attachments: [source(await picture(48, 36))] });
  expect(chat.ephemeral.at(-1)?.text).toBe(TOLD);
  expect(chat.in("channel")).toEqual([]);
  expect(engine.runs).toEqual([]);
});

it("is refused where a word's dream is made again with another network, and not where no word is said", async () => {
  const { chat, engine, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
  await chat.say(ann, "/dream into:owl", { attachments: [source(await picture(48, 36))] });
  await quiet();
  await chat.say(ann, "/again network:bare");
  expect(chat.ephemeral.at(-1)?.text).toBe(TOLD);
  await chat.say(ann, "/dream network:bare", { attachments: [source(await picture(48, 36))] });
  await quiet();
  expect(engine.runs.map(({ request }) => request.params.network)).toEqual(["resnet50", "bare"]);
});

it("is left to the engine where a folder may hold another file of a network", () => {
  const dream = { looks: { eyes: { description: "Eyes" } } };
  const known = { a: { title: "A", dream, classifier: true }, b: { title: "B", dream }, c: { title: "C", dream } };
  const { networks } = offer(
    known,
    ["a", "b", "own"].map((id) => ({ id })),
  );
  expect(networks.map(({ id, classifier }) => [id, classifier])).toEqual([
    ["a", true],
    ["b", undefined],
    ["c", false],
    ["own", undefined],
  ]);
});
