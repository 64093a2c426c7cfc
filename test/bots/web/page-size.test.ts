import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { buildClient } from "../../support/client.js";

const MOST_SCRIPT_BYTES = 150_000;

it("the page's first load is less than 150 kB of script, compressed", () => {
  const folder = fileURLToPath(new URL("../../../dist/test-page-size", import.meta.url));
  buildClient(folder);
  const html = readFileSync(join(folder, "index.html"), "utf8");
  const first = [...html.matchAll(/(?:src|href)="\.\/([^"]+\.js)"/g)].map(([, path = ""]) => path);
  expect(first.length).toBeGreaterThan(0);
  const scripts = readdirSync(join(folder, "assets")).filter((name) => name.endsWith(".js"));
  const sizeOf = (path: string) => gzipSync(readFileSync(join(folder, path))).byteLength;
  const bytes = first.map(sizeOf).reduce((sum, each) => sum + each);
  expect(bytes, `${first.join(", ")} of ${scripts.join(", ")}`).toBeLessThan(MOST_SCRIPT_BYTES);
});
