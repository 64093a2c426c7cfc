import { pino } from "pino";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Debts } from "../../../src/commands/presenting/debts.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const debts = () => new Debts({ firstMs: 10, longestMs: 60, logger: pino({ level: "silent" }) });

/** Owes something that the chat takes as soon as `ready` says so; notes when it was tried. */
function owing(ledger: Debts, ready: () => boolean, key = "a picture", platform = "fake") {
  const tries: number[] = [];
  const began = Date.now();
  const pay = async () => {
    tries.push(Date.now() - began);
    if (!ready()) ledger.owe(platform, key, pay);
  };
  ledger.owe(platform, key, pay);
  return tries;
}

it("tries less and less often, but goes on for ever", async () => {
  const tries = owing(debts(), () => false);
  await vi.advanceTimersByTimeAsync(250);
  expect(tries).toEqual([10, 30, 70, 130, 190, 250]);
  await vi.advanceTimersByTimeAsync(60 * 1_440);
  expect(tries.length).toBe(6 + 1_440);
});

it("pays everything at once when its chat is back, and nothing of another chat's", async () => {
  const ledger = debts();
  let up = false;
  const tries = ["one", "two", "three"].map((key) => owing(ledger, () => up, key));
  const others = owing(ledger, () => false, "one", "another");
  await vi.advanceTimersByTimeAsync(131);
  const before = others.length;
  up = true;
  ledger.back("fake");
  await vi.advanceTimersByTimeAsync(0);
  expect(tries.map((times) => times.at(-1))).toEqual([131, 131, 131]);
  expect([ledger.count("fake"), ledger.count("another"), others.length]).toEqual([0, 1, before]);
});

it("pays at once what becomes a debt when its chat has just come back", async () => {
  const ledger = debts();
  ledger.back("fake");
  await vi.advanceTimersByTimeAsync(9);
  const soon = owing(ledger, () => true);
  await vi.advanceTimersByTimeAsync(1);
  const later = owing(ledger, () => true);
  await vi.advanceTimersByTimeAsync(20);
  expect([soon, later]).toEqual([[0], [10]]);
});

it("begins another round at once when the chat comes back in the middle of one", async () => {
  const ledger = debts();
  let up = false;
  let release = () => {};
  const hang = () => new Promise<void>((resolve) => (release = resolve));
  let tries = 0;
  const pay = async (): Promise<void> => {
    tries += 1;
    if (up) return;
    await hang();
    ledger.owe("fake", "one", pay);
  };
  ledger.owe("fake", "one", pay);
  await vi.advanceTimersByTimeAsync(10);
  up = true;
  ledger.back("fake");
  release();
  await vi.advanceTimersByTimeAsync(0);
  expect([tries, ledger.count("fake")]).toEqual([2, 0]);
});

it("is not held up by one that hangs, nor by one that fails", async () => {
  const ledger = debts();
  ledger.owe("fake", "hangs", () => new Promise(() => undefined));
  ledger.owe("fake", "fails", async () => Promise.reject(new Error("a bug")));
  const tries = Array.from({ length: 20 }, (_, index) => owing(ledger, () => true, `${index}`));
  await vi.advanceTimersByTimeAsync(10);
  expect(tries.flat()).toEqual(Array(20).fill(10));
});

it("keeps what could not be paid for a reason of its own, until its chat stops", async () => {
  const ledger = debts();
  const tries: number[] = [];
  const began = Date.now();
  const pay = async () => {
    tries.push(Date.now() - began);
    throw new Error("the disk is full");
  };
  ledger.owe("fake", "one", pay);
  await vi.advanceTimersByTimeAsync(70);
  expect([tries, ledger.count("fake")]).toEqual([[10, 30, 70], 1]);
  let fail = () => {};
  ledger.owe("fake", "one", () => new Promise((_, reject) => (fail = () => reject(new Error("the disk is full")))));
  await vi.advanceTimersByTimeAsync(60);
  ledger.stop("fake");
  fail();
  await vi.advanceTimersByTimeAsync(1_000);
  expect([tries.length, ledger.count("fake")]).toEqual([3, 0]);
});

it("pays nothing after its chat has stopped", async () => {
  const ledger = debts();
  const tries = owing(ledger, () => false);
  ledger.stop("fake");
  owing(ledger, () => false);
  await vi.advanceTimersByTimeAsync(1_000);
  expect([tries, ledger.count("fake")]).toEqual([[], 0]);
});
