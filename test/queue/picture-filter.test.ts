import { describe, expect, it } from "vitest";
import type { FilterSettings } from "../../src/queue/picture-filter.js";
import { picture } from "../fakes/engine.js";
import { waitFor } from "../support/wait-for.js";
import { ask } from "./queue.contract.js";
import { setup } from "./set-up.js";

const filter: FilterSettings = { network: "judge", classes: { bad: 0.7, odd: 1 }, uploads: true, results: true };
const seen = (bad: number) => ({
  labels: [
    { name: "good", probability: 1 - bad },
    { name: "bad", probability: bad },
  ],
});

describe("the filter of pictures", () => {
  it("lets everything through, and asks no network, where it is off", async () => {
    const { queue, engine } = setup();
    expect(await queue.judge(await picture())).toEqual({ kind: "fine" });
    expect(engine.runs).toEqual([]);
  });

  it("refuses what its network takes for a class from the probability that is set", async () => {
    const { queue, engine } = setup({ filter });
    for (const [bad, kind] of [
      [0.69, "fine"],
      [0.71, "refused"],
    ] as const) {
      const verdict = queue.judge(await picture());
      const run = await engine.next();
      expect(run.request).toMatchObject({ recipe: "see", params: { network: "judge", frames: 12 } });
      await run.finish(seen(bad));
      expect((await verdict).kind).toBe(kind);
    }
  });

  it("lets nothing through that it could not look at, and says why", async () => {
    const { queue, engine } = setup({ filter: { ...filter, classes: { bad: 0.7, worse: 0.5 } } });
    const unknown = queue.judge(await picture());
    await (await engine.next()).finish(seen(0));
    const why = "`filter.classes` names worse, but judge knows good and bad.";
    expect(await unknown).toEqual({ kind: "unanswered", why });
    const failed = queue.judge(await picture());
    (await engine.next()).fail("network", "judge cannot be fetched.");
    expect(await failed).toEqual({ kind: "unanswered", why: "judge cannot be fetched." });
    await queue.close(0);
    expect((await queue.judge(await picture())).kind).toBe("unanswered");
  });

  it("looks at uploads while the queue is paused", async () => {
    const { queue, engine } = setup({ filter });
    queue.pause();
    const verdict = queue.judge(await picture());
    await (await engine.next()).finish(seen(0));
    expect(await verdict).toEqual({ kind: "fine" });
  });

  it("shows a frame when it has been judged, and keeps no refused result", async () => {
    const { queue, engine, ended, repository } = setup({ filter });
    const shown: number[] = [];
    queue.on("frame", (_job, { octave }) => shown.push(octave));
    const job = await queue.submit(ask("ben"));
    const run = await engine.next();
    await run.octave(1);
    const first = await engine.next();
    expect(shown).toEqual([]);
    await first.finish(seen(0));
    await waitFor(() => expect(shown).toEqual([1]));
    await run.octave(2);
    await (await engine.next()).finish(seen(0.9));
    await run.finish();
    const last = await engine.next();
    expect(queue.positions()).toHaveLength(1);
    await last.finish(seen(0.9));
    const end = await ended(job.id);
    expect(end).toMatchObject({
      state: "failed",
      failure: { kind: "filtered", detail: expect.stringMatching(/^bad 90\s?%$/) },
    });
    expect(shown).toEqual([1]);
    expect(await repository.result(job.id)).toBeUndefined();
  });

  it("posts a result that passes, and fails a job whose result it could not look at", async () => {
    const { queue, engine, ended } = setup({ filter });
    const fine = await queue.submit(ask("ben"));
    await (await engine.next()).finish();
    await (await engine.next()).finish(seen(0.1));
    expect((await ended(fine.id)).state).toBe("done");
    const unseen = await queue.submit(ask("ben"));
    await (await engine.next()).finish();
    (await engine.next()).fail("network", "judge cannot be fetched.");
    const { failure } = await ended(unseen.id);
    expect(failure).toMatchObject({ kind: "filter", message: expect.stringContaining("judge cannot be fetched.") });
  });

  it("leaves results alone where it looks at uploads only", async () => {
    const { queue, engine, ended } = setup({ filter: { ...filter, results: false } });
    const job = await queue.submit(ask("ben"));
    await (await engine.next()).finish();
    expect((await ended(job.id)).state).toBe("done");
    expect(engine.runs).toHaveLength(1);
  });
});
