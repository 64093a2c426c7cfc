/** The law of the tree: which part may import which, no circles, and what must not come back. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
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
const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter(isSource)
  .map((name) => `src/${name.split(sep).join("/")}`);

interface Import {
  readonly from: string;
  readonly to: string;
  /** Nothing is loaded. */
  readonly typeOnly: boolean;
}

/** Imports of other files of the project, also those of types and dynamic ones. */
function importsOf(from: string): Import[] {
  const text = readFileSync(join(root, from), "utf8").replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, "");
  const found = [
    ...text.matchAll(/\b(?:(?:import|export)(\s+type)?\b[^;"'`]*?\bfrom\s*|import\s*\(?\s*)["'](\.[^"']+)["']/g),
  ];
  return found.map(([, type, path = ""]) => {
    const target = relative(root, normalize(join(root, dirname(from), path)))
      .split(sep)
      .join("/");
    const candidates = [target, target.replace(/\.js$/, ".ts"), target.replace(/\.js$/, ".tsx")];
    // An import of nothing is the compiler's to report.
    const to = candidates.find((file) => existsSync(join(root, file))) ?? target;
    return { from, to, typeOnly: type !== undefined };
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

  it("keep the page in the browser apart from the server: only what travels between them is shared", () => {
    const client = (file: string): boolean => file.startsWith("src/bots/web/client/");
    const out = imports.filter(({ from, to }) => client(from) && !client(to));
    expect(new Set(out.map(({ to }) => to))).toEqual(
      new Set(["src/bots/markdown/parse.ts", "src/bots/markdown/plain-text.ts", "src/bots/web/wire.ts"]),
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

  it("hold no large files", () => {
    const large = tracked.filter((file) => readFileSync(join(root, file)).length > 600_000);
    expect(large).toEqual([]);
  });
});
