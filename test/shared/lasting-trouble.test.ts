import { expect, it } from "vitest";
import { LastingTrouble } from "../../src/shared/lasting-trouble.js";

it("tells a trouble at once, then once a minute how often it came again, and when it is over", () => {
  let now = 0;
  const lines: unknown[] = [];
  const line = (_details: unknown, text?: string) => lines.push(text ?? _details);
  const trouble = new LastingTrouble({ error: line, info: line } as never, () => now);
  trouble.over("well");
  for (; now < 150_000; now += 100) trouble.say("Redis is full");
  trouble.say("Redis is a replica");
  trouble.over("well");
  trouble.over("well");
  trouble.say("Redis is full");
  expect(lines).toEqual([
    "Redis is full",
    "Redis is full (600 times more in the last 60 s)",
    "Redis is full (600 times more in the last 60 s)",
    "Redis is a replica",
    "well",
    "Redis is full",
  ]);
  // What has not come for long is new.
  now += 700_000;
  trouble.say("Redis is full");
  expect(lines.slice(6)).toEqual(["Redis is full"]);
});
