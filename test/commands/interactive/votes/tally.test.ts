import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { largest, percents, tally } from "../../../../src/commands/interactive/votes/tally.js";
import { open } from "../../../../src/commands/interactive/votes/texts.js";
import { printShares, readShares } from "../../../../src/commands/styles/shares.js";

const styles = Array.from({ length: 19 }, (_, index) => `style-${index}`);
const vote = fc.record({
  user: fc.integer({ min: 1, max: 40 }).map(String),
  choice: fc.constantFrom(...styles, "gone"),
});

describe("a tally", () => {
  it("gives everybody one vote, whatever they choose and in whatever order", () => {
    fc.assert(
      fc.property(fc.array(vote, { maxLength: 200 }), (votes) => {
        const { people, shares } = tally(votes, styles);
        const valid = votes.filter(({ choice }) => choice !== "gone");
        expect(people).toBe(new Set(valid.map(({ user }) => user)).size);
        const sum = shares.reduce((total, { share }) => total + share, 0);
        expect(sum).toBeCloseTo(people === 0 ? 0 : 1);
        for (const { style, share, people: chosen } of shares) {
          expect(share).toBeGreaterThan(0);
          expect(chosen).toBe(new Set(valid.filter(({ choice }) => choice === style).map(({ user }) => user)).size);
        }
        const backwards = new Map(tally([...votes].reverse(), styles).shares.map(({ style, share }) => [style, share]));
        for (const { style, share } of shares) expect(backwards.get(style)).toBeCloseTo(share);
      }),
    );
  });

  it("is made of shares that a blend can read, and a text that any chat takes", () => {
    fc.assert(
      fc.property(fc.array(vote, { minLength: 1, maxLength: 200 }), (votes) => {
        const counted = tally(votes, styles);
        fc.pre(counted.people > 0);
        const painted = largest(counted, 8);
        expect(painted.reduce((total, { share }) => total + share, 0)).toBeCloseTo(1);
        const shares = painted.map(({ style, share }) => ({
          style,
          weight: Math.max(0.001, Math.round(share * 1000) / 1000),
        }));
        expect(readShares(printShares(shares))).toEqual(shares);
        const candidates = styles.map((name) => ({ name: name.padEnd(20, "x"), emoji: "👩‍👩‍👧‍👦" }));
        const author = { id: "a", name: "n".repeat(32) };
        const opened = { author, payload: { candidates, minutes: 10080 }, expiresAt: 1.8e12 };
        expect(open(opened, counted).text.length).toBeLessThan(2000);
      }),
    );
  });
});

describe("percents", () => {
  it("add up to 100, and stay within one of the share", () => {
    fc.assert(
      fc.property(fc.array(vote, { minLength: 1, maxLength: 200 }), (votes) => {
        const counted = tally(votes, styles);
        fc.pre(counted.people > 0);
        for (const shares of [counted.shares, largest(counted, 8)]) {
          const shown = percents(shares);
          expect(shown.reduce((sum, each) => sum + each)).toBe(100);
          for (const [index, { share }] of shares.entries()) {
            expect(shown[index]).toBeGreaterThanOrEqual(1);
            // What has less than a hundredth is shown as one, at the cost of the largest.
            expect(Math.abs((shown[index] ?? 0) - share * 100)).toBeLessThan(
              shares.every((one) => one.share > 0.01) ? 1 : 19,
            );
          }
        }
      }),
    );
  });

  it.each([
    [[1], [100]],
    [
      [1 / 3, 1 / 3, 1 / 3],
      [34, 33, 33],
    ],
    // Each rounded by itself: 101.
    [
      [0.375, 0.375, 0.25],
      [38, 37, 25],
    ],
    [
      [0.5, 1 / 3, 1 / 6],
      [50, 33, 17],
    ],
    [
      [0.985, 0.005, 0.005, 0.005],
      [97, 1, 1, 1],
    ],
    [[], []],
  ])("of %j are %j", (given, shown) => {
    expect(percents(given.map((share) => ({ share })))).toEqual(shown);
  });
});

describe("shares", () => {
  const style = fc.stringMatching(/^[a-z][a-z0-9-]{0,19}$/);
  const weight = fc.option(fc.integer({ min: 1, max: 1_000_000 }).map((n) => n / 1000));
  const share = fc
    .record({ style, weight })
    .map(({ style, weight }) => (weight === null ? { style } : { style, weight }));

  it("are taken back as printed", () => {
    fc.assert(
      fc.property(fc.uniqueArray(share, { minLength: 1, maxLength: 8, selector: (one) => one.style }), (shares) => {
        expect(readShares(printShares(shares))).toEqual(shares);
      }),
    );
  });

  it("never throw", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void readShares(text)));
  });
});
