import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
const hasGlibc = report.header?.glibcVersionRuntime !== undefined;
const program = fileURLToPath(new URL("./gives-back.ts", import.meta.url));

it.runIf(hasGlibc)("gives freed memory back to the system, though blocks in use lie between", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", "--import", "tsx", program]);
  const { grown, left, ...rest } = JSON.parse(stdout) as { grown: number; left: number };
  expect(rest).toEqual({ kept: 150 });
  expect(grown).toBeGreaterThan(200);
  expect(left).toBeLessThan(grown / 2);
});
