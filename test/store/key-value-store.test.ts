import { describe, expect, it } from "vitest";
import { openStore } from "../../src/store/open.js";
import { newFolder } from "../support/new-folder.js";
import { makeStore } from "./make.js";

describe("memos", () => {
  it("are remembered over a restart, and the latest counts", async () => {
    const dir = newFolder();
    const first = openStore({ dir });
    expect(first.keyValues.get("discord commands 1")).toBeUndefined();
    first.keyValues.set("discord commands 1", "abc");
    first.keyValues.set("discord commands 1", "def");
    first.keyValues.set("other", { list: [1] });
    await first.close();
    const { keyValues: memos } = makeStore({ dir }).store;
    expect(memos.get("discord commands 1")).toBe("def");
    expect(memos.get("other")).toEqual({ list: [1] });
  });

  it("are listed by what their keys begin with, the oldest first, until they are deleted", () => {
    let now = 1_000;
    const { keyValues: memos } = makeStore({ now: () => now++ }).store;
    for (const key of ["web.unread.B", "slack.unread.A", "web.unread.A", "web.unreadable", "web"]) memos.set(key, key);
    memos.delete("slack.unread.A");
    expect(memos.list("web.unread.").map(([key]) => key)).toEqual(["web.unread.B", "web.unread.A"]);
    expect(memos.list("slack.")).toEqual([]);
  });
});
