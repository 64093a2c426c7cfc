import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RoundRobin } from "../../src/queue/scheduler.js";

const turn = async () => undefined;

/** Jobs of people in communities, as "x:a" says. */
function fillOf(...jobs: readonly string[]): RoundRobin {
  const line = new RoundRobin();
  jobs.forEach((job, index) => {
    const [community = "", user = ""] = job.split(":");
    line.enqueue(turn, { id: `${job}${index}`, community, user });
  });
  return line;
}

function fill(people: string): RoundRobin {
  const line = new RoundRobin();
  [...people].forEach((user, index) => {
    line.enqueue(turn, { id: `${user}${index}`, user });
  });
  return line;
}

/** Serves everybody, asking for the order before each turn. */
function serve(line: RoundRobin): string[] {
  const served: string[] = [];
  while (line.size > 0) {
    const [next] = line.order();
    if (next === undefined) throw new Error("a line without a first");
    line.dequeue();
    expect(line.order()).not.toContain(next);
    served.push(next);
  }
  return served;
}

describe("a line whose first has to wait", () => {
  it("is empty for p-queue until it may start, and knows its order all the same", () => {
    let room = false;
    const line = new RoundRobin((id) => room || id !== "large");
    line.enqueue(async () => "large", { id: "large", user: "ann" });
    line.enqueue(async () => "small", { id: "small", user: "ben" });
    expect(line.size).toBe(0);
    expect(line.order()).toEqual(["large", "small"]);
    room = true;
    expect(line.size).toBe(2);
    line.dequeue();
    room = false;
    expect(line.size).toBe(1);
  });
});

describe("the fair line", () => {
  it("takes turns between people and keeps each one's order", () => {
    expect(serve(fill("aaabbc"))).toEqual(["a0", "b3", "c5", "a1", "b4", "a2"]);
  });

  it("lets a newcomer before somebody who has just had a turn", () => {
    const line = fill("aaa");
    line.dequeue();
    line.enqueue(turn, { id: "b", user: "b" });
    expect(line.order()).toEqual(["b", "a1", "a2"]);
  });

  it("does not forget a person's turn when they had nothing left", () => {
    const line = fill("ab");
    line.dequeue();
    line.enqueue(turn, { id: "again", user: "a" });
    expect(line.order()).toEqual(["b1", "again"]);
  });

  it("takes turns between communities first, then between the people of each", () => {
    const line = fillOf("x:a", "x:a", "x:b", "x:c", "y:d", "y:d", "y:e", "z:f");
    expect(serve(line)).toEqual(["x:a0", "y:d4", "z:f7", "x:b2", "y:e6", "x:c3", "y:d5", "x:a1"]);
  });

  it("serves the first job of five communities within six turns, however many jobs one has queued before", () => {
    const jobs = Array.from({ length: 50 }, (_, index) => `big:p${index % 20}`);
    const line = fillOf(...jobs, ...["a", "b", "c", "d", "e"].map((community) => `${community}:first ${community}`));
    const served = serve(line);
    const turns = served.flatMap((id, index) => (id.includes("first") ? [index + 1] : []));
    process.stdout.write(`turns of five communities behind 50 jobs of one: ${turns.join(", ")}\n`);
    expect(turns).toEqual([2, 3, 4, 5, 6]);
  });

  it("serves higher priorities first", () => {
    const line = fill("ab");
    line.enqueue(turn, { id: "urgent", user: "a", priority: 1 });
    expect(line.order()).toEqual(["urgent", "a0", "b1"]);
    line.setPriority("b1", 2);
    expect(line.order()[0]).toBe("b1");
    expect(line.filter({ priority: 0 })).toHaveLength(1);
  });

  it("predicts its order exactly, loses no job, and has no user wait for more than one job of each other", () => {
    const people = fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 40 });
    const action = fc.oneof(fc.constant("serve"), fc.constantFrom("a", "b", "c", "d"));
    fc.assert(
      fc.property(people, fc.array(action, { maxLength: 20 }), (first, then) => {
        const line = fill(first.join(""));
        let added = first.length;
        let taken = 0;
        for (const what of then) {
          if (what !== "serve") line.enqueue(turn, { id: `${what}+${added++}`, user: what });
          else if (line.dequeue()) taken++;
        }
        const foretold = line.order();
        const served = serve(line);
        expect(served).toEqual(foretold);
        expect(new Set(served).size).toBe(added - taken);
        // Between two turns of one person, everybody else has at most one.
        served.forEach((id, index) => {
          const next = served.findIndex((other, at) => at > index && other[0] === id[0]);
          const between = served.slice(index + 1, next < 0 ? undefined : next).map((other) => other[0]);
          if (next >= 0) expect(new Set(between).size).toBe(between.length);
        });
      }),
    );
  });

  it("predicts its order exactly with communities, none of which waits for more than one job of each other", () => {
    const someone = fc.constantFrom("x:a", "x:b", "x:c", "y:a", "y:d", "z:e");
    const actions = fc.array(fc.oneof(fc.constant("serve"), someone), { maxLength: 40 });
    fc.assert(
      fc.property(fc.array(someone, { minLength: 1, maxLength: 40 }), actions, (first, then) => {
        const line = fillOf(...first);
        let added = first.length;
        for (const what of then) {
          const [community = "", user = ""] = what.split(":");
          if (what === "serve") line.dequeue();
          else line.enqueue(turn, { id: `${what}+${added++}`, community, user });
        }
        const foretold = line.order();
        const served = serve(line);
        expect(served).toEqual(foretold);
        served.forEach((id, index) => {
          const next = served.findIndex((other, at) => at > index && other[0] === id[0]);
          const between = served.slice(index + 1, next < 0 ? undefined : next).map((other) => other[0]);
          if (next >= 0) expect(new Set(between).size).toBe(between.length);
        });
      }),
    );
  });
});
