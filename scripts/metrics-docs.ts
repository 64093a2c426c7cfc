/**
 * Writes the table of metrics in docs/operating.md.
 *
 * Usage: npx tsx scripts/metrics-docs.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { Metrics } from "../src/ops/metrics.js";

export const PAGE = fileURLToPath(new URL("../docs/operating.md", import.meta.url));

interface Described {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labels: readonly string[];
}

/** Every metric of the program, in the order of their definition. */
export async function metrics(): Promise<Described[]> {
  const { registry } = new Metrics();
  const described = await registry.getMetricsAsJSON();
  return described.map(({ name, help, type }) => {
    const metric: unknown = registry.getSingleMetric(name);
    const labels = typeof metric === "object" && metric !== null && "labelNames" in metric ? metric.labelNames : [];
    // prom-client gives the type as a word, whatever its own types say.
    return { name, help, type: String(type), labels: Array.isArray(labels) ? labels.map(String) : [] };
  });
}

/** The page with its table rewritten. */
export async function withMetrics(page: string): Promise<string> {
  const rows = (await metrics()).map(({ name, help, type, labels }) => {
    const label = labels.length === 0 ? "" : ` {${labels.join(", ")}}`;
    return `| \`${name}\`${label} | ${type} | ${help} |`;
  });
  const table = ["| metric {labels} | type | what it says |", "| --- | --- | --- |", ...rows].join("\n");
  return page.replace(/(<!-- metrics -->)[\s\S]*?(?=\n<!-- end -->)/, (_, mark: string) => `${mark}\n${table}`);
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, await withMetrics(readFileSync(PAGE, "utf8")));
