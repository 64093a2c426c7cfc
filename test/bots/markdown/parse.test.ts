import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Inline, parseMarkdown } from "../../../src/bots/markdown/parse.js";
import { plainText } from "../../../src/bots/markdown/plain-text.js";

type Block = ReturnType<typeof parseMarkdown>[number];
const text = (value: string): Inline => ({ kind: "text", text: value });
const paragraph = (...children: Inline[]): Block => ({ kind: "paragraph", children });

describe("the chat's Markdown", () => {
  it.each<[string, Block[]]>([
    ["plain", [paragraph(text("plain"))]],
    [
      "**bold** and *it*",
      [
        paragraph({ kind: "strong", children: [text("bold")] }, text(" and "), {
          kind: "emphasis",
          children: [text("it")],
        }),
      ],
    ],
    ["***both***", [paragraph({ kind: "strong", children: [text("*both")] }, text("*"))]],
    ["2 * 3 * 4", [paragraph(text("2 * 3 * 4"))]],
    ["2*3*4", [paragraph(text("2*3*4"))]],
    ["\\*not\\*", [paragraph(text("*not*"))]],
    ["`a **b**`", [paragraph({ kind: "code", text: "a **b**" })]],
    ["one\ntwo", [paragraph(text("one"), { kind: "break" }, text("two"))]],
    ["one\n\ntwo", [paragraph(text("one")), { kind: "gap" }, paragraph(text("two"))]],
    ["\n\none\n \n\n- two\n\n", [paragraph(text("one")), { kind: "gap" }, { kind: "list", items: [[text("two")]] }]],
    ["- a\n- b", [{ kind: "list", items: [[text("a")], [text("b")]] }]],
    ["x\n```\n/dream <b>\n```\ny", [paragraph(text("x")), { kind: "code", text: "/dream <b>" }, paragraph(text("y"))]],
    ["```js\n1\n```", [{ kind: "code", text: "1" }]],
    ["open ``` fence", [paragraph(text("open ``` fence"))]],
    [
      "[here](https://a.example/x?y=1)",
      [paragraph({ kind: "link", href: "https://a.example/x?y=1", children: [text("here")] })],
    ],
    ["[here](javascript:alert(1))", [paragraph(text("[here](javascript:alert(1))"))]],
    [
      "see https://a.example/b.",
      [
        paragraph(
          text("see "),
          { kind: "link", href: "https://a.example/b", children: [text("https://a.example/b")] },
          text("."),
        ),
      ],
    ],
    ["<img src=x onerror=alert(1)>", [paragraph(text("<img src=x onerror=alert(1)>"))]],
  ])("%j", (source, blocks) => {
    expect(parseMarkdown(source)).toEqual(blocks);
  });

  it("marks the names it was given, the longest first, and no others", () => {
    expect(parseMarkdown("hi @Quiet Heron and @Else", ["Quiet Heron", "Quiet"])).toEqual([
      paragraph(text("hi "), { kind: "mention", name: "Quiet Heron" }, text(" and @Else")),
    ]);
  });

  it("never throws, and links only to the web", () => {
    const pieces = fc.array(
      fc.constantFrom(
        "**",
        "*",
        "`",
        "```",
        "[",
        "](",
        ")",
        "https://x.y",
        "javascript:",
        "\n",
        "- ",
        "@",
        "a",
        "b ",
        "\\",
        "<script>",
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const source = parts.join("");
        const links = JSON.stringify(parseMarkdown(source)).match(/"href":"[^"]*/g) ?? [];
        expect(links.every((link) => /^"href":"https?:\/\//.test(link))).toBe(true);
      }),
    );
  });

  it("leaves text without marks as it is", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z][a-z .,!?<>&"']*[a-z]$/), (source) => {
        fc.pre(!source.includes("http"));
        expect(plainText(source)).toBe(source);
      }),
    );
  });

  it("stays quick on hostile input", () => {
    const begin = performance.now();
    for (const source of [
      "**a ".repeat(1000),
      "[".repeat(4000),
      "*".repeat(4000),
      "`".repeat(3999),
      "https://".repeat(500),
    ])
      parseMarkdown(source);
    expect(performance.now() - begin).toBeLessThan(20_000);
  });
});
