import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Argument,
  type CommandLine,
  parseArguments,
  parseLine,
  printLine,
} from "../../../src/commands/parsing/command-line.js";

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
const value = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(..."\"\\“”„«»'‘’.,!:= \na1/") }),
  word,
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.stringMatching(/^\/\/[a-z:]{0,5}$/),
);
const key = fc.oneof(word, fc.constantFrom("http", "https"));
const argument: fc.Arbitrary<Argument> = fc.oneof(fc.record({ key, value }), fc.record({ value }));
const line: fc.Arbitrary<CommandLine> = fc.record({ name: word, arguments: fc.array(argument, { maxLength: 8 }) });

describe("the grammar", () => {
  it("takes back what it prints", () => {
    fc.assert(
      fc.property(line, (written) => {
        expect(parseLine(printLine(written))).toEqual({ ok: true, value: written });
      }),
      { numRuns: 2000 },
    );
  });

  it("answers any input without throwing, and what it takes it prints and takes again", () => {
    const anything = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: fc.constantFrom("/", "a", ":", "=", '"', "”", " ", "\\", "http://") }),
    );
    fc.assert(
      fc.property(anything, (text) => {
        const first = parseLine(`/a ${text}`);
        if (!first.ok) expect(first.problem).toMatch(/\.$/);
        else expect(parseLine(printLine(first.value))).toEqual(first);
        expect(() => parseLine(text)).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ["/dream", []],
    ["/Dream LOOK:Creatures", [{ key: "look", value: "Creatures" }]],
    [
      "dream size: 512  seed=7",
      [
        { key: "size", value: "512" },
        { key: "seed", value: "7" },
      ],
    ],
    ['/dream layers:"a:1.5 b"', [{ key: "layers", value: "a:1.5 b" }]],
    [
      "/dream layers:“a:1.5 b” seed:7",
      [
        { key: "layers", value: "a:1.5 b" },
        { key: "seed", value: "7" },
      ],
    ],
    ["/dream layers:a:1.5", [{ key: "layers", value: "a:1.5" }]],
    ['/dream name:"say \\"hi\\""', [{ key: "name", value: 'say "hi"' }]],
    ["/again 7KQ4 strength:0.8", [{ value: "7KQ4" }, { key: "strength", value: "0.8" }]],
    ["/dream\nsize:512", [{ key: "size", value: "512" }]],
    [
      "/dream https://example.org/a.jpg?b=c look:creatures",
      [{ value: "https://example.org/a.jpg?b=c" }, { key: "look", value: "creatures" }],
    ],
    ["/dream picture:HTTP://example.org", [{ key: "picture", value: "HTTP://example.org" }]],
    ["/dream <https://example.org/a.jpg>", [{ value: "<https://example.org/a.jpg>" }]],
    ['/dream https:"//example.org"', [{ key: "https", value: "//example.org" }]],
    ["/dream it's fine", [{ value: "it's" }, { value: "fine" }]],
    ["/dream 'tis", [{ value: "'tis" }]],
    ["/stylize 'winter', ‘two words’", [{ value: "winter" }, { value: "two words" }]],
    [
      "/dream layers:«a:1.5 b» name:'say \"hi\"'",
      [
        { key: "layers", value: "a:1.5 b" },
        { key: "name", value: 'say "hi"' },
      ],
    ],
    [
      "/dream look:creatures, seed:7!",
      [
        { key: "look", value: "creatures" },
        { key: "seed", value: "7" },
      ],
    ],
    ["/blend summer , winter", [{ value: "summer" }, { value: "winter" }]],
    ["/dream https://example.org/a?", [{ value: "https://example.org/a?" }]],
    ['/dream "no."', [{ value: "no." }]],
  ])("reads %j", (text, args) => {
    const parsed = parseLine(text);
    expect(parsed.ok && parsed.value.arguments).toEqual(args);
  });

  it.each([
    ['/dream layers:"a', 'The quote after layers: is never closed; put a " at its end.'],
    ["/", "A command begins with / and its name."],
    ["", "A command begins with / and its name."],
    ["/dream:3", "There should be a space after /dream."],
    [`/dream ${"x".repeat(9000)}`, "The line is longer than 8000 characters."],
    // As it is printed, with each of them twice, it could not be taken again.
    [`/dream ${"\\".repeat(3999)}`, "The line is longer than 8000 characters."],
  ])("says what is wrong with %.20j", (text, problem) => {
    expect(parseLine(text)).toEqual({ ok: false, problem });
  });

  it("is taken again where it is printed as long as a line may be", () => {
    const line = parseLine(`/dream ${"\\".repeat(3998)}`);
    expect(line.ok && parseLine(printLine(line.value))).toEqual(line);
  });

  it("does not hang on long hostile lines", () => {
    const begun = performance.now();
    for (const piece of ['"', "a:", "\\", " ", 'a:"', "a-"]) parseArguments(piece.repeat(7900 / piece.length));
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});
