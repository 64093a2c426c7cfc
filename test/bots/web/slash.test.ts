import { describe, expect, it } from "vitest";
import { completing, describeOption, nothingLeft, quoteValue } from "../../../src/bots/web/client/text/slash.js";
import type { WireCommand } from "../../../src/bots/web/wire.js";

const dream: WireCommand = {
  name: "dream",
  help: "",
  examples: [],
  options: [
    {
      name: "look",
      help: "",
      type: "text",
      required: false,
      choices: [{ value: "creatures", label: "creatures" }],
      default: "creatures",
    },
    { name: "strength", help: "", type: "number", required: false, minimum: 0.1, maximum: 3, default: "1" },
    { name: "image", help: "", type: "picture", required: false },
  ],
};
const styles = { name: "styles", help: "", type: "text", required: false, completes: "styles" } as const;
const stylize = { ...dream, name: "stylize", options: [{ ...styles, unnamed: "one" as const }, ...dream.options] };
const blend = { ...dream, name: "blend", options: [{ ...styles, unnamed: "many" as const }, ...dream.options] };
const commands = [dream, { ...dream, name: "redream" }, blend, stylize];
const at = (line: string) => {
  const caret = line.indexOf("|");
  return completing(line.replace("|", ""), caret, commands);
};
const names = (line: string) => {
  const found = at(line);
  return found?.kind === "command"
    ? found.commands.map(({ name }) => name)
    : found?.kind === "option"
      ? [...(found.bare ? [`(${found.bare.name})`] : []), ...found.options.map(({ name }) => name)]
      : found?.kind;
};

describe("what is being typed", () => {
  it.each([
    ["/|", ["dream", "redream", "blend", "stylize"]],
    ["/dr|", ["dream", "redream"]],
    ["/xyz|", []],
    ["/dream |", ["look", "strength"]],
    ["/dream str|", ["strength"]],
    ["/dream look:creatures |", ["strength"]],
    ["/dream look:cr|", "value"],
    ["/dream look:|creatures strength:1", "value"],
    ["/unknown |", undefined],
    ["/dream summer:0.3|", undefined],
    ["hello|", undefined],
    ["and/or|", undefined],
    ["/stylize wi|", ["(styles)"]],
    ["/stylize winter str|", ["strength"]],
    ["/stylize strength:1 wi|", ["(styles)"]],
    ["/blend summer:0.3 wi|", ["(styles)"]],
    ["hi @Qui|", "person"],
    ["in #ar|", "channel"],
    ["so :octo|", "emoji"],
    ["at 10:3|", undefined],
    ["a :|", undefined],
    ["mail@ex|", undefined],
  ])("%s", (line, expected) => {
    expect(names(line)).toEqual(expected);
  });

  it("bounds the value that a choice replaces, quotes included", () => {
    expect(at('/dream look:"two wo|rds" strength:1')).toMatchObject({
      kind: "value",
      typed: '"two wo'.replace('"', ""),
      start: 12,
      end: 23,
    });
    expect(at("/dream look:cr| strength:1")).toMatchObject({ typed: "cr", start: 12, end: 14 });
  });

  it("says that nothing is left to set only where no word stands that fits no option", () => {
    const told = (line: string, options = dream.options) => {
      const found = completing(line, line.length, [{ ...dream, options }]);
      return found && nothingLeft(found);
    };
    expect(told("/dream ", [])).toBe(true);
    expect(told("/dream ")).toBe(false);
    expect(told("/dream moody")).toBe(false);
  });

  it("quotes values with spaces and tells ranges in words", () => {
    expect(quoteValue("two words")).toBe('"two words"');
    expect(quoteValue("one")).toBe("one");
    expect(dream.options.map(describeOption)).toEqual([
      "one of 1, default: creatures",
      "a number from 0.1 to 3, default: 1",
      "a picture",
    ]);
  });
});
