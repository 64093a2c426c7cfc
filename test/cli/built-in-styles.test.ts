import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadBuiltInStyles } from "../../src/commands/styles/built-in-styles.js";

const BUILT = new URL("../../dist/commands/styles/built-in-styles.js", import.meta.url);

describe("the built program", () => {
  it("finds the built-in styles and their pictures", () => {
    const code = `import { loadBuiltInStyles } from ${JSON.stringify(BUILT.href)}; console.log(JSON.stringify(loadBuiltInStyles()));`;
    const styles = JSON.parse(
      execFileSync(process.execPath, ["--input-type=module", "--eval", code], { encoding: "utf8" }),
    );
    expect(styles).toEqual(loadBuiltInStyles());
    for (const { path } of styles) expect(existsSync(path), path).toBe(true);
  });

  it("is packed with them", () => {
    const packed = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      encoding: "utf8",
      shell: process.platform === "win32",
    });
    const [{ files }] = JSON.parse(packed);
    const paths = files.map(({ path }: { path: string }) => path);
    expect(paths).toContain("config/styles.yaml");
    for (const { name } of loadBuiltInStyles()) expect(paths).toContain(`config/styles/${name}.jpg`);
  });
});
