/** What a job takes of the machine's memory, as the queue wants to know it. */
import type { JobMemory } from "../../queue/job-request.js";
import type { Params, Recipe } from "./recipe.js";

const SIDES = ["size", "width", "height"] as const;
/** Sides that are offered instead are multiples of it, in pixels. */
const ROUND = 64;

/** What a job takes, and what it would take in smaller sizes. */
export function jobMemory(recipe: Recipe, params: Params): JobMemory {
  // Where width and height are given, the size says nothing.
  const given = SIDES.filter((side) => typeof params[side] === "number");
  const sides = given.includes("height") && given.includes("width") ? given.filter((side) => side !== "size") : given;
  const longest = Math.max(0, ...sides.map((side) => Number(params[side])));
  const smaller: { line: string; megabytes: number }[] = [];
  for (let side = Math.ceil(longest / ROUND) * ROUND - ROUND; side >= ROUND; side -= ROUND) {
    const sized = Object.fromEntries(sides.map((key) => [key, Math.round((Number(params[key]) * side) / longest)]));
    const line = Object.entries(sized).map(([key, value]) => `${key}:${value}`);
    smaller.push({ line: line.join(" "), megabytes: recipe.memory({ ...params, ...sized }) });
  }
  return { megabytes: recipe.memory(params), smaller };
}
