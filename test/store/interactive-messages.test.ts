import { describe, expect, it } from "vitest";
import type { NewInteractiveMessage } from "../../src/store/interactive-messages.js";
import { openStore } from "../../src/store/open.js";
import { newFolder } from "../support/new-folder.js";
import { ann, art, bob, makeStore, message } from "./make.js";

const thread = { ...art, thread: "t" };
const interactive = (id: string, more: Partial<NewInteractiveMessage> = {}): NewInteractiveMessage => ({
  message: message(id, thread),
  kind: "palette",
  payload: { styles: ["rust", "ink"] },
  author: { id: "ann", name: "Ann" },
  ...more,
});

describe("boards", () => {
  it("are found by their message, in or out of its thread, also after a restart", async () => {
    const dir = newFolder();
    const first = openStore({ dir, now: () => 5 });
    first.interactiveMessages.put(interactive("1", { kind: "vote", expiresAt: 100 }));
    first.interactiveMessages.vote(message("1"), { user: "bob", choice: "rust" }, true);
    await first.close();
    const { interactiveMessages } = makeStore({ dir }).store;
    expect(interactiveMessages.get(message("1"))).toEqual({
      ...interactive("1", { kind: "vote", expiresAt: 100 }),
      createdAt: 5,
    });
    expect(interactiveMessages.get(message("1", thread))?.kind).toBe("vote");
    expect(interactiveMessages.get(message("1", { ...art, id: "hall" }))).toBeUndefined();
    expect(interactiveMessages.get(message("2"))).toBeUndefined();
    expect(interactiveMessages.votes(message("1"))).toEqual([{ user: "bob", choice: "rust" }]);
  });

  it("take each choice of a person once, and take it back", () => {
    const { interactiveMessages } = makeStore().store;
    interactiveMessages.put(interactive("1"));
    const vote = (user: string, choice: string, on = true) =>
      interactiveMessages.vote(message("1"), { user, choice }, on);
    expect([vote("bob", "rust"), vote("bob", "rust"), vote("bob", "ink"), vote("ann", "ink")]).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect(vote("ann", "rust", false)).toBe(false);
    expect(vote("bob", "rust", false)).toBe(true);
    expect(interactiveMessages.votes(message("1"))).toEqual([
      { user: "bob", choice: "ink" },
      { user: "ann", choice: "ink" },
    ]);
    expect(interactiveMessages.vote(message("9"), { user: "bob", choice: "ink" }, true)).toBe(false);
    expect(interactiveMessages.votes(message("9"))).toEqual([]);
  });

  it("are replaced without losing votes, and removed once, with them", () => {
    const { interactiveMessages } = makeStore().store;
    interactiveMessages.put(interactive("1", { expiresAt: 7 }));
    interactiveMessages.vote(message("1"), { user: "bob", choice: "ink" }, true);
    interactiveMessages.put(interactive("1", { payload: { page: 2 } }));
    expect(interactiveMessages.get(message("1"))).toMatchObject({ payload: { page: 2 } });
    expect(interactiveMessages.get(message("1"))).not.toHaveProperty("expiresAt");
    expect(interactiveMessages.votes(message("1"))).toHaveLength(1);
    expect([interactiveMessages.remove(message("1")), interactiveMessages.remove(message("1"))]).toEqual([true, false]);
    interactiveMessages.put(interactive("1"));
    expect(interactiveMessages.votes(message("1"))).toEqual([]);
  });

  it("tell which there are of a kind, the earliest to end first, and of a user", () => {
    const { interactiveMessages } = makeStore().store;
    interactiveMessages.put(interactive("1", { expiresAt: 300 }));
    interactiveMessages.put(interactive("2", { expiresAt: 100 }));
    interactiveMessages.put(interactive("3", { kind: "vote", expiresAt: 200 }));
    interactiveMessages.put(interactive("4"));
    const ids = (found: readonly { message: { id: string } }[]) => found.map(({ message: { id } }) => id);
    expect(ids(interactiveMessages.list("palette"))).toEqual(["4", "2", "1"]);
    expect(ids(interactiveMessages.list("vote"))).toEqual(["3"]);
    expect(ids(interactiveMessages.of(ann)).sort()).toEqual(["1", "2", "3", "4"]);
    expect(interactiveMessages.of(bob)).toEqual([]);
  });
});
