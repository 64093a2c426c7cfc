import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { withBudgets } from "../../scripts/budget-docs.js";
import { metrics, PAGE, withMetrics } from "../../scripts/metrics-docs.js";
import { ENVIRONMENT } from "../../src/app/settings/schema.js";
import { INTENTS } from "../../src/bots/discord/connect.js";

/** Prometheus is a large thing to install for one test: where it is missing the test is skipped, CI included. */
const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;
const page = readFileSync(PAGE, "utf8");
const rules = readFileSync(new URL("../../packaging/prometheus-alerts.yml", import.meta.url), "utf8");

/** Grafana's own file format, as far as it is looked at. */
interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
}

describe("packaging/grafana-dashboard.json", () => {
  const file = new URL("../../packaging/grafana-dashboard.json", import.meta.url);
  const { panels } = JSON.parse(readFileSync(file, "utf8")) as Dashboard;
  const shown = panels.filter(({ type }) => type !== "row");
  /** Labels that Prometheus or a histogram adds. */
  const ADDED = ["instance", "job", "le"];

  it("has panels of its own numbers, each of which asks for something", () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(shown.length).toBeGreaterThan(8);
    for (const { title, targets = [] } of shown) expect([title, targets.length > 0]).toEqual([title, true]);
  });

  it("asks for metrics and labels that there are", async () => {
    const known = new Map((await metrics()).map(({ name, labels }) => [name, labels.concat(ADDED)]));
    for (const { expr, legendFormat } of shown.flatMap(({ targets = [] }) => targets)) {
      const named = [...expr.matchAll(/\bdreamloom_[a-z_]+/g)].map(([name]) =>
        name.replace(/_(bucket|count|sum)$/, ""),
      );
      expect([expr, named.length > 0, named.filter((name) => !known.has(name))]).toEqual([expr, true, []]);
      const labels = named.flatMap((name) => known.get(name) ?? []);
      const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(/,\s*/));
      const others = [...`${expr} ${legendFormat}`.matchAll(/(\w+)=~?"|\{\{(\w+)\}\}/g)];
      const used = grouped.concat(others.map(([, selected = "", shownLabel = ""]) => selected || shownLabel));
      expect([expr, used.filter((label) => !labels.includes(label))]).toEqual([expr, []]);
    }
  });
});

describe("docs/operating.md", () => {
  it("has a table of every metric (npx tsx scripts/metrics-docs.ts writes it)", async () => {
    expect(await withMetrics(page)).toBe(page);
  });

  it("has a table of the web chat's budgets (npx tsx scripts/budget-docs.ts writes it)", () => {
    expect(page).toContain("<!-- budgets -->");
    expect(withBudgets(page)).toBe(page);
  });

  it("names no metric that there is not, nor do the alert rules", async () => {
    const known = new Set((await metrics()).map(({ name }) => name));
    const names = [...`${page}${rules}`.matchAll(/\bdreamloom_[a-z_]+/g)].map(([name]) =>
      name.replace(/_(bucket|count|sum)$/, ""),
    );
    expect(names.length).toBeGreaterThan(known.size);
    expect([...new Set(names)].filter((name) => !known.has(name))).toEqual([]);
  });

  it("names no variable of a setting that there is not", () => {
    const named = [...page.matchAll(/`((?:WEB|OPS|QUEUE|RETENTION|ENGINE|MODELS|DATA|LOG|CLUSTER)_[A-Z0-9_]+)/g)].map(
      ([, name = ""]) => name,
    );
    expect(named.length).toBeGreaterThan(10);
    expect([...new Set(named)].filter((name) => !Object.hasOwn(ENVIRONMENT, name))).toEqual([]);
  });

  it("names the intents that the bot asks Discord for, and no others", () => {
    const [, named = ""] = /asks the gateway for [^:]*intents: ([^.]*)\./.exec(page) ?? [];
    expect([...named.matchAll(/`(\w+)`/g)].map(([, name]) => name)).toEqual(INTENTS);
  });

  it("leads to sections that are there", () => {
    const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replace(/[^\w\s-]/g, "")
        .replace(/\s/g, "-"),
    );
    const anchors = [...page.matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor = ""]) => anchor);
    expect(anchors.length).toBeGreaterThan(0);
    expect(headings).toEqual(expect.arrayContaining(anchors));
  });
});

describe("the services", () => {
  const unit = (name: string) => readFileSync(new URL(`../../packaging/${name}`, import.meta.url), "utf8");

  it("differ in what they run, and in nothing that protects the machine", () => {
    const settings = (text: string) => text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    const [bots, worker] = [settings(unit("dreamloom.service")), settings(unit("dreamloom-worker.service"))];
    const differing = bots.flatMap((line, index) => (line === worker[index] ? [] : [line.split("=", 1)[0]]));
    expect([worker.length, differing]).toEqual([bots.length, ["Description", "Environment", "ExecStart"]]);
    expect(worker).toContain("ExecStart=/usr/bin/env node /opt/dreamloom/dist/cli.js worker");
  });
});

describe("the alert rules", () => {
  it.skipIf(!hasPromtool)("are taken by Prometheus (needs promtool: apt-get install -y prometheus)", () => {
    const path = fileURLToPath(new URL("../../packaging/prometheus-alerts.yml", import.meta.url));
    const { status, stdout } = spawnSync("promtool", ["check", "rules", path], { encoding: "utf8" });
    expect(stdout).toContain("SUCCESS");
    expect(status).toBe(0);
  });

  it("each have a name, an expression, and a sentence for the person on call", () => {
    const { groups } = parse(rules) as {
      groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[];
    };
    const all = groups.flatMap((group) => group.rules);
    expect(all.length).toBeGreaterThan(8);
    for (const rule of all)
      expect(rule).toMatchObject({
        alert: expect.stringMatching(/^Dreamloom/),
        expr: expect.any(String),
        annotations: { summary: expect.stringMatching(/\w/) },
      });
  });
});
