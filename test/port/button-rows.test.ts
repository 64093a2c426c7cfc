import { describe, expect, it } from "vitest";
import { compose } from "../../src/bots/discord/compose.js";
import { CommandNames } from "../../src/bots/slack/command-names.js";
import { render } from "../../src/bots/slack/render.js";
import { type Button, buttonRows } from "../../src/port/messages.js";

const registered = { commands: "auto", commandPrefix: "" } as const;
const names = new CommandNames(["dream"], registered, undefined);

const sheet: readonly Button[] = ["choose", "enlarge", "vary"].flatMap((verb, row) =>
  Array.from({ length: 4 }, (_, n) => ({
    id: `job:${verb}-${n + 1}:7KQ4M9XA`,
    label: `${verb} ${n + 1}`,
    ...(row > 0 && n === 0 && { startsRow: true as const }),
  })),
);

describe("rows of buttons", () => {
  it("begin where a button begins one, and where one is full", () => {
    const lengths = (inRow: number, rows: number) => buttonRows(sheet, { inRow, rows }).map((row) => row.length);
    expect(lengths(5, 5)).toEqual([4, 4, 4]);
    expect(lengths(25, 50)).toEqual([4, 4, 4]);
    expect(lengths(3, 6)).toEqual([3, 1, 3, 1, 3, 1]);
  });

  it("fill one after the other where there would be too many, and no row is beyond the last", () => {
    const lengths = (inRow: number, rows: number) => buttonRows(sheet, { inRow, rows }).map((row) => row.length);
    expect(lengths(5, 2)).toEqual([5, 5]);
    expect(lengths(3, 5)).toEqual([3, 3, 3, 3]);
  });

  it("stand so on Discord and Slack", () => {
    const discord = compose({ text: "Done", buttons: sheet }).body.components;
    expect(discord.map(({ components }) => components.length)).toEqual([4, 4, 4]);
    const blocks = render({ text: "Done", buttons: sheet }, [], names).blocks ?? [];
    expect(blocks.flatMap((block) => (block.type === "actions" ? [block.elements.length] : []))).toEqual([4, 4, 4]);
  });
});
