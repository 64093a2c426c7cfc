import { expect, it } from "vitest";
import { readWatch } from "../../../src/bots/web/read-watch.js";

it.each([
  ['{"watch":"admin","thread":"7"}', { watch: "admin", thread: "7" }],
  ['{"watch":"nothing","thread":null}', { watch: "nothing", thread: null }],
  ['{"watch":"admin"}', { watch: "admin" }],
  ['{"watch":"all","thread":"7 OR 1"}', {}],
  ['{"watch":["admin"],"thread":7}', {}],
  ["{}", {}],
  ["null", {}],
  ['"admin"', {}],
  ["{", {}],
  ["", {}],
])("reads of %s what a page may say", (text, said) => {
  expect(readWatch(Buffer.from(text))).toEqual(said);
});
