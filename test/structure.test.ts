/** The law of the tree: which part may import which, no circles, and what must not come back. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, normalize, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "vite";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What each part may import besides itself. Files in `src` itself are parts of their own. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  domain: [],
  port: ["domain", "shared"],
  engine: ["shared"],
  store: ["domain", "shared"],
  queue: ["domain", "engine", "shared", "store"],
  bots: ["domain", "port", "shared"],
  commands: ["domain", "engine", "port", "queue", "shared", "store"],
  ops: ["domain", "queue", "shared"],
  app: ["bots", "commands", "engine", "ops", "port", "queue", "shared", "store"],
  cli: ["app", "engine", "shared"],
  "cli.ts": ["cli"],
  "main.ts": ["cli"],
  "index.ts": ["app", "engine"],
};

const partOf = (file: string): string => file.split("/")[1] ?? "";

const isSource = (name: string): boolean => /\.tsx?$/.test(name) && !name.endsWith(".d.ts");
const sourcesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter(isSource)
    .map((name) => `${folder}/${name.split(sep).join("/")}`);
const sources = sourcesIn("src");

interface Import {
  readonly from: string;
  readonly to: string;
  /** Nothing is loaded. */
  readonly typeOnly: boolean;
  /** Loaded when a line is reached, not with the file. */
  readonly onUse: boolean;
}

/** Imports of other files of the project, also those of types and dynamic ones. */
function importsOf(from: string): Import[] {
  const text = readFileSync(join(root, from), "utf8").replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, "");
  const found = [
    ...text.matchAll(/\b(?:(?:import|export)(\s+type)?\b[^;"'`]*?\bfrom\s*|import\s*\(?\s*)["'](\.[^"']+)["']/g),
  ];
  return found.map(([whole, type, path = ""]) => {
    const target = relative(root, normalize(join(root, dirname(from), path)))
      .split(sep)
      .join("/");
    const candidates = [target, target.replace(/\.js$/, ".ts"), target.replace(/\.js$/, ".tsx")];
    // An import of nothing is the compiler's to report.
    const to = candidates.find((file) => existsSync(join(root, file))) ?? target;
    return { from, to, typeOnly: type !== undefined, onUse: /^import\s*\(/.test(whole) };
  });
}

const imports = sources.flatMap(importsOf).filter(({ from, to }) => from !== to);
const across = imports.filter(({ from, to }) => to.startsWith("src/") && partOf(from) !== partOf(to));
const show = ({ from, to }: Import): string => `${from} -> ${to}`;

describe("the parts", () => {
  it("are known, few, and have few loose files beside them", () => {
    const parts = new Set(sources.map(partOf));
    expect([...parts].filter((part) => !(part in ARROWS))).toEqual([]);
    expect(parts.size).toBeLessThanOrEqual(15);
    expect(sources.filter((file) => file.split("/").length === 2).length).toBeLessThanOrEqual(4);
    expect(new Set(across.map(({ from, to }) => `${partOf(from)} > ${partOf(to)}`)).size).toBeLessThanOrEqual(36);
    // The reader of imports reads: every file but a few leaves imports something.
    expect(imports.length).toBeGreaterThan(sources.length);
  });

  it("have arrows that point one way", () => {
    expect(across.filter(({ from, to }) => !ARROWS[partOf(from)]?.includes(partOf(to))).map(show)).toEqual([]);
  });

  it("know nothing of each other where they are adapters", () => {
    const platform = (file: string): string | undefined => /^src\/bots\/(discord|slack|web)\//.exec(file)?.[1];
    const wrong = imports.filter(({ from, to }) => {
      const [a, b] = [platform(from), platform(to)];
      return a !== undefined && b !== undefined && a !== b;
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it("load of the recipes, above the engine, only what their definitions are made of", () => {
    const definitions = new Set(["src/engine/recipes/definitions.ts"]);
    for (const file of definitions)
      for (const { from, to, typeOnly } of imports) if (from === file && !typeOnly) definitions.add(to);
    // A Set visits what is added meanwhile: these are light, as nothing of the runtimes or the graph is among them.
    expect([...definitions].filter((file) => /^src\/engine\/(runtimes|graph|networks|process)\//.test(file))).toEqual(
      [],
    );
    const above = imports.filter(
      ({ from, to }) => /^src\/commands\//.test(from) && to.startsWith("src/engine/recipes/"),
    );
    expect(above.filter(({ to }) => !definitions.has(to)).map(show)).toEqual([]);
  });

  it("load into the engine's process what it uses: readers of 40 MB only for their files", () => {
    const loaded = new Set(["src/engine/process/worker.ts"]);
    for (const file of loaded)
      for (const { from, to, typeOnly, onUse } of imports) if (from === file && !typeOnly && !onUse) loaded.add(to);
    expect(loaded.has("src/engine/run-job.ts")).toBe(true);
    const heavy = /from "(h5wasm\/node|undici|pacote|@tensorflow\/.*|@aws-sdk\/.*)"/;
    const found = [...loaded].filter((file) =>
      heavy.test(readFileSync(join(root, file), "utf8").replace(/import type .*/g, "")),
    );
    expect(found).toEqual([]);
  });

  it("open pictures only in the processes for it, and elsewhere those that this program has made", () => {
    const text = (file: string) => readFileSync(join(root, file), "utf8");
    const which = (pattern: RegExp) => sources.filter((file) => pattern.test(text(file)));
    const loads =
      /^import(?! type\b)[^;"'`]*\bfrom "sharp"|\bimport\("sharp"\)[^.]|\b(?:require|loadNative)(?:<[^>]*>)?\("sharp"/m;
    // The start only sees whether it can be loaded.
    expect(which(loads).sort()).toEqual(["src/app/start.ts", "src/shared/native.ts"]);
    const elsewhere = (file: string) => !/^src\/(engine\/images|shared)\//.test(file);
    expect(which(/^import \{[^}]*\bsharp\b[^}]*\} from "[./\w]*\/native\.js"/m).filter(elsewhere)).toEqual([
      // On the command line, files are one's own.
      "src/cli/run-recipe.ts",
      // Results, styles as they are kept, and what is drawn here.
      "src/commands/gallery/sheet.ts",
      "src/commands/gallery/thumbnails.ts",
      "src/commands/presenting/kept-octaves.ts",
      "src/commands/presenting/tile-sheet.ts",
      "src/commands/presets/card.ts",
      "src/commands/styles/contact-sheet.ts",
    ]);
    // What decodes a file, or may be made to: all else asks `withImage`.
    const names =
      "inspectPicture|checkDecodes|movingFacts|stillOf|film(?:Facts|Frames|Sound)|bareFilm|squareCuts|IMAGE_TASKS";
    const opening = which(new RegExp(`^import \\{[^}]*\\b(?:${names})\\b[^}]*\\} from "\\.`, "m"));
    expect(opening.length).toBeGreaterThan(5);
    expect(opening.filter((file) => !/^src\/(cli|engine|shared)\//.test(file))).toEqual([
      "src/commands/gallery/thumbnails.ts",
    ]);
    const ofTheEngine = across.filter(({ to, typeOnly }) => /^src\/engine\/images\//.test(to) && !typeOnly);
    // Whom the library is for opens pictures of their own.
    const others = ofTheEngine.filter(({ from }) => !/^src\/(cli\/|index\.ts)/.test(from));
    expect(others.map(show)).toEqual([]);
    // Before anything is opened there.
    for (const file of ["src/shared/image-worker.ts", "src/engine/process/worker.ts"])
      expect(
        text(file)
          .split(/^import .*\n/m)
          .at(-1)
          ?.trimStart(),
      ).toMatch(/^onlyCommonFormats\(\);/);
  });

  it("keep the page in the browser apart from the server: only what travels between them is shared", () => {
    const client = (file: string): boolean => file.startsWith("src/bots/web/client/");
    const out = imports.filter(({ from, to }) => client(from) && !client(to));
    expect(new Set(out.map(({ to }) => to))).toEqual(
      new Set([
        "src/bots/markdown/parse.ts",
        "src/bots/markdown/plain-text.ts",
        "src/bots/web/wire.ts",
        "src/shared/sentences/catalogue.ts",
        "src/shared/sentences/durations.ts",
        "src/shared/time.ts",
      ]),
    );
    expect(imports.filter(({ from, to }) => !client(from) && client(to)).map(show)).toEqual([]);
  });

  it("go in no circles, types included", () => {
    const next = new Map<string, string[]>();
    for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to]);
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
      if (done.has(file) || path.includes(file)) return;
      for (const to of next.get(file) ?? []) visit(to, [...path, file]);
      done.add(file);
    };
    for (const file of sources) visit(file, []);
    expect(circles).toEqual([]);
  });
});

/** Words that must not come back; CONTRIBUTING.md has the terms that took their place. */
const OLD_WORDS = new RegExp(
  "\\b(desk|errands?|arrears|standings?|persevere\\w*|whisper\\w*|handover|fairline|lasttries|wobble|seating|entrance|" +
    "shel(?:f|ves)|memo|journal|loved|heard|backstage|whoever|nobody|anew|unless told|passed over|" +
    "let(?:s|ting)? go of)\\b",
  "gi",
);

/** Names on disk and on the wire, which stay, and a word that sentences for people may have. */
const KEPT: readonly (readonly [RegExp, string])[] = [
  [/^src\/store\/schema\.ts$|^test\/store\/sealer\.test\.ts$|^docs\/operating\.md$/, "memo"],
  [/^(src|test)\/.*(gallery|WorkTile|browser|service)[\w.-]*$/, "loved"],
  [/^src\/.*\/route\.ts$|^docs\/operating\.md$/, "backstage"],
  [/^src\/engine\/recipes\/neuron\/|^docs\/engine\.md$/, "wobble"],
  [/^src\/shared\/sentences\/english\.ts|^test\/commands\//, "nobody"],
];

/** These only ever fall. */
const MOST_LONG_FUNCTIONS = 15;
const MOST_LONG_LINES = 24;

describe("the project's files", () => {
  const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" })
    .split("\0")
    .filter((file) => file !== "" && existsSync(join(root, file)));
  const texts = tracked.filter(
    (file) => !/\.(jpe?g|png|webp|gif|woff2?)$/.test(file) && file !== "test/structure.test.ts",
  );
  const naming = (pattern: RegExp): string[] =>
    texts.filter((file) => pattern.test(readFileSync(join(root, file), "utf8")));

  it("name the folder beside the project in .ci/run only", () => {
    expect(tracked.length).toBeGreaterThan(200);
    expect(
      naming(/\.\.\/shared\/(models|images|reference|checks|[A-Z])|\/work\//).filter((file) => file !== ".ci/run"),
    ).toEqual([]);
  });

  it("name no registry but npm's own default", () => {
    const addresses = texts.flatMap(
      (file) =>
        readFileSync(join(root, file), "utf8").match(
          /https?:\/\/[\w.-]*(registry|npmjs|npmmirror|artifactory|nexus)[\w.:-]*/gi,
        ) ?? [],
    );
    expect(new Set(addresses)).toEqual(new Set(["https://registry.npmjs.org"]));
  });

  it("use the terms of the field, not the words of before", () => {
    const wrong = texts
      .filter((file) => /^(src|test|docs)\/.*\.(tsx?|mjs|css|md)$/.test(file))
      .flatMap((file) => {
        const found = readFileSync(join(root, file), "utf8").match(OLD_WORDS) ?? [];
        const kept = (word: string) => KEPT.some(([where, name]) => where.test(file) && name === word.toLowerCase());
        return found.filter((word) => !kept(word)).map((word) => `${file}: ${word}`);
      });
    expect(wrong).toEqual([]);
  });

  it("hold no large files", () => {
    const large = tracked.filter((file) => readFileSync(join(root, file)).length > 600_000);
    expect(large).toEqual([]);
  });
});

/** A node of a syntax tree; see https://github.com/estree/estree. */
interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

/** A node and all below it. */
function* nodesOf(node: SyntaxNode): Generator<SyntaxNode> {
  yield node;
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* nodesOf(child);
}

describe("the code", () => {
  const code = ["src", "test", "bench", "scripts"].flatMap(sourcesIn).map((file) => {
    const text = readFileSync(join(root, file), "utf8");
    const nodes = [...nodesOf(parseSync(file, text).program as unknown as SyntaxNode)];
    return { file, text, nodes, lineOf: (offset: number) => text.slice(0, offset).split("\n").length };
  });

  it("is tested apart from the rest where a test puts other modules in the place of some", () => {
    const config = readFileSync(join(root, "vitest.config.ts"), "utf8");
    const mocks = /\bvi\.(?:mock|doMock|resetModules)\(/;
    const mocking = code.filter(({ file, text }) => file !== "test/structure.test.ts" && mocks.test(text));
    expect(mocking.map(({ file }) => file).filter((file) => !config.includes(`"${file}"`))).toEqual([]);
    expect(mocking).not.toEqual([]);
  });

  it("exports nothing that no other file imports", () => {
    const used = new Set<string>();
    for (const { file, nodes } of code)
      for (const node of nodes) {
        const source = isNode(node.source) ? String(node.source.value) : "";
        if (!source.startsWith(".")) continue;
        const target = normalize(join(dirname(file), source))
          .split(sep)
          .join("/")
          .replace(/\.js$/, "");
        const specifiers = (node.specifiers ?? []) as readonly SyntaxNode[];
        const names = specifiers.map(({ imported, local }) => (imported ?? local) as SyntaxNode);
        for (const { name } of names) used.add(`${target} ${name}`);
        // A module that is loaded as a whole.
        if (/^(ImportExpression|TSImportType|ExportAllDeclaration)$/.test(node.type)) used.add(`${target} *`);
        if (specifiers.some(({ type }) => type === "ImportNamespaceSpecifier")) used.add(`${target} *`);
      }
    const unused = code
      .filter(({ file }) => file.startsWith("src/") && file !== "src/index.ts")
      .flatMap(({ file, nodes }) => {
        const target = file.replace(/\.tsx?$/, "");
        const declared = nodes
          .filter(({ type }) => type === "ExportNamedDeclaration")
          .flatMap(({ declaration }) => (isNode(declaration) ? [declaration] : []))
          .flatMap(({ declarations, ...own }) => (declarations ?? [own]) as { readonly id: SyntaxNode }[])
          .flatMap(({ id }) => (id.properties ?? id.elements ?? [id]) as SyntaxNode[])
          .map((bound) => String(((bound.value ?? bound) as SyntaxNode).name));
        if (used.has(`${target} *`)) return [];
        return declared.filter((name) => !used.has(`${target} ${name}`)).map((name) => `${file}: ${name}`);
      });
    expect(unused).toEqual([]);
  });

  it("has few functions of more than 50 lines", () => {
    const long = code
      .filter(({ file }) => file.startsWith("src/"))
      .flatMap(({ file, nodes, lineOf }) =>
        nodes
          .filter(({ type }) => /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(type))
          .filter(({ start, end }) => lineOf(end) - lineOf(start) + 1 > 50)
          .map(({ start, end }) => `${file}:${lineOf(start)} (${lineOf(end) - lineOf(start) + 1})`),
      );
    expect(long.length, long.join("\n")).toBeLessThanOrEqual(MOST_LONG_FUNCTIONS);
  });

  it("has no line over 120 columns, but for addresses", () => {
    const long = code.flatMap(({ file, text }) =>
      !/^(src|test)\//.test(file)
        ? []
        : text.split("\n").flatMap((line, index) => {
            const isLong = line.length > 120 && !/https?:\/\/\S{40}/.test(line);
            return isLong ? [`${file}:${index + 1}`] : [];
          }),
    );
    expect(long.length, long.join("\n")).toBeLessThanOrEqual(MOST_LONG_LINES);
  });

  it("declares no interface in the sentences: the build's declarations could not name it", () => {
    const { text = "" } = code.find(({ file }) => file === "src/shared/sentences/english.ts") ?? {};
    expect(text).toContain("type Meant");
    expect(text).not.toMatch(/^interface /m);
  });

  it("waits in tests by one limit, which is for hangs", () => {
    const own = code.filter(({ file, text }) => file.startsWith("test/") && /\bvi\.waitFor\(/.test(text));
    expect(own.map(({ file }) => file)).toEqual(["test/support/wait-for.ts"]);
  });

  it("makes folders in tests by one function, and they go with the run", () => {
    const own = code.filter(({ file, text }) => file.startsWith("test/") && /\bmkdtemp(?:Sync)?\(/.test(text));
    expect(own.map(({ file }) => file)).toEqual(["test/support/new-folder.ts"]);
    // `run-folder.ts` has begun.
    expect(basename(tmpdir())).toMatch(/^dreamloom-/);
  });

  it("has time limits that come: what only AbortSignal.any() listens to may not", () => {
    const limits = code.flatMap(({ file, nodes, lineOf }) =>
      nodes
        .filter(({ type, callee }) => type === "CallExpression" && isNode(callee) && callee.type === "MemberExpression")
        .filter(({ callee }) => {
          const { object, property } = callee as SyntaxNode;
          return isNode(object) && object.name === "AbortSignal" && isNode(property) && property.name === "timeout";
        })
        .map(({ start }) => `${file}:${lineOf(start)}`)
        .filter((place) => place.startsWith("src/") && !/^src\/(shared\/async\.ts|bots\/web\/client\/)/.test(place)),
    );
    expect(limits).toEqual([]);
  });

  it("has no object literal inside a spread", () => {
    const spread = code.flatMap(({ file, nodes, lineOf }) =>
      nodes
        .filter(({ type, argument }) => type === "SpreadElement" && isNode(argument))
        .filter(({ argument }) => (argument as SyntaxNode).type === "ObjectExpression")
        .map(({ start }) => `${file}:${lineOf(start)}`),
    );
    expect(spread).toEqual([]);
  });
});
