/** Reactions: most of a workspace's mean nothing to the bot. */
import { expect, it } from "vitest";
import { ChatError } from "../../../src/port/chat-error.js";
import { openSlack } from "./harness.js";

it("sixty that mean nothing cost no call, and a wanted one does not wait for them", async () => {
  const asked: string[] = [];
  const { fake, people, ann, art, place, chat, listener } = await openSlack({
    handlers: {
      wants: async ({ emoji, message }) => {
        asked.push(emoji);
        return message.id === own.id ? { thread: false } : undefined;
      },
    },
  });
  const own = await chat.post(place, { text: "a result" });
  const foreign = await people.say(ann, place, "look at this");
  // Whatever Slack is asked now comes back late, or not at all.
  for (const method of ["users.info", "conversations.replies", "conversations.history"])
    fake.tiers.overrides.set(method, 3);
  const before = fake.calls.length;
  const strangers = Array.from({ length: 60 }, (_, n) => fake.addUser(`Stranger ${n}`));
  await Promise.all(strangers.map((each) => people.react(each, foreign, "🔁", true)));
  expect(fake.calls.slice(before)).toEqual([]);
  await people.react(ann, { channel: art.id, ts: own.id }, "🔁", true);
  const event = await listener.next("reaction");
  expect(event).toMatchObject({ emoji: "🔁", added: true, message: own, user: { id: ann.id, name: "Ann" } });
  expect(asked).toHaveLength(61);
  expect(fake.calls.slice(before).map(({ method }) => method)).toEqual(["users.info"]);
});

it("a thousand people are read of one emoji, and none less of another for that", async () => {
  const { fake, people, ann, place, chat, at } = await openSlack();
  const message = await chat.post(place, { text: "Which style?" });
  const crowd = Array.from({ length: 1_001 }, (_, n) => `UCROWD${n}`);
  people.message(at(message)).reactions.set("sunflower", new Set(crowd));
  await people.react(ann, at(message), "❄️", true);
  const { given, unfinished } = await chat.reactions(message, ["🌻", "❄️"]);
  expect(given.filter(({ emoji }) => emoji === "🌻")).toHaveLength(1_000);
  expect(given.filter(({ emoji }) => emoji !== "🌻").map(({ user }) => user.id)).toEqual([ann.id]);
  expect(unfinished).toEqual(["🌻"]);
  expect(fake.calls.filter(({ method }) => method === "reactions.get")).toHaveLength(1);
});

it("one on another's picture is told of with the thread that the picture was posted in, without asking", async () => {
  const { fake, people, ann, ben, art, place, chat, listener } = await openSlack({
    handlers: { wants: async () => ({ thread: true }) },
  });
  const root = await people.say(ben, place, "root");
  const file = { name: "a.png", bytes: new Uint8Array([1]) };
  const picture = await people.say(ben, { id: art.id, thread: root.ts }, "", [file]);
  await people.react(ann, picture, "❄️", true);
  const { message } = await listener.next("reaction");
  expect(message.channel.thread).toBe(root.ts);
  expect((await chat.picturesOf(message)).map(({ name }) => name)).toEqual(["a.png"]);
  expect(fake.calls.filter(({ method }) => method.startsWith("conversations."))).toEqual([]);
  await people.erase(picture);
  await expect(chat.picturesOf(message)).rejects.toThrow(ChatError);
});
