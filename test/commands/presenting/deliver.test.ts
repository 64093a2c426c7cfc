import { pino } from "pino";
import { it } from "vitest";
import { LiveMessage } from "../../../src/commands/presenting/deliver.js";
import { art, FakeChat } from "../../fakes/chat.js";

it.each([0, 1, 2, 3, 4, 5, 6, 8, 10])("shows what comes %i turns after an edit, too", async (turns) => {
  const chat = new FakeChat({ editIntervalMs: 1 });
  const ref = await chat.post(art, { text: "first" });
  const live = new LiveMessage(chat, ref, { attempts: 1, backoffMs: 1, logger: pino({ level: "silent" }) });
  const { edit } = chat;
  let edits = 0;
  chat.edit = async (message, content) => {
    await edit.call(chat, message, content);
    if (++edits > 1) return;
    void (async () => {
      for (let turn = 0; turn < turns; turn++) await undefined;
      live.show({ text: "third" });
    })();
  };
  live.show({ text: "second" });
  await chat.until(() => chat.messages[0]?.content.text === "third");
});
