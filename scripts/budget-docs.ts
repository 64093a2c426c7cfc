/**
 * Writes the table of the web chat's budgets in docs/operating.md.
 *
 * Usage: npx tsx scripts/budget-docs.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { BUDGETS, type Budget, COUNTED, defaultWebChatLimits } from "../src/bots/web/limits.js";
import type { Rate } from "../src/shared/async.js";
import { PAGE } from "./metrics-docs.js";

const SPANS = [
  ["a minute", 1],
  ["an hour", 60],
  ["a day", 24 * 60],
] as const;

function rateText(rate: Rate | undefined): string {
  if (rate === undefined) return "";
  const [span, minutes] = SPANS.find(([, long]) => rate.perMinute * long >= 1) ?? SPANS[2];
  return `${rate.burst} at once, ${Math.round(rate.perMinute * minutes)} ${span}`;
}

/** The page with its table rewritten. */
export function withBudgets(page: string): string {
  const { sockets, socketsPerPerson, socketsPerAddress, connectionsPerAddress } = defaultWebChatLimits;
  const budgets: readonly Budget[] = Object.values(BUDGETS);
  const rows = budgets.map((budget) => [budget.what, ...COUNTED.map((who) => rateText(budget[who]))]);
  const open = [
    [`WebSockets open, ${sockets} in all`, `${socketsPerPerson}`, `${socketsPerAddress}`, ""],
    ["connections open, but for a trusted proxy's", "", `${connectionsPerAddress}`, ""],
  ];
  const table = [["what", ...COUNTED.map((who) => `by ${who}`)], ["---", "---", "---", "---"], ...rows, ...open];
  const text = table.map((row) => `| ${row.join(" | ")} |`.replaceAll("|  |", "| |").replaceAll("|  |", "| |"));
  return page.replace(
    /(<!-- budgets -->)[\s\S]*?(?=\n<!-- end -->)/,
    (_, mark: string) => `${mark}\n${text.join("\n")}`,
  );
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, withBudgets(readFileSync(PAGE, "utf8")));
