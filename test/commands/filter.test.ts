import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { startFilter } from "../../src/app/picture-filter.js";
import { loadConfig } from "../../src/app/settings/load-settings.js";
import { gateImagesBy } from "../../src/shared/admit-image.js";
import { ben, mod, source } from "../fakes/chat.js";
import { picture } from "../fakes/engine.js";
import { studio } from "../fakes/studio.js";
import { waitFor } from "../support/wait-for.js";

const filter = { network: "judge", classes: { bad: 0.7 }, uploads: true, results: true };
const BAD = { labels: [{ name: "bad", probability: 0.9 }] };
const GOOD = { labels: [{ name: "bad", probability: 0.1 }] };

afterEach(() => gateImagesBy(undefined));

async function open() {
  const all = await studio({ queue: { filter } });
  startFilter({ ...loadConfig({}), filter }, all.queue, { onStop: () => undefined });
  return all;
}

describe("with a filter of pictures", () => {
  it("a picture that it refuses starts nothing, and its author alone is told", async () => {
    const { chat, engine, queue } = await open();
    const said = chat.say(ben, "/dream", { attachments: [source(await picture(40, 30))] });
    await (await engine.next()).finish(BAD);
    await said;
    expect(chat.ephemeral.at(-1)?.text).toMatch(/^The filter here takes .* for a picture that should not be shown\./);
    expect(queue.positions()).toEqual([]);
    expect(engine.runs).toHaveLength(1);
  });

  it("a picture that it cannot look at is not taken either, and the sentence says why", async () => {
    const { chat, engine } = await open();
    const said = chat.say(ben, "/dream", { attachments: [source(await picture(40, 30))] });
    (await engine.next()).fail("network", "judge cannot be fetched.");
    await said;
    expect(chat.ephemeral.at(-1)?.text).toMatch(/the filter here could not look at it: judge cannot be fetched\./);
    expect(engine.runs).toHaveLength(1);
  });

  it("a result that it refuses is not posted: its author and the moderators are told", async () => {
    const { chat, engine, quiet } = await open();
    await chat.say(mod, "/settings reports:here");
    const said = chat.say(ben, "/dream", { attachments: [source(await picture(40, 30))] });
    await (await engine.next()).finish(GOOD);
    await said;
    await (await engine.next()).finish();
    await (await engine.next()).finish(BAD);
    await quiet();
    await waitFor(() => expect(texts(chat)).toMatch(/🚩 The filter has held back a result that Ben asked for/));
    expect(texts(chat)).toMatch(/bad 90\s?%/);
    expect(texts(chat)).toMatch(/so it was not posted\. It can be wrong/);
    expect(chat.messages.flatMap(({ content }) => content.pictures ?? [])).toEqual([]);
  });
});

/** Everything that was posted. */
function texts({
  messages,
}: {
  readonly messages: readonly { readonly content: { readonly text?: string } }[];
}): string {
  return messages.map(({ content }) => content.text ?? "").join("\n");
}

it("strangers' pictures come in by one door alone", () => {
  const root = join(import.meta.dirname, "../../src");
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const past = files.filter((name) => /withImage\(\s*"admit"/.test(readFileSync(join(root, name), "utf8")));
  expect(past).toEqual([join("shared", "admit-image.ts")]);
});
