import { pino } from "pino";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Debts } from "../../src/commands/presenting/debts.js";
import { ApiHealth } from "../../src/port/api-health.js";
import { ChatError } from "../../src/port/chat-error.js";

// So that the fake clock rules this one too.
vi.mock("node:timers/promises", () => ({
  setTimeout: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
}));
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const out = new ChatError("unavailable", { message: "out" });

/** A platform whose question is answered as `answers` says, and a debt that is never taken. */
function scene(answers: () => boolean = () => true) {
  const recovered = vi.fn();
  const asked: number[] = [];
  const began = Date.now();
  const health: ApiHealth = new ApiHealth({
    async ask() {
      asked.push(Date.now() - began);
      if (!answers()) throw out;
      health.answered();
    },
    recovered,
    firstMs: 1_000,
    longestMs: 5_000,
    refusedMs: 300_000,
  });
  const debts = new Debts({ firstMs: 16_000, longestMs: 60_000, logger: pino({ level: "silent" }) });
  recovered.mockImplementation(() => debts.back("fake"));
  const tries: number[] = [];
  const pay = async () => {
    tries.push(Date.now() - began);
    health.failed(out);
    debts.owe("fake", "a picture", pay);
  };
  const owe = () => {
    health.failed(out);
    debts.owe("fake", "a picture", pay);
  };
  return { health, recovered, asked, tries, owe };
}

it.each([0, 100])(
  "part of a platform that is out is left alone while the rest answers (every %i ms)",
  async (busyMs) => {
    const { health, recovered, tries, owe } = scene();
    owe();
    const others = busyMs > 0 ? setInterval(() => health.answered(), busyMs) : undefined;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(tries).toEqual([16_000]);
    await vi.advanceTimersByTimeAsync(180_000);
    expect(tries).toEqual([16_000, 48_000, 108_000, 168_000]);
    expect(recovered).not.toHaveBeenCalled();
    expect([health.problem?.failure, health.outage]).toEqual([out, undefined]);
    clearInterval(others);
  },
);

it("single lost calls, now and then, are nothing that operators should know", async () => {
  const { health, asked } = scene();
  for (let n = 0; n < 20; n++) {
    health.failed(out);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(health.problem).toBeUndefined();
  }
  expect(asked).toHaveLength(20);
});

it("what fails again and again is a problem until it has been well for a while", async () => {
  const { health, asked } = scene();
  const since = new Date();
  for (let n = 0; n < 4; n++) {
    expect(health.problem).toBeUndefined();
    health.failed(out);
    await vi.advanceTimersByTimeAsync(6_000);
  }
  expect(health.problem).toMatchObject({ since, failure: out, refused: false });
  expect(asked).toEqual([1_000, 8_000, 16_000, 23_000]);
  await vi.advanceTimersByTimeAsync(75_000);
  expect(health.problem).toBeUndefined();
});

it("debts are paid at once when an outage is over, and after that by the clock", async () => {
  let up = false;
  const { health, recovered, tries, owe } = scene(() => up);
  owe();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(tries).toEqual([16_000, 48_000, 108_000]);
  expect(health.outage?.failure).toBe(out);
  for (let n = 0; n < 5; n++) {
    up = true;
    await vi.advanceTimersByTimeAsync(5_000);
    up = false;
    health.failed(out);
    await vi.advanceTimersByTimeAsync(9_000);
  }
  expect(recovered).toHaveBeenCalledTimes(5);
  const after = tries.filter((at) => at > 120_000).map((at) => Math.floor(at / 1_000));
  expect(after).toEqual([122, 154]);
});
