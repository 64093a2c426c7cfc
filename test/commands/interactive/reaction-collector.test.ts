import { describe, expect, it } from "vitest";
import { loadBuiltInStyles } from "../../../src/commands/styles/built-in-styles.js";
import { deferred } from "../../../src/shared/async.js";
import { ann, source } from "../../fakes/chat.js";
import { FakeEngine, picture } from "../../fakes/engine.js";
import { studio } from "../../fakes/studio.js";

const fire = loadBuiltInStyles().find(({ name }) => name === "fire")?.emoji ?? "";

describe("reactions from before the start", () => {
  it("are read of a few messages at once: votes, new palettes, and before them what is acted on", async () => {
    const engine = new FakeEngine({ automatic: true });
    const { chat, close, dir } = await studio({ engine });
    const photo = source(await picture(48, 36));
    for (const line of [...Array(6).fill("/stylize"), "/blend vote"])
      await chat.say(ann, line, { attachments: [photo] });
    const messages = chat.in("channel");
    await close();
    const read: number[] = [];
    const mayEnd = deferred();
    chat.fault = (call, { message }) => {
      if (call !== "reactions") return undefined;
      read.push(messages.findIndex(({ id }) => id === message?.id));
      return mayEnd.promise;
    };
    const second = await studio({ chat, engine, dir });
    await chat.until(() => read.length > 3);
    const oldest = messages[0] ?? expect.fail();
    const choice = chat.reactTo(ann, oldest, fire);
    // It waits for its turn, which now is the next; were there room for more, they would have begun.
    await chat.until(() => (second.chat.given.get(oldest.id) ?? []).length > 0);
    expect(read).toEqual([6, 5, 4, 3]);
    mayEnd.resolve();
    await choice;
    await chat.until(() => engine.runs.length > 0);
    await second.quiet();
    expect(read).toEqual([6, 5, 4, 3, 0, 2, 1]);
    expect(engine.runs).toHaveLength(1);
  });
});
