/** What is wrong with how a page looks, in every state that a test brings it to. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { expect } from "vitest";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Until nothing moves that comes to an end: what is opening or fading has come. */
async function atRest(page: Page): Promise<void> {
  await page.evaluate(`(async () => {
    const ends = (animation) => animation.effect?.getComputedTiming().endTime !== Infinity;
    const moving = () => document.getAnimations().some((each) => each.playState === "running" && ends(each));
    for (let still = 0; still < 2; still = moving() ? 0 : still + 1)
      await new Promise((resolve) => requestAnimationFrame(resolve));
  })()`);
}

/** What axe-core finds in a state of the page, named by the state. */
export async function faults(page: Page, state: string): Promise<readonly string[]> {
  await atRest(page);
  // The page's own rules let no script in but its own; this one comes by the debugger.
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(axe);
  const found = await page.evaluate<readonly Violation[]>("axe.run(document).then(({ violations }) => violations)");
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${state}: ${id}: ${html.slice(0, 200)} ${failureSummary.slice(0, 300)}`),
  );
}

/** How much wider the page, or something that scrolls in it, is than the window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(`{
    const all = [...document.querySelectorAll(".timeline, .gallery-scroll, dialog")];
    const window_ = document.documentElement.scrollWidth - window.innerWidth;
    Math.max(window_, ...all.map((each) => each.scrollWidth - each.clientWidth));
  }`);
}

/** Looks at a state by day and by night: it has that time's colours, axe-core finds nothing, nothing is too wide. */
export async function byDayAndNight(page: Page, state: string): Promise<void> {
  const dark = await page.evaluate<boolean>("matchMedia('(prefers-color-scheme: dark)').matches");
  const inks = new Set<string>();
  // In the end it is as it was.
  for (const colorScheme of dark ? (["light", "dark"] as const) : (["dark", "light"] as const)) {
    await page.emulateMedia({ colorScheme });
    expect(await faults(page, `${state}, ${colorScheme}`)).toEqual([]);
    expect(await overflow(page), `${state}, ${colorScheme}`).toBeLessThanOrEqual(0);
    inks.add(await page.evaluate<string>("getComputedStyle(document.body).color"));
  }
  expect(inks.size, state).toBe(2);
}
