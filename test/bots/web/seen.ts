/** How a page looks in every state that a test brings it to, on a large screen and a phone's, by day and by night. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { BrowserContextOptions, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { wordFaults } from "./words.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What people look at. */
export const VIEWS = ([1280, 390] as const).flatMap((width) =>
  (["light", "dark"] as const).map((colorScheme) => ({ width, colorScheme })),
);
export type View = (typeof VIEWS)[number];

/** A browser's window in a view. */
export function windowOf({ width, colorScheme }: View) {
  const phone = width < 600;
  const viewport = { width, height: phone ? 780 : 800 };
  return { viewport, colorScheme, hasTouch: phone, isMobile: phone } satisfies BrowserContextOptions;
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Until nothing moves that comes to an end, and what is in sight has its picture and its letters. */
async function atRest(page: Page): Promise<void> {
  await page.evaluate(`(async () => {
    await document.fonts.ready;
    const ends = (animation) => animation.effect?.getComputedTiming().endTime !== Infinity;
    const moves = () => document.getAnimations().some((each) => each.playState === "running" && ends(each));
    const inSight = ({ top, bottom, height }) => height > 0 && bottom > 0 && top < innerHeight;
    const comes = (image) => !image.complete && inSight(image.getBoundingClientRect());
    const isStill = () => !moves() && ![...document.images].some(comes);
    for (let still = 0; still < 2; still = isStill() ? still + 1 : 0)
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

/** How much wider the page, or something that scrolls in it, is than the window, in pixels. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(`{
    const all = [...document.querySelectorAll(".timeline, .gallery-scroll, dialog")];
    const window_ = document.documentElement.scrollWidth - window.innerWidth;
    Math.max(window_, ...all.map((each) => each.scrollWidth - each.clientWidth));
  }`);
}

/** Whether two things that are shown share a pixel. */
export async function overlap(one: Locator, other: Locator): Promise<boolean> {
  const [a, b] = [await one.boundingBox(), await other.boundingBox()];
  if (!a || !b) throw new Error("not shown");
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

const isDark = (page: Page) => page.evaluate<boolean>("matchMedia('(prefers-color-scheme: dark)').matches");

/** Looks at a state: it has the view's colours, axe-core finds nothing, nothing is too wide. The test goes on. */
export async function look(page: Page, state: string): Promise<void> {
  const width = page.viewportSize()?.width;
  expect.soft(await faults(page, state)).toEqual([]);
  expect.soft(await overflow(page), `${state}, at ${width} px`).toBeLessThanOrEqual(0);
  const ink = await page.evaluate<string>("getComputedStyle(document.body).color");
  expect.soft(luminance(ink) > 128, `${state}: ${ink}`).toBe(await isDark(page));
  await shot(page, state);
}

/** Looks at a state and reads it: no sentence is broken, either. */
export async function lookAndRead(page: Page, state: string): Promise<void> {
  await look(page, state);
  expect.soft(await wordFaults(page, state)).toEqual([]);
}

/** A look at the page, for people, where a folder for it is named. */
export async function shot(page: Page, name: string): Promise<void> {
  const to = process.env.SCREENSHOTS;
  if (!to) return;
  await atRest(page);
  const view = `${page.viewportSize()?.width}-${(await isDark(page)) ? "dark" : "light"}`;
  await page.screenshot({ path: join(to, `${name.replaceAll(/[ ,]+/g, "-")}-${view}.png`) });
}

/** @param colour as the browser computes it: rgb(1, 2, 3) */
export function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map(Number);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
