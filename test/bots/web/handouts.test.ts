import { expect, it } from "vitest";
import { Handouts } from "../../../src/bots/web/handouts.js";

it("keeps few files, for their person, for a quarter of an hour", () => {
  let now = 0;
  const handouts = new Handouts(() => now);
  const file = { name: "a.json", type: "application/json", bytes: new Uint8Array(1) };
  const paths = Array.from({ length: 5 }, () => handouts.add("ann", file).replace("files/", ""));
  expect(paths.map((token) => handouts.get(token, "ann")?.name)).toEqual([undefined, ...Array(4).fill("a.json")]);
  expect(handouts.get(paths[4] ?? "", "ben")).toBeUndefined();
  now = 15 * 60_000;
  expect(handouts.get(paths[4] ?? "", "ann")).toBeUndefined();
});
