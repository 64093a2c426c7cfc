import { afterEach, describe, expect, it, vi } from "vitest";
import { Classifier } from "../../src/queue/classifier.js";
import { FakeEngine } from "../fakes/engine.js";
import { ask } from "./queue.contract.js";
import { setup } from "./set-up.js";

const LABELS = [{ name: "alp", probability: 0.84 }];
const question = (person: string) => ({ picture: new Uint8Array([1]), network: "resnet50", person });

describe("what a network sees", () => {
  afterEach(() => vi.useRealTimers());

  it("is answered by the engine while a job runs, and makes none", async () => {
    const { queue, engine, ended } = setup();
    const job = await queue.submit(ask("ben"));
    const running = await engine.next();
    const answer = queue.classify(question("ann"));
    const asked = await engine.next();
    expect(asked.request).toMatchObject({ recipe: "see", params: { network: "resnet50", labels: 5 } });
    expect(asked.request.pictures.image).toEqual(new Uint8Array([1]));
    await asked.finish({ labels: LABELS });
    expect(await answer).toEqual(LABELS);
    expect(queue.positions().map((position) => position.job.id)).toEqual([job.id]);
    await running.finish();
    expect((await ended(job.id)).state).toBe("done");
  });

  it("is asked one by one, by each person a few times at once, and not without end", async () => {
    const engine = new FakeEngine();
    const answered = vi.fn();
    const classifier = new Classifier({ engine, answered });
    const answers = ["ann", "ann", "ben"].map((person) => classifier.classify(question(person)));
    await expect(classifier.classify(question("ann"))).rejects.toThrow("I am still looking at 2 pictures for you");
    for (let n = 0; n < 17; n++) answers.push(classifier.classify(question(`person ${n}`)));
    await expect(classifier.classify(question("zoe"))).rejects.toThrow("I am looking at many pictures just now");
    for (const _ of answers) await (await engine.next()).finish({ labels: LABELS });
    expect(await Promise.all(answers)).toEqual(answers.map(() => LABELS));
    expect(engine.peak).toBe(1);
    expect(answered).toHaveBeenCalledTimes(answers.length);
  });

  it("has a time limit, after which the engine is stopped and the next one asked", async () => {
    const engine = new FakeEngine();
    const classifier = new Classifier({ engine, answered: () => undefined }, { seconds: 1 });
    const refused = expect(classifier.classify(question("ann"))).rejects.toMatchObject({
      kind: "time",
      message: "resnet50 has not answered within 1 s; please try again in a while.",
    });
    const { options } = await engine.next();
    await refused;
    expect(options.signal.aborted).toBe(true);
    const next = classifier.classify(question("ann"));
    await (await engine.next()).finish({ labels: LABELS });
    expect(await next).toEqual(LABELS);
  });

  it("is refused for maintenance and when the program stops, and what is asked then ends at once", async () => {
    const { queue, engine } = setup();
    queue.pause();
    await expect(queue.classify(question("ann"))).rejects.toMatchObject({ kind: "draining" });
    queue.unpause();
    const answer = queue.classify(question("ann"));
    const { options } = await engine.next();
    const closed = queue.close(0);
    await expect(answer).rejects.toMatchObject({ kind: "closing" });
    expect(options.signal.aborted).toBe(true);
    await closed;
    await expect(queue.classify(question("ann"))).rejects.toMatchObject({ kind: "closing" });
  });
});
