/** The house's arrows, `bots -> commands -> queue -> engine` with `store` below, held by reading import statements. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

const PORT = ["bots/chat.ts", "bots/admin.ts"];

/** What each part may import besides itself. `top` are the files in `src` itself that any part may use. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  top: [],
  engine: ["top"],
  store: ["top", "engine"],
  queue: ["top", "engine", "store"],
  // The port, in two files.
  "bots/chat.ts": ["bots/admin.ts"],
  "bots/admin.ts": ["bots/chat.ts"],
  commands: ["top", ...PORT, "queue", "store", "engine"],
  // Adapters know the port only; what they do not have is handed to them.
  "bots/web": ["top", ...PORT],
  "bots/discord": ["top", ...PORT],
  "bots/slack": ["top", ...PORT],
  // It watches the other parts, which know nothing of it.
  operation: ["top", ...PORT, "commands", "queue", "store", "engine"],
  main: ["top", ...PORT, "bots/web", "bots/discord", "bots/slack", "commands", "queue", "store", "engine", "operation"],
  library: ["top", "engine"],
  cli: ["top", "main", ...PORT, "commands", "queue", "store", "engine", "operation"],
};

/** Of the engine, the parts above it use its port and plain data only; recipes, runtimes and pictures stay inside. */
const ENGINE_FOR_CHATS = /^src\/engine\/(process\/engine|recipes\/[\w-]*params|[\w-]+\/styles?)\.ts$/;

/** The part of the house that a file belongs to. */
function partOf(file: string): string {
  const [, first = "", second = "", third] = file.split("/");
  if (first === "bots") return third === undefined ? `bots/${second}` : `bots/${second}`;
  if (second !== "") return first;
  const own = ["main", "cli", "library"].find((name) => first === `${name}.ts`);
  return own ?? "top";
}

const isSource = (name: string): boolean => /\.tsx?$/.test(name) && !name.endsWith(".d.ts");
const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter(isSource)
  .map((name) => `src/${name.split(sep).join("/")}`);

interface Import {
  readonly from: string;
  readonly to: string;
  /** Only types cross; nothing is loaded. */
  readonly typeOnly: boolean;
}

/** Imports of other files of the project, dynamic ones too. */
function importsOf(from: string): Import[] {
  const text = readFileSync(join(root, from), "utf8").replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, "");
  const found = [
    ...text.matchAll(/\b(?:(import|export)(\s+type)?\b[^;"'`]*?\bfrom\s*|import\s*\(?\s*)["']([^"']+)["']/g),
  ];
  return found.flatMap(([, , type, path = ""]) => {
    if (!path.startsWith(".")) return [];
    const target = relative(root, normalize(join(root, dirname(from), path)))
      .split(sep)
      .join("/");
    const candidates = [target, target.replace(/\.js$/, ".ts"), target.replace(/\.js$/, ".tsx")];
    // An import of nothing is the compiler's to report.
    const to = candidates.find((file) => existsSync(join(root, file))) ?? target;
    return [{ from, to, typeOnly: type !== undefined }];
  });
}

const imports = sources.flatMap(importsOf);
const show = ({ from, to }: Import): string => `${from} -> ${to}`;

describe("the house", () => {
  it("has no part that this test does not know", () => {
    expect(sources.length).toBeGreaterThan(150);
    expect([...new Set(sources.map(partOf))].filter((part) => !(part in ARROWS))).toEqual([]);
    // The reader of imports reads: every file but a few leaves imports something.
    expect(imports.length).toBeGreaterThan(sources.length);
  });

  it("has arrows that point one way", () => {
    const wrong = imports.filter(({ from, to }) => {
      const [a, b] = [partOf(from), partOf(to)];
      return to.startsWith("src/") && a !== b && !ARROWS[a]?.includes(b);
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it("lets an adapter import neither the engine nor another adapter, not even types", () => {
    const adapters = imports.filter(({ from }) => /^src\/bots\/[^/]+\//.test(from));
    expect(adapters.length).toBeGreaterThan(10);
    const wrong = adapters.filter(({ from, to }) => {
      const own = from.split("/").slice(0, 3).join("/");
      return to.startsWith("src/bots/")
        ? !PORT.some((file) => to === `src/${file}`) && !to.startsWith(`${own}/`)
        : /^src\/(engine|queue|commands|store)\//.test(to);
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it("lets commands and the queue see the engine through its port alone", () => {
    const above = imports.filter(
      ({ from, to }) => /^src\/(commands|operation|queue)\//.test(from) && to.startsWith("src/engine/"),
    );
    expect(above.filter(({ to, typeOnly }) => !typeOnly && !ENGINE_FOR_CHATS.test(to)).map(show)).toEqual([]);
  });

  it("keeps the page in the browser apart from the server: only what travels between them is shared", () => {
    const client = (file: string): boolean => file.startsWith("src/bots/web/client/");
    const out = imports.filter(({ from, to }) => client(from) && !client(to));
    expect(new Set(out.map(({ to }) => to))).toEqual(new Set(["src/bots/web/wire.ts"]));
    expect(imports.filter(({ from, to }) => !client(from) && client(to)).map(show)).toEqual([]);
  });

  it("goes in no circles when loading", () => {
    const next = new Map<string, string[]>();
    for (const { from, to, typeOnly } of imports)
      if (!typeOnly && from !== to) next.set(from, [...(next.get(from) ?? []), to]);
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
    expect(naming(/\.\.\/shared\b|\/work\//).filter((file) => file !== ".ci/run")).toEqual([]);
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
