/** What a chat is told that a picture was made from, to hold both beside each other. */
import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { ann, ben, source } from "../../fakes/chat.js";
import { FakeEngine, picture } from "../../fakes/engine.js";
import { studio } from "../../fakes/studio.js";

it("is the picture itself, a result that was worked on, and nothing for noise, sheets and films", async () => {
  const { chat, quiet } = await studio({ engine: new FakeEngine({ automatic: true }) });
  const photo = await picture(48, 36);
  const sha = createHash("sha256").update(photo).digest("hex");
  /** Of the result in the thread and of every frame before it. */
  const made = async (line: string, more: Parameters<typeof chat.say>[2] = {}, by = ann) => {
    const before = chat.in("thread").length;
    await chat.say(by, line, more);
    await quiet();
    const shown = chat.in("thread").slice(before);
    return [...new Set(shown.flatMap(({ pictures }) => pictures.map(({ madeFrom }) => madeFrom)))];
  };
  const sent = { attachments: [source(photo)] };
  expect(await made("/dream size:64 octaves:2", sent)).toEqual([{ sha }]);
  const final = chat.in("thread").at(-1) ?? expect.fail();
  const { id } = final;
  const answer = { repliesTo: { id, channel: final.channel } };
  const [ofResult, another] = await made("/stylize winter size:64", answer, ben);
  expect(another).toBeUndefined();
  expect(ofResult).toMatchObject({ sha: expect.stringMatching(/^[0-9a-f]{64}$/), message: { id } });
  expect(ofResult?.sha).not.toBe(sha);
  // The same is made again of the same pictures.
  const painting = /job `(\w+)`/.exec(chat.in("channel").at(-1)?.content.text ?? "")?.[1];
  expect(await made(`/again ${painting} seed:9`)).toEqual([ofResult]);
  for (const line of ["/dream picture:none size:64 octaves:1", "/neuron 7 layer:activation_30", "/texture winter"])
    expect(await made(line), line).toEqual([undefined]);
  for (const line of ["/dream size:64 octaves:1 repeat:4", "/zoom frames:8 width:64"])
    expect(await made(line, sent), line).toEqual([undefined]);
});
