import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { JobConsumer, JobProducer, type RunEnd, type TakenJob } from "../../../src/queue/cluster/bull-queue.js";
import { PROTOCOL, queueName, type Report, type Task, ticketOf } from "../../../src/queue/cluster/protocol.js";
import { deferred } from "../../../src/shared/async.js";
import { hasRedis, type RedisServer, redisHint, startRedis } from "../../support/redis.js";
import { waitFor } from "../../support/wait-for.js";

const task: Task = { job: "7KQ4M9XA", recipe: "dream", params: {}, pictures: [], jobSeconds: 60 };
const { job } = task;

describe.skipIf(!hasRedis)(`what BullMQ's queue tells, as typed outcomes (${redisHint})`, () => {
  let redis: RedisServer;
  let tests = 0;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.stop());

  function connect(): Redis {
    const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
    connection.on("error", () => undefined);
    onTestFinished(() => connection.disconnect());
    return connection;
  }

  /** A producer, and consumers of its queue that run jobs as told. */
  async function open() {
    const prefix = `bull-${++tests}`;
    const reports: Report[] = [];
    const producer = await JobProducer.open({
      protocol: PROTOCOL,
      prefix,
      redis: connect(),
      eventsRedis: connect(),
      onReport: (_job, report) => reports.push(report),
      onChange: () => undefined,
    });
    onTestFinished(() => producer.close());
    producer.follow();
    const consume = (run: (taken: TakenJob) => Promise<RunEnd>, lockMs = 30_000) => {
      const connection = connect();
      const consumer = new JobConsumer({
        protocol: PROTOCOL,
        prefix,
        redis: connection,
        slots: 1,
        lockMs,
        run,
        onError: () => undefined,
        untilWell: async () => undefined,
        onLocksLost: () => undefined,
        onLocksRenewed: () => undefined,
      });
      void consumer.run().catch(() => undefined);
      onTestFinished(() => consumer.close());
      return { consumer, vanish: () => connection.disconnect() };
    };
    const key = `${prefix}:${queueName(PROTOCOL)}:${ticketOf(job)}`;
    return { producer, consume, reports, forget: () => connect().del(key, `${key}:lock`) };
  }

  /** A run that has been taken, and goes on until it is told how it ends. */
  function heldRun() {
    const [taken, end] = [deferred<TakenJob>(), deferred<RunEnd>()];
    const run = (one: TakenJob): Promise<RunEnd> => {
      taken.resolve(one);
      return end.promise;
    };
    return { run, taken: taken.promise, end: end.resolve };
  }

  it("a job that is sent twice is there once, and can be removed", async () => {
    const { producer } = await open();
    expect(await producer.find(job)).toEqual({ state: "gone" });
    await producer.send(task, 60);
    await producer.send({ ...task, recipe: "zoom" }, 60);
    expect(await producer.find(job)).toEqual({ state: "waiting" });
    expect(await producer.remove(job)).toBe("removed");
    expect(await producer.find(job)).toEqual({ state: "gone" });
    expect(await producer.remove(job)).toBe("removed");
  });

  it("one that a worker has is active and locked, reports, and completes", async () => {
    const { producer, consume, reports } = await open();
    const { run, taken, end } = heldRun();
    consume(run);
    await producer.send(task, 60);
    const one = await taken;
    expect(one).toMatchObject({ task, begun: 1 });
    expect(await producer.find(job)).toEqual({ state: "active" });
    expect(await producer.remove(job)).toBe("locked");
    const report: Report = { type: "begun", token: one.token, worker: "w" };
    expect(await one.report(report)).toBe("sent");
    await waitFor(() => expect(reports).toEqual([report]));
    end({ end: "completed", outcome: { status: "cancelled", worker: "w" } });
    await waitFor(async () =>
      expect(await producer.find(job)).toEqual({ state: "completed", outcome: { status: "cancelled", worker: "w" } }),
    );
  });

  it("one that is handed back goes to the next worker", async () => {
    const { producer, consume } = await open();
    const [first, second] = [heldRun(), heldRun()];
    const { consumer } = consume(first.run);
    await producer.send(task, 60);
    const one = await first.taken;
    await consumer.pause();
    expect(await one.handBack()).toBe("handed-back");
    first.end({ end: "not-ours" });
    consume(second.run);
    expect((await second.taken).begun).toBe(2);
    second.end({ end: "completed", outcome: { status: "cancelled", worker: "w" } });
  });

  it("a worker learns that Redis has lost its job", async () => {
    const { producer, consume, forget } = await open();
    const { run, taken, end } = heldRun();
    consume(run);
    await producer.send(task, 60);
    const one = await taken;
    await forget();
    expect(await one.report({ type: "begun", token: one.token, worker: "w" })).toBe("gone");
    expect(await one.handBack()).toBe("lock-lost");
    end({ end: "not-ours" });
    expect(await producer.find(job)).toEqual({ state: "gone" });
  });

  it("tells a missing input from other failures", async () => {
    const { producer, consume } = await open();
    consume(async () => ({ end: "input-missing", role: "image" }));
    await producer.send(task, 60);
    await waitFor(async () =>
      expect(await producer.find(job)).toMatchObject({ state: "failed", cause: "input-missing" }),
    );
  });

  it("asks ever more seldom while Redis refuses to give a job, and goes on afterwards", async () => {
    const prefix = `bull-${++tests}`;
    const connection = connect();
    // Something that no trial of another queue finds.
    await connection.set(`${prefix}:${queueName(PROTOCOL)}:wait`, "no list");
    const errors: Error[] = [];
    const [done, taken] = [deferred(), deferred()];
    const consumer = new JobConsumer({
      protocol: PROTOCOL,
      prefix,
      redis: connection,
      slots: 1,
      lockMs: 30_000,
      run: async () => {
        taken.resolve();
        return { end: "completed", outcome: { status: "cancelled", worker: "w" } };
      },
      onError: (error) => errors.push(error) === 3 && done.resolve(),
      untilWell: async () => undefined,
      onLocksLost: () => undefined,
      onLocksRenewed: () => undefined,
    });
    onTestFinished(() => consumer.close());
    const at = performance.now();
    void consumer.run();
    await done.promise;
    // Half a second, then a second.
    expect(performance.now() - at).toBeGreaterThan(1_400);
    expect(errors[0]?.message).toContain("WRONGTYPE");
    await connection.del(`${prefix}:${queueName(PROTOCOL)}:wait`);
    const events = connect();
    const options = { protocol: PROTOCOL, prefix, redis: connect(), eventsRedis: events };
    const producer = await JobProducer.open({ ...options, onReport: () => undefined, onChange: () => undefined });
    onTestFinished(() => producer.close());
    producer.follow();
    await producer.send(task, 60);
    await taken.promise;
  });

  it("tells that workers have vanished, one after the other", async () => {
    const { producer, consume } = await open();
    await producer.send(task, 60);
    for (let vanished = 0; vanished < 2; vanished++) {
      const { run, taken } = heldRun();
      const { vanish } = consume(run, 300);
      await taken;
      vanish();
    }
    consume(async () => ({ end: "completed", outcome: { status: "cancelled", worker: "w" } }), 300);
    const vanished = { state: "failed", cause: "workers-vanished" };
    await waitFor(async () => expect(await producer.find(job)).toMatchObject(vanished));
  });
});
