import { describe, expect, it } from "vitest";
import type { NewBoard } from "../../src/store/interactive-messages.js";
import { openStore } from "../../src/store/open.js";
import { ann, art, bob, folder, makeStore, message } from "./make.js";

const thread = { ...art, thread: "t" };
const board = (id: string, more: Partial<NewBoard> = {}): NewBoard => ({
  ...{
    message: message(id, thread),
    kind: "palette",
    payload: { styles: ["rust", "ink"] },
    author: { id: "ann", name: "Ann" },
  },
  ...more,
});

describe("boards", () => {
  it("are found by their message, in or out of its thread, also after a restart", async () => {
    const dir = folder();
    const first = openStore({ dir, now: () => 5 });
    first.boards.put(board("1", { kind: "vote", expiresAt: 100 }));
    first.boards.vote(message("1"), { person: "bob", choice: "rust" }, true);
    await first.close();
    const { boards } = makeStore({ dir }).store;
    expect(boards.get(message("1"))).toEqual({ ...board("1", { kind: "vote", expiresAt: 100 }), createdAt: 5 });
    expect(boards.get(message("1", thread))?.kind).toBe("vote");
    expect(boards.get(message("1", { ...art, channel: "hall" }))).toBeUndefined();
    expect(boards.get(message("2"))).toBeUndefined();
    expect(boards.votes(message("1"))).toEqual([{ person: "bob", choice: "rust" }]);
  });

  it("take each choice of a person once, and take it back", () => {
    const { boards } = makeStore().store;
    boards.put(board("1"));
    const vote = (person: string, choice: string, on = true) => boards.vote(message("1"), { person, choice }, on);
    expect([vote("bob", "rust"), vote("bob", "rust"), vote("bob", "ink"), vote("ann", "ink")]).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect(vote("ann", "rust", false)).toBe(false);
    expect(vote("bob", "rust", false)).toBe(true);
    expect(boards.votes(message("1"))).toEqual([
      { person: "bob", choice: "ink" },
      { person: "ann", choice: "ink" },
    ]);
    expect(boards.vote(message("9"), { person: "bob", choice: "ink" }, true)).toBe(false);
    expect(boards.votes(message("9"))).toEqual([]);
  });

  it("are replaced without losing votes, and removed once, with them", () => {
    const { boards } = makeStore().store;
    boards.put(board("1", { expiresAt: 7 }));
    boards.vote(message("1"), { person: "bob", choice: "ink" }, true);
    boards.put(board("1", { payload: { page: 2 } }));
    expect(boards.get(message("1"))).toMatchObject({ payload: { page: 2 } });
    expect(boards.get(message("1"))).not.toHaveProperty("expiresAt");
    expect(boards.votes(message("1"))).toHaveLength(1);
    expect([boards.remove(message("1")), boards.remove(message("1"))]).toEqual([true, false]);
    boards.put(board("1"));
    expect(boards.votes(message("1"))).toEqual([]);
  });

  it("tell which are over, the earliest first, and which there are of a kind", () => {
    const { boards } = makeStore().store;
    boards.put(board("1", { expiresAt: 300 }));
    boards.put(board("2", { expiresAt: 100 }));
    boards.put(board("3", { kind: "vote", expiresAt: 200 }));
    boards.put(board("4"));
    const ids = (found: readonly { message: { id: string } }[]) => found.map(({ message: { id } }) => id);
    expect(ids(boards.expiring(300))).toEqual(["2", "3"]);
    expect(ids(boards.expiring(301))).toEqual(["2", "3", "1"]);
    expect(ids(boards.list("vote"))).toEqual(["3"]);
    expect(ids(boards.of(ann)).sort()).toEqual(["1", "2", "3", "4"]);
    expect(boards.of(bob)).toEqual([]);
  });
});
