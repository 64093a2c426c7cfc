import { expect, it, onTestFinished, vi } from "vitest";
import { ResponseUrl } from "../../../src/bots/slack/replies.js";

const DAY_MS = 24 * 3_600_000;

it.each([DAY_MS, -DAY_MS])("an address for answers serves when the clock has been set by %d ms", (by) => {
  const address = new ResponseUrl("https://hooks.slack.com/commands/T1/2/3", "https://slack.com/api/");
  vi.useFakeTimers({ now: Date.now() + by, toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  expect(address.take()).toBe(true);
});

it("an address for answers ends when Slack says, also when the clock has been set back", () => {
  vi.useFakeTimers({ toFake: ["Date", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const address = new ResponseUrl("https://hooks.slack.com/commands/T1/2/3", "https://slack.com/api/");
  vi.advanceTimersByTime(30 * 60_000);
  vi.setSystemTime(Date.now() - DAY_MS);
  expect(address.take()).toBe(false);
});
