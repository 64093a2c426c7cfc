/** What a long queue costs in edits, of which chats take few. */
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Member } from "../../../src/domain/model.js";
import { FakeChat } from "../../fakes/chat.js";
import { FakeEngine } from "../../fakes/engine.js";
import { studio } from "../../fakes/studio.js";

const [PEOPLE, EACH] = [100, 3];
/** Of the first ten, and of those who come behind another step of "30 or more are ahead". */
const MOST_EDITS = 20;

/** A queue of 300, all of whom have been told their places, and each edit of theirs from now on. */
async function longQueue(editIntervalMs: number) {
  const chat = new FakeChat({ editIntervalMs });
  const limits = { length: 400, waitingPerPerson: 10, perHourPerPerson: 100 };
  const engine = new FakeEngine();
  const opened = await studio({ chat, engine, queue: { limits } });
  const { queue, app } = opened;
  for (let n = 0; n <= PEOPLE * EACH; n++) {
    const person: Member = { id: `p${n % PEOPLE}`, name: `P${n % PEOPLE}`, moderator: false };
    await chat.say(person, `/dream picture:none size:64 octaves:1 seed:${n + 1}`);
  }
  await app.presenter.idle();
  const edits: { readonly id: string; readonly at: number }[] = [];
  chat.fault = (call, { message }) => {
    if (call === "edit" && message) edits.push({ id: message.id, at: performance.now() });
    return undefined;
  };
  const waiting = () => queue.positions().filter(({ position }) => position > 0);
  /** Edits of the messages of those that wait. */
  const ofWaiting = () => {
    const ids = new Set(waiting().map(({ job }) => job.messages.announcement?.id));
    return edits.filter(({ id }) => ids.has(id));
  };
  let moved = 0;
  queue.on("moved", () => {
    moved++;
  });
  /** Does something after which places are told. */
  const tells = async (act: () => unknown) => {
    const before = moved;
    await act();
    await expect.poll(() => moved).toBeGreaterThan(before);
  };
  return { ...opened, edits, waiting, ofWaiting, tells, moved: () => moved };
}

it("is a few edits when one job leaves a queue of 300, and those ahead know their exact places", async () => {
  const { engine, chat, waiting, ofWaiting, tells, moved } = await longQueue(20);
  expect(waiting()).toHaveLength(PEOPLE * EACH);
  const run = await engine.next();
  await tells(() => run.finish());
  expect(waiting()).toHaveLength(PEOPLE * EACH - 1);
  await expect.poll(() => ofWaiting().length).toBe(moved());
  expect(moved()).toBeGreaterThanOrEqual(10);
  expect(ofWaiting().length).toBeLessThanOrEqual(MOST_EDITS);
  const told = (place: number) => {
    const id = waiting()[place - 1]?.job.messages.announcement?.id;
    return chat.messages.find((message) => message.id === id)?.content.text ?? "";
  };
  expect(told(3)).toMatch(/\b3rd\b/);
  expect(told(250)).toMatch(/\b200\b/);
});

it("is one edit a message within the chat's time between two, however many jobs leave", async () => {
  const editIntervalMs = 600;
  const { queue, edits, waiting, ofWaiting, tells } = await longQueue(editIntervalMs);
  // So that the first of them need not wait for the announcement's own time.
  await delay(editIntervalMs);
  const begun = performance.now();
  for (let time = 0; time < 12; time++) {
    const [first] = waiting();
    await tells(() => queue.cancel(first?.job.id ?? "", { by: "person", name: "Mo" }));
  }
  const ids = new Set(waiting().map(({ job }) => job.messages.announcement?.id));
  const last = () => Math.max(...edits.map(({ at }) => at));
  await expect.poll(() => performance.now() - last()).toBeGreaterThan(2 * editIntervalMs);
  const intervals = Math.ceil((last() - begun) / editIntervalMs) + 1;
  for (const id of ids) {
    const times = edits.filter((edit) => edit.id === id).map(({ at }) => at);
    for (const [index, at] of times.slice(1).entries())
      expect(at - (times[index] ?? 0)).toBeGreaterThan(editIntervalMs - 5);
  }
  // Nine or so messages had another place each time, and twelve places were told.
  expect(ofWaiting().length).toBeGreaterThan(0);
  expect(ofWaiting().length).toBeLessThanOrEqual(MOST_EDITS * intervals);
});
