import { expect, it } from "vitest";
import { Turns } from "../../src/shared/turns.js";

/** Keeps the program busy. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** Notes a "|" in the log at each turn of the event loop until all is done. */
async function marked(log: string[], all: Promise<unknown>): Promise<void> {
  let over = false;
  const marks = (async () => {
    while (!over) {
      await new Promise((resolve) => setImmediate(resolve));
      log.push("|");
    }
  })();
  await all;
  over = true;
  await marks;
}

it("does much that comes at once in its order, and lets the rest of the program have its turn in between", async () => {
  const turns = new Turns(5);
  const log: string[] = [];
  const one = (name: string) =>
    turns.take(() => {
      work(6);
      log.push(name);
    });
  const all = Promise.all(["a", "b", "c"].map(one));
  await marked(log, all);
  expect(log.join("").replace(/^\|+/, "")).toMatch(/^a\|+b\|+c\|*$/);
});

it("holds up nothing that is short", async () => {
  const turns = new Turns(1_000);
  await turns.take(() => undefined);
  let later = false;
  setImmediate(() => {
    later = true;
  });
  for (let call = 0; call < 100; call++) await turns.take(() => undefined);
  expect(later).toBe(false);
});

it.each(["pass", "take"] as const)(
  "lets those who have waited together go on one by one, with all that each does: %s",
  async (how) => {
    const turns = new Turns(5);
    const log: string[] = [];
    const shared = new Promise((resolve) => setTimeout(resolve, 1));
    const one = async (name: string) => {
      await shared;
      await (how === "pass" ? turns.pass() : turns.take(() => undefined));
      // A caller's caller goes on later than the one that has waited.
      await Promise.resolve();
      await Promise.resolve();
      work(6);
      log.push(name);
    };
    const all = Promise.all(["a", "b", "c"].map(one));
    await marked(log, all);
    expect(log.join("").replace(/^\|+/, "")).toMatch(/^a\|+b\|+c\|*$/);
  },
);

it("shares a turn out among all places where somebody waits", async () => {
  const log: string[] = [];
  const places = ["a", "b", "c", "d"].map((name) => ({ name, turns: new Turns(8) }));
  const works = Array.from({ length: 10 }, () => places).flat();
  const all = Promise.all(
    works.map(async ({ name, turns }) => {
      await turns.pass();
      work(2);
      log.push(name);
    }),
  );
  await marked(log, all);
  const turns = log.join("").split("|");
  // One everywhere takes the 8 ms; each place by itself would have four.
  expect(Math.max(...turns.map(({ length }) => length))).toBeLessThanOrEqual(5);
});

it("keeps no one waiting for all that another wants", async () => {
  const turns = new Turns(5);
  const log: string[] = [];
  const wanted = [...Array.from({ length: 20 }, () => "much"), "little"];
  await Promise.all(wanted.map((who) => turns.take(() => log.push(who), who)));
  expect(log.indexOf("little")).toBe(1);
});
