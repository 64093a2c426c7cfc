import { expect, it } from "vitest";
import { duration as onPage } from "../../../src/bots/web/client/text/amounts.js";
import { duration as fromServer } from "../../../src/shared/text.js";

it.each([
  [0, "0 s"],
  [8, "8 s"],
  [50, "50 s"],
  [60, "1 min"],
  [80, "1 min 20 s"],
  [3900, "1 h 5 min"],
  [7200, "2 h"],
])("tells %i seconds on the page as the server does", (seconds, told) => {
  expect(onPage(seconds)).toBe(told);
  expect(fromServer(seconds)).toBe(told);
});

it("counts down to the second, and tells days with their hours", () => {
  expect([83.4, 86_400, 273_600].map(onPage)).toEqual(["1 min 23 s", "1 day", "3 days 4 h"]);
});
