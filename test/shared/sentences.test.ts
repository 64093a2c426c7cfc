import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "vite";
import { afterEach, describe, expect, it } from "vitest";
import { UserError } from "../../src/commands/user-error.js";
import { english } from "../../src/shared/sentences/english.js";
import { type Catalogue, type SentenceId, sentence, setLanguage } from "../../src/shared/sentences/sentence.js";
import { ann, art, ben, FakeChat, mod, source } from "../fakes/chat.js";
import { FakeEngine, picture } from "../fakes/engine.js";
import { studio } from "../fakes/studio.js";

/** English in marks: what is said without the catalogue has none. */
const marked = Object.fromEntries(
  Object.entries(english).map(([identifier, said]) => [
    identifier,
    typeof said === "string" ? `«${said}»` : (params: never) => `«${said(params)}»`,
  ]),
) as unknown as Catalogue;

afterEach(() => setLanguage(english));

describe("what was seen", () => {
  const told = (before: string, after: string, share: number) => {
    const [first, now] = [
      { name: before, probability: 0.84 },
      { name: after, probability: share },
    ];
    return sentence("result.seen", { seen: [{ network: "resnet50", before: first, after: now }] });
  };

  it("names what it has become, or how much surer the network is of the same", () => {
    expect(told("alp", "peacock", 0.97)).toBe("alp → peacock, 97%");
    expect(told("alp", "alp", 0.12)).toBe("alp 84% → 12%");
    expect(told("alp", "alp", 0.99)).toBe("alp 84% → 99%");
  });
});

describe("sentence", () => {
  it("is the catalogue's text, with its parameters filled in", () => {
    expect(sentence("cancel.none")).toBe("You have no job that is waiting or running.");
    expect(sentence("cancel.ambiguous", { id: "7KQ4" })).toBe(
      "Several jobs begin with 7KQ4; please give more of the id.",
    );
  });

  it("is said in the language that was chosen", () => {
    setLanguage(marked);
    expect(sentence("cancel.none")).toBe("«You have no job that is waiting or running.»");
    expect(new UserError("cancel.ambiguous", { id: "7KQ4" }).message).toMatch(/^«Several jobs .*»$/);
  });
});

describe("SentenceError", () => {
  it("carries the identifier and the parameters of its sentence, and the cause", () => {
    const cause = new Error("below");
    const error = new UserError("cancel.ambiguous", { id: "7KQ4" }, { cause });
    expect(error).toMatchObject({ identifier: "cancel.ambiguous", params: { id: "7KQ4" }, cause });
    expect(error.message).toBe(sentence("cancel.ambiguous", { id: "7KQ4" }));
  });

  it("repeats what another error says", () => {
    const first = new UserError("cancel.none");
    const error = new UserError(first);
    expect(error).toMatchObject({ identifier: "cancel.none", message: first.message, cause: first });
  });

  it("takes identifiers and their own parameters only", () => {
    // @ts-expect-error: the parameter is missing
    void (() => new UserError("cancel.ambiguous"));
    // @ts-expect-error: it has another name
    void (() => new UserError("cancel.ambiguous", { job: "7KQ4" }));
    // @ts-expect-error: a sentence is no identifier
    void (() => new UserError("There is no job."));
    const identifier: SentenceId = "cancel.none";
    expect(new UserError(identifier).identifier).toBe(identifier);
  });
});

interface SyntaxNode {
  readonly type: string;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === "object" && value !== null && typeof (value as SyntaxNode).type === "string";

function* nodesOf(node: SyntaxNode): Generator<SyntaxNode> {
  yield node;
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* nodesOf(child);
}

/** The words of a text that is written in the code, also of one that is put together there. */
function wordsOf(node: SyntaxNode): string {
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : "";
  if (node.type === "TemplateLiteral")
    return (node.quasis as { readonly value: { readonly cooked: string } }[]).map(({ value }) => value.cooked).join("");
  if (!/^(Conditional|Binary|Logical)Expression$/.test(node.type)) return "";
  return [node.left, node.right, node.consequent, node.alternate].filter(isNode).map(wordsOf).join("");
}

/** Errors of programmers: people are told that something went wrong, and the log has the rest. */
const OF_PROGRAMMERS = new Set(["Error", "AggregateError", "RangeError", "GraphError", "UnrecoverableError"]);

describe("the catalogue", () => {
  const src = fileURLToPath(new URL("../../src/", import.meta.url));
  const code = readdirSync(src, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".d.ts"))
    .map((file) => ({ file, text: readFileSync(join(src, file), "utf8") }));

  it("has the sentence of every error that people see", () => {
    const written = code.flatMap(({ file, text }) =>
      [...nodesOf(parseSync(file, text).program as unknown as SyntaxNode)]
        .filter(({ type }) => type === "NewExpression")
        .flatMap(({ callee, arguments: given }) => {
          const { name } = callee as { readonly name?: string };
          if (!name?.endsWith("Error") || OF_PROGRAMMERS.has(name)) return [];
          const said = (given as SyntaxNode[]).map(wordsOf).filter((words) => /\s/.test(words));
          return said.map((words) => `${file}: ${name} "${words}"`);
        }),
    );
    expect(written).toEqual([]);
  });

  it("has every word that the page says", () => {
    const written = code
      .filter(({ file }) => /^bots\/web\/client\/.*\.tsx$/.test(file))
      .flatMap(({ file, text }) =>
        [...nodesOf(parseSync(file, text).program as unknown as SyntaxNode)].flatMap((node) => {
          const { name, value } = node as { readonly name?: { readonly name?: string }; readonly value?: unknown };
          const said = node.type === "JSXText" ? String(value) : "";
          const isTold =
            node.type === "JSXAttribute" && /^(aria-label|title|placeholder|alt|label)$/.test(`${name?.name}`);
          const told = isTold && isNode(value) ? wordsOf(isNode(value.expression) ? value.expression : value) : "";
          const words = (said + told).trim();
          // The name, and identifiers of the page's own catalogue.
          return /\p{L}{2}/u.test(words) && !/^(Dreamloom|[a-z]+\.[a-z.-]+)$/.test(words) ? [`${file}: ${words}`] : [];
        }),
      );
    expect(written).toEqual([]);
  });

  it("has no sentence twice, and none that is never said", () => {
    const areas = code.filter(({ file }) => /^shared\/sentences\/(english|durations)\.ts$/.test(file));
    const declared = areas.flatMap(({ text }) =>
      [...text.slice(text.search(/^export const \w+ = \{$/m)).matchAll(/^ {2}(?:"([^"]+)"|(\w+)):/gm)].map(
        ([, quoted, plain]) => quoted ?? plain ?? "",
      ),
    );
    expect(declared.toSorted()).toEqual(Object.keys(english).toSorted());
    const rest = code.filter((each) => !areas.includes(each)).map(({ text }) => text);
    // The manifest's sentences are said by Slack.
    rest.push(readFileSync(new URL("../../scripts/slack-manifest.ts", import.meta.url), "utf8"));
    // Identifiers are written whole, or as `button.${verb}`.
    const written = rest.join("\n");
    const parts = new Set([...written.matchAll(/`((?:[\w-]+\.)+)\$\{/g)].map(([, part = ""]) => part));
    const isSaid = (id: string) =>
      written.includes(`"${id}"`) ||
      [...parts].some((part) => id.startsWith(part) && !id.slice(part.length).includes("."));
    expect(Object.keys(english).filter((id) => !isSaid(id))).toEqual([]);
  });

  it("has all that commands say, but for lines, names and the definitions' own words", async () => {
    setLanguage(marked);
    const chat = new FakeChat({ textLength: 20_000, privateFileBytes: 1_000_000 });
    const { app, quiet, store } = await studio({ chat, engine: new FakeEngine({ automatic: true }) });
    const photo = source(await picture(), "photo.png");
    const say = (line: string, user = ann, attachments = [photo]) => chat.say(user, line, { attachments });
    for (const { name } of app.registry.all) await say(`/help ${name}`);
    for (const { examples } of app.registry.all)
      for (const line of examples.filter((example) => !/minutes|mydata|reset/.test(example))) await say(line);
    await quiet();
    await say("/settings art:on largest:1024 look:patterns", mod);
    await say("/settings reset largest", mod);
    await say("/blend vote minutes:10");
    for (const line of [
      "/help",
      "/queue",
      "/nothing",
      "/dream size:1 steps:many",
      "/dream creatures",
      "/gallery by:favourites",
    ])
      await say(line, ben);
    const [work] = store.jobs.finishedBy({ platform: "fake", community: "club", author: "ann" }, 1);
    for (const verb of ["show", "remove", "restore"]) await say(`/gallery ${verb} ${work?.id}`);
    for (const line of ["", " export", " delete"]) await say(`/settings mydata${line}`);
    for (const { id, content } of chat.messages.filter(({ content }) => content.buttons))
      for (const { id: action } of content.buttons ?? []) await chat.act(ben, action, { id, channel: art });
    for (const message of chat.messages.slice(0, 12))
      for (const emoji of ["🍂", "⬆️", "➕", "🎬"]) await chat.reactTo(ben, message, emoji);
    await quiet();
    const said = [...chat.messages.flatMap(({ content, edits }) => [content, ...edits]), ...chat.ephemeral].flatMap(
      ({ text, buttons = [], progress, pictures = [] }: Partial<FakeChat["messages"][number]["content"]>) => [
        text ?? "",
        ...buttons.map(({ label }) => label),
        progress?.label ?? "",
        ...pictures.map(({ description = "" }) => description),
      ],
    );
    expect(said.length).toBeGreaterThan(200);
    expect(said.filter((text) => text.includes(english.unexpected))).toEqual([]);
    const options = app.registry.summaries.flatMap((command) => [command, ...command.options]);
    const styles = await app.styles.list(art);
    const titles = store.jobs.finishedBy({ platform: "fake", community: "club", author: "ann" }, 200);
    const own = [
      ...options.map(({ help }) => help.replace(/ \(\w+\)$/, "")),
      ...app.registry.all
        .flatMap(({ options: all }) => Object.values(all))
        .flatMap(({ choices = [], unit = "px" }) => [...choices.map(({ value }) => value), unit]),
      ...styles.flatMap(({ help, name }) => [help, name]),
      ...titles.map(({ recipe, params }) => app.recipes.get(recipe)?.title(params) ?? recipe),
    ].toSorted((a, b) => b.length - a.length);
    const left = said.flatMap((text) => outside(text, own).split("\n")).filter((line) => /[a-z]/i.test(line));
    expect([...new Set(left)]).toEqual([]);
  });
});

/** What is left of a text without the catalogue's sentences, lines, links, names and `own` words. */
function outside(text: string, own: readonly string[]): string {
  let rest = text;
  while (/«[^«»]*»/.test(rest)) rest = rest.replace(/«[^«»]*»/g, "");
  rest = rest.replace(/```[\s\S]*?```|`[^`]*`|\(https:[^)]*\)/g, "");
  for (const words of own) {
    const pattern = words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    rest = rest.replace(new RegExp(`(?<!\\w)${pattern}(?!\\w)`, "g"), "");
  }
  return rest.replace(/\b(Ann|Ben|Mo)\b|#art|\d+ kB|[0-9A-Z]{8}|\/[a-z]+/g, "");
}
