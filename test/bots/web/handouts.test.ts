import { expect, it } from "vitest";
import { Handouts } from "../../../src/bots/web/handouts.js";

const file = (bytes: number) => ({ name: `${bytes}.json`, type: "application/json", bytes: new Uint8Array(bytes) });
const tokenOf = (path: string) => path.replace("files/", "");

it("keeps a file for its person alone, for a quarter of an hour", () => {
  let now = 0;
  const handouts = new Handouts(() => now);
  const token = tokenOf(handouts.add("ann", file(1)));
  expect(handouts.get(token, "ann")?.name).toBe("1.json");
  expect(handouts.get(token, "ben")).toBeUndefined();
  now = 15 * 60_000;
  expect(handouts.get(token, "ann")).toBeUndefined();
});

it("has no file driven out by others who ask again and again", () => {
  const handouts = new Handouts(undefined, 100);
  const mine = tokenOf(handouts.add("ann", file(10)));
  const [first = "", ...again] = Array.from({ length: 50 }, () => tokenOf(handouts.add("ben", file(60))));
  expect(handouts.get(mine, "ann")?.name).toBe("10.json");
  // A person's newer one takes the older one's place.
  expect(handouts.get(first, "ben")).toBeUndefined();
  expect(handouts.get(again.at(-1) ?? "", "ben")?.name).toBe("60.json");
  // Where memory runs out, the largest goes.
  const third = tokenOf(handouts.add("eve", file(50)));
  expect([handouts.get(mine, "ann"), handouts.get(again.at(-1) ?? "", "ben"), handouts.get(third, "eve")]).toEqual([
    expect.objectContaining({ name: "10.json" }),
    undefined,
    expect.objectContaining({ name: "50.json" }),
  ]);
});
