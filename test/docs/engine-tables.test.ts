import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PAGE, tableOf, withTables } from "../../scripts/engine-docs.js";
import { engineEnvironment } from "../../src/engine/process/environment.js";
import { RECIPES } from "../../src/engine/run-job.js";

describe("the parameters in docs/engine.md", () => {
  const page = readFileSync(PAGE, "utf8");

  it("are those of the code (npx tsx scripts/engine-docs.ts writes them)", () => {
    expect(page).toBe(withTables(page));
  });

  it.each([...RECIPES.keys()])("include %s", (recipe) => {
    expect(page).toContain(`<!-- parameters of ${recipe}`);
  });
});

describe("the environment in docs/engine.md", () => {
  it("is the one that the bots' engine gets", () => {
    expect(readFileSync(PAGE, "utf8")).toContain(`\`GLIBC_TUNABLES=${engineEnvironment({}, "linux").GLIBC_TUNABLES}\``);
  });
});

describe("a table of parameters", () => {
  it("has defaults, limits, the book's values and what the definition says", () => {
    const table = tableOf("dream");
    expect(table).toContain(
      "| `network` | `resnet50` | `vgg16` | text | The trained network that dreams. The id of a network of the catalogue, or a path. |",
    );
    expect(table).toContain("| `octaveScale` | `1.4` |  | 1.05 to 4 |");
    expect(table).toContain(
      "| `jitter` |  | `0` | whole, 0 to 4096 px | Largest random shift of each step; anywhere when left out.",
    );
  });

  it("may leave out what another recipe has", () => {
    expect(tableOf("blend")).toContain("`keepColours`");
    const own = tableOf("blend", "stylize");
    expect(own).not.toContain("`keepColours`");
    expect(own).toContain("| `sweep` | `0` |  | whole, 0 to 48 |");
  });
});
