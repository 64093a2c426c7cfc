import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toDiscord } from "../../../src/bots/markdown/print-discord.js";
import { toMrkdwn } from "../../../src/bots/markdown/print-slack.js";
import { split } from "../../../src/bots/slack/text.js";
import { shorten, UNCUT } from "../../../src/shared/text.js";

describe("Markdown for Slack", () => {
  it.each([
    ["**Dream** of *eyes*", "*Dream* of _eyes_"],
    ["a < b & c > d", "a &lt; b &amp; c &gt; d"],
    ["`a*b*<c>` and **`x`**", "`a*b*&lt;c&gt;` and *`x`*"],
    ["```\n/dream a:**1**\n```", "```/dream a:**1**```"],
    ["[here](https://example.org/?a=1&b=2)", "<https://example.org/?a=1&amp;b=2|here>"],
    ["[a|b](https://example.org/a|b)", "<https://example.org/a%7Cb|a¦b>"],
    ["[**bold** link](https://example.org)", "<https://example.org|**bold** link>"],
    ["2 * 3 * 4 and snake_case", "2 * 3 * 4 and snake_case"],
    ["<!channel> <@U1>", "&lt;!channel&gt; &lt;@U1&gt;"],
    ["\\*not bold\\* _nor italic_", "*\u200bnot bold* _\u200bnor italic_"],
    ["> no quotation", "\u200b&gt; no quotation"],
    ["**two\nlines**", "*two*\n*lines*"],
    ["Choose:\n- a\n- b\n\nDone", "Choose:\n• a\n• b\n\nDone"],
    ["[file](files/0123456789abcdef0123456789abcdef)", "file"],
  ])("%j", (markdown, mrkdwn) => {
    expect(toMrkdwn(markdown)).toBe(mrkdwn);
  });
});

describe("Markdown for Discord", () => {
  it.each([
    ["my_name **is** ||Ann||", "my\\_name **is** \\|\\|Ann\\|\\|"],
    ["*a* and `b_c` ~~d~~", "*a* and `b_c` \\~\\~d\\~\\~"],
    ["# no heading\n-# nor subtext\n> nor quotation", "\\# no heading\n\\-# nor subtext\n\\> nor quotation"],
    ["see https://example.org/a_b.", "see https://example.org/a_b."],
    ["[a_b](https://example.org/a_b)", "[a\\_b](https://example.org/a_b)"],
    ["[x](javascript:1)", "\\[x](javascript:1)"],
    ["<@1> <#2> <:owl:3> <t:4> <id:guide> @everyone", "\\<@1> \\<#2> \\<:owl:3> \\<t:4> \\<id:guide> @\u200beveryone"],
    ["\\*not italic\\* 2 * 3", "\\*not italic\\* 2 \\* 3"],
    ["x\n```js\na_b\n```\ny", "x\n```\na_b\n```\ny"],
    ["Choose:\n- a\n- b\n\nDone", "Choose:\n- a\n- b\n\nDone"],
  ])("%j", (markdown, printed) => {
    expect(toDiscord(markdown)).toBe(printed);
  });
});

/**
 * Text as people type it, full of what looks like markup on one of the platforms, with every mark that the port knows
 * escaped.
 */
const lookalikes = fc
  .array(
    fc.constantFrom(
      ..."\\*`[]_~|<>&#-@()! ab1é",
      ...[
        "||",
        "~~",
        "__",
        "**",
        "](",
        "@everyone",
        "<@123>",
        "<!channel>",
        "<#4>",
        "javascript:",
        "```",
        "👩‍🎨",
        "🇨🇿",
      ],
    ),
    { maxLength: 60 },
  )
  .map((parts) => `x${parts.join("")}x`);
const escaped = (text: string) => text.replace(/[\\*`[\]@_]/g, "\\$&");

describe("text that looks like markup", () => {
  it("is literal on Discord", () => {
    fc.assert(
      fc.property(lookalikes, (text) => {
        const printed = toDiscord(escaped(text));
        const bare = printed.replace(/\\[!-/:-@[-`{-~]/g, " ");
        expect(bare).not.toMatch(/[*_~`|[\\]|<[@#:]|@everyone/);
        expect(printed.replace(/\\([!-/:-@[-`{-~])/g, "$1").replaceAll("\u200b", "")).toBe(text);
      }),
    );
  });

  it("is literal on Slack", () => {
    fc.assert(
      fc.property(lookalikes, (text) => {
        const printed = toMrkdwn(escaped(text));
        expect(printed).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
        // An opening mark stands at a word's edge, directly before what it marks.
        expect(printed).not.toMatch(/(?<![\p{L}\p{N}*_~`])[*_~`]+[^\s*_~`\u200b]/u);
        const shown = printed.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
        expect(shown.replaceAll("\u200b", "")).toBe(text);
      }),
    );
  });
});

describe("a cut", () => {
  const graphemes = (text: string) => [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
  const pieces = fc.array(
    fc.constantFrom(
      "&",
      "<",
      ">",
      "👩‍🎨",
      "🇨🇿",
      "e\u0301",
      "word ",
      "a_b",
      "[here](https://example.org/?a=1&b=2)",
      "**b**",
    ),
    { minLength: 1, maxLength: 80 },
  );

  it("of Slack's text loses nothing, and stands in no entity, link or grapheme", () => {
    fc.assert(
      fc.property(pieces, fc.integer({ min: 60, max: 200 }), (parts, length) => {
        const text = toMrkdwn(parts.join(""));
        const cut = split(text, length);
        expect(cut.join("")).toBe(text);
        expect(cut.flatMap(graphemes)).toEqual(graphemes(text));
        for (const piece of cut) {
          expect(piece.length).toBeLessThanOrEqual(length);
          expect(piece).not.toMatch(/&(?!amp;|lt;|gt;)|<[^>]*$|^[^<]*>/);
        }
      }),
    );
  });

  it("of Discord's text stands in no escape, link or grapheme", () => {
    fc.assert(
      fc.property(pieces, fc.integer({ min: 60, max: 200 }), (parts, length) => {
        const text = toDiscord(parts.join(""));
        const cut = shorten(text, length, UNCUT);
        expect(cut.length).toBeLessThanOrEqual(length);
        if (cut === text) return;
        const kept = cut.slice(0, -" …".length);
        expect(text.startsWith(kept)).toBe(true);
        expect(graphemes(text).slice(0, graphemes(kept).length).join("")).toBe(kept);
        expect(kept).not.toMatch(/\\$|\[[^\]]*$|\]\([^)]*$/);
      }),
    );
  });

  it("of Discord's text stands in no escaped underscore", () => {
    const text = toDiscord("a_b".repeat(30));
    for (let length = 60; length < 70; length++) expect(shorten(text, length, UNCUT)).not.toContain("\\ …");
  });

  it("closes a code block on Discord", () => {
    expect(shorten(`\`\`\`\n${"x".repeat(100)}\n\`\`\``, 40, UNCUT)).toMatch(/^```\nx+ …\n```$/);
  });
});
