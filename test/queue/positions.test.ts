import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { PositionNotifier } from "../../src/queue/positions.js";
import type { QueuePosition } from "../../src/queue/queue.js";

/** A line of ids; those before the bar run. */
function setup() {
  let line = "";
  let reckoned = 0;
  const told: string[] = [];
  const queuePositions = (): QueuePosition[] => {
    reckoned++;
    const [running = "", waiting = ""] = line.split("|");
    const at = (id: string, place: number) =>
      ({ job: { id }, position: place, waitSeconds: 0, runSeconds: 0 }) as QueuePosition;
    return [...[...running].map((id) => at(id, 0)), ...[...waiting].map((id, index) => at(id, index + 1))];
  };
  const positions = new PositionNotifier(queuePositions, ({ job, position }) => told.push(`${job.id}${position}`));
  const becomes = async (next: string) => {
    line = next;
    positions.tell();
    await turn();
    return told.splice(0);
  };
  return { positions, becomes, count: () => reckoned };
}

describe("position notifications", () => {
  it("are reported of jobs that wait at another position than before, and of no others", async () => {
    const { becomes } = setup();
    // A new job has it in its own announcement.
    expect(await becomes("|abc")).toEqual([]);
    expect(await becomes("a|bcd")).toEqual(["b1", "c2"]);
    expect(await becomes("a|bcd")).toEqual([]);
    // One with a higher priority.
    expect(await becomes("a|ebcd")).toEqual(["b2", "c3", "d4"]);
  });

  it("are reckoned once for all that happens in one turn of the event loop", async () => {
    const { positions, becomes, count } = setup();
    for (let time = 0; time < 100; time++) positions.tell();
    await becomes("|ab");
    expect(count()).toBe(1);
  });

  it("forget a job that has gone: when it comes again, it is new", async () => {
    const { positions, becomes } = setup();
    await becomes("|ab");
    positions.forget("b");
    expect(await becomes("|a")).toEqual([]);
    expect(await becomes("|ba")).toEqual(["a2"]);
  });
});
