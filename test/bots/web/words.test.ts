import { readFileSync } from "node:fs";
import { parseSync } from "vite";
import { describe, expect, it } from "vitest";
import { english as onPage } from "../../../src/bots/web/client/text/english.js";
import { english as fromServer } from "../../../src/shared/sentences/english.js";
import { faultsOf } from "./words.js";

interface SyntaxNode {
  readonly type: string;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === "object" && value !== null && typeof (value as SyntaxNode).type === "string";

/** What stands in the place of what is not known yet. */
const FILLED = "7";

/** What ends in a line to copy or in what is filled in, rows of a table, and a button of two sentences. */
const isNoParagraph = ({ id, text }: { readonly id: string; readonly text: string }): boolean =>
  /(`|\b7|\.png)$/.test(text) || /^service\./.test(id) || id === "work.hidden.show";

/** A text that is written as one, from several pieces too. */
function textOf(node: unknown): string {
  if (!isNode(node)) return "";
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : FILLED;
  if (node.type === "TemplateLiteral")
    return (node.quasis as { readonly value: { readonly cooked: string } }[])
      .map(({ value }) => value.cooked)
      .join(FILLED);
  return node.type === "BinaryExpression" && node.operator === "+" ? textOf(node.left) + textOf(node.right) : FILLED;
}

/** Every text of a file, also those that its functions put together; not the properties' names, nor types. */
function textsIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(textsIn);
  if (!isNode(node) || /^(Import|TSType|TSLiteral)/.test(node.type)) return [];
  const isText =
    /^(Literal|TemplateLiteral)$/.test(node.type) || (node.type === "BinaryExpression" && node.operator === "+");
  const own = isText ? [textOf(node)] : [];
  const { key, ...rest } = node;
  if (node.type === "BinaryExpression" && isText) return [...own, ...partsOf(node).flatMap(textsIn)];
  return [
    ...own,
    ...Object.values(rest).flatMap((child) => (isNode(child) || Array.isArray(child) ? textsIn(child) : [])),
  ];
}

/** What is no text itself in a sum of texts, and what its templates hold. */
function partsOf(node: SyntaxNode): unknown[] {
  return [node.left, node.right].flatMap((side) => {
    if (!isNode(side) || side.type === "Literal") return [];
    if (side.type === "TemplateLiteral") return side.expressions as unknown[];
    return side.type === "BinaryExpression" && side.operator === "+" ? partsOf(side) : [side];
  });
}

describe.each([
  { name: "page", catalogue: onPage, file: "bots/web/client/text/english.ts" },
  { name: "server", catalogue: fromServer, file: "shared/sentences/english.ts" },
])("the words of the $name", ({ catalogue, file }) => {
  // A line of YAML is quoted with its indent.
  const filled = (text: string) => text.replace(/\{\w+\}/g, FILLED).replaceAll('"  ', '"');
  const whole = Object.entries(catalogue).flatMap(([id, said]) =>
    typeof said === "string" ? [{ id, text: filled(said) }] : [],
  );

  it("are whole, say what to do, and end as sentences do", () => {
    const named = whole.filter(({ id, text }) => id.startsWith("button.") || /^\p{Lu}.*[^.:?!…]$/u.test(text));
    const found = faultsOf({
      texts: whole.map(({ text }) => text),
      labels: named.map(({ text }) => text),
      paragraphs: whole.filter((each) => !isNoParagraph(each)).map(({ text }) => text),
    });
    expect(whole.length).toBeGreaterThan(200);
    expect(named.length).toBeGreaterThan(50);
    expect(found).toEqual([]);
  });

  it("have no gap where a function puts them together", () => {
    const code = readFileSync(new URL(`../../../src/${file}`, import.meta.url), "utf8");
    const texts = textsIn(parseSync(file, code).program).map(filled);
    expect(texts.length).toBeGreaterThan(whole.length);
    expect(faultsOf({ texts, labels: [], paragraphs: [] })).toEqual([]);
  });
});

describe("faultsOf", () => {
  it.each([
    ["a value that is missing", { texts: ["by undefined"] }],
    ["a place that is not filled in", { texts: ["by {author}"] }],
    ["an identifier", { texts: ["common.cancel"] }],
    ["two spaces", { texts: ["one  two"] }],
    ["dots", { texts: ["Wait..."] }],
    ["a button that tells what it does", { labels: ["Cancels the vote"] }],
    ["a small letter", { labels: ["cancel the vote"] }],
    ["no full stop", { paragraphs: ["It is done. Look here"] }],
  ])("finds %s", (_, shown) => {
    expect(faultsOf({ texts: [], labels: [], paragraphs: [], ...shown })).toHaveLength(1);
  });
});
