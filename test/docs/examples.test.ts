/** The documentation's examples do what they say: each is type-checked, and runs as a program that uses the package. */
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import * as dreamloom from "../../src/index.js";
import { newFolder } from "../support/new-folder.js";
import { models, resnet50Missing } from "../support/resnet50.js";
import { type Example, examplesIn, filesWritten, printed } from "./extract.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const resolve = createRequire(import.meta.url).resolve;

const examples = ["docs/engine.md", "README.md"].flatMap(examplesIn);
const nameOf = ({ page, number }: Example): string => `${page.replaceAll(/\W/g, "-")}-${number}`;
/** What the examples call their pictures. */
const PICTURES = {
  "photo.jpg": "config/sample.jpg",
  "painting.jpg": "config/styles/summer.jpg",
  "frost.jpg": "config/styles/winter.jpg",
};

const missing = await resnet50Missing();
/** The first example may have to fetch the network, which takes its time on a slow line. */
const EXAMPLE_MS = 300_000;

/** Where the sources are that the package's exports are built from: "./dist/x.d.ts" comes from "src/x.ts". */
function sourcesOfExports(): Record<string, string[]> {
  const { name, exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    name: string;
    exports: Record<string, { types: string }>;
  };
  return Object.fromEntries(
    Object.entries(exports).map(([path, { types }]) => {
      const source = types.replace(/^\.\/dist\//, "src/").replace(/\.d\.ts$/, ".ts");
      return [path.replace(/^\./, name), [join(root, source)]];
    }),
  );
}

describe("the documentation's examples", () => {
  const folder = newFolder();
  const tsconfig = join(folder, "tsconfig.json");
  beforeAll(() => {
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(
      tsconfig,
      JSON.stringify({
        extends: join(root, "tsconfig.json"),
        compilerOptions: { paths: sourcesOfExports(), typeRoots: [join(root, "node_modules/@types")] },
        include: ["*.ts"],
        exclude: [],
      }),
    );
    for (const example of examples) {
      writeFileSync(join(folder, `${nameOf(example)}.ts`), example.code);
      mkdirSync(join(folder, nameOf(example)));
      for (const [name, from] of Object.entries(PICTURES))
        copyFileSync(join(root, from), join(folder, nameOf(example), name));
    }
  });

  it("show every name that the package offers", () => {
    const code = examples.map((example) => example.code).join();
    expect(Object.keys(dreamloom).filter((name) => !new RegExp(`\\b${name}\\b`).test(code))).toEqual([]);
  });

  it("have types", { timeout: EXAMPLE_MS }, async () => {
    const tsc = join(dirname(resolve("typescript/package.json")), "bin/tsc");
    const failure = await run(process.execPath, [tsc, "-p", tsconfig]).then(
      () => "",
      (error: { stdout?: string }) => error.stdout ?? String(error),
    );
    expect(failure).toBe("");
  });

  describe.skipIf(missing !== undefined)(`run (${missing ?? "with resnet50"})`, () => {
    it.each(examples.map((example) => [example.page, example.number, example.heading, example] as const))(
      "%s, example %i: %s",
      { timeout: EXAMPLE_MS },
      async (_page, _number, _heading, example) => {
        const cwd = join(folder, nameOf(example));
        const env = { ...process.env, MODELS_DIR: models.dir, TSX_TSCONFIG_PATH: tsconfig };
        const { stdout } = await run(
          process.execPath,
          ["--import", pathToFileURL(resolve("tsx")).href, join(folder, `${nameOf(example)}.ts`)],
          { cwd, env },
        );
        for (const text of printed(example)) expect(stdout).toContain(text);
        const there = readdirSync(cwd);
        for (const pattern of filesWritten(example)) {
          const files = there.filter((name) => pattern.test(name));
          expect(files, `files like ${pattern}`).not.toHaveLength(0);
          for (const file of files) {
            const { pages = 1 } = await sharp(join(cwd, file)).metadata();
            // Decodes every frame of it.
            const { info } = await sharp(join(cwd, file), { animated: true })
              .raw()
              .toBuffer({ resolveWithObject: true });
            expect(info.width).toBeGreaterThan(32);
            if (file.endsWith(".webp")) expect(pages).toBeGreaterThan(1);
          }
        }
      },
    );
  });
});

describe("reading examples", () => {
  const example = { page: "", number: 1, heading: "" };

  it("finds every block of the page", () => {
    expect(examplesIn("docs/engine.md").length).toBeGreaterThanOrEqual(10);
    for (const recipe of ["dream", "stylize", "blend", "texture", "neuron", "grid", "zoom"]) {
      expect(
        examplesIn("docs/engine.md").some(({ heading, code }) => heading === recipe && code.includes(`"${recipe}"`)),
      ).toBe(true);
    }
  });

  it("knows what an example writes and prints", () => {
    const computedName = "`octave-$" + "{i}.png`";
    const code = `await writeFile("a.png", x);\nw.push(writeFile(${computedName}, x));\nconsole.log(e.name); // TimeoutError\n`;
    const [fixed, computed] = filesWritten({ ...example, code });
    expect("a.png").toMatch(fixed ?? /$^/);
    expect("aXpng").not.toMatch(fixed ?? /$^/);
    expect("octave-12.png").toMatch(computed ?? /$^/);
    expect(printed({ ...example, code })).toEqual(["TimeoutError"]);
  });
});
