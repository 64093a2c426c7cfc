import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readLiteral, unpackModules } from "../../../../src/engine/networks/download/unpack-modules.js";
import { newFolder } from "../../../support/new-folder.js";

/** A module as browserify and a minifier write it. */
const moduleOf = (literal: string): string => {
  const before = "!function(t){global.model=t()}(function(){return function t(e,a,l){return i}";
  return `${before}({1:[function(t,e,a){e.exports=${literal}},{}]},{},[1])(1)});\n`;
};

const WEIGHTS = 'weightsManifest:[{paths:["group1-shard1of1"],weights:[]}]';
const MODEL = `{format:"graph-model",x:[!0,!1,-.5,1e3,null,"a\\"b: c"],${WEIGHTS}}`;

describe("a model in browser modules", () => {
  it("is unpacked into the files that it was made from", async () => {
    const [from, into] = [newFolder(), join(newFolder(), "net")];
    await writeFile(join(from, "model.min.js"), moduleOf(MODEL));
    await writeFile(join(from, "group1-shard1of1.min.js"), moduleOf('"AAEC/w=="'));
    await unpackModules(join(from, "model.min.js"), into);
    expect((await readdir(into)).sort()).toEqual(["group1-shard1of1", "model.json"]);
    expect([...(await readFile(join(into, "group1-shard1of1")))]).toEqual([0, 1, 2, 255]);
    expect(JSON.parse(await readFile(join(into, "model.json"), "utf8"))).toEqual({
      format: "graph-model",
      x: [true, false, -0.5, 1000, null, 'a"b: c'],
      weightsManifest: [{ paths: ["group1-shard1of1"], weights: [] }],
    });
  });

  it("is never run: what is no plain data is refused", () => {
    for (const code of ["process.exit()", "[1,f()]", "{a:b}", "(0,1)", "`x`", "{get a(){return 1}}", "[1"])
      expect(() => readLiteral(code)).toThrow(SyntaxError);
  });

  it("writes nothing outside its folder", async () => {
    const from = newFolder();
    await mkdir(join(from, "net"));
    for (const path of ["../out", "..", "/tmp/out"]) {
      await writeFile(join(from, "model.min.js"), moduleOf(MODEL.replace("group1-shard1of1", path)));
      await expect(unpackModules(join(from, "model.min.js"), join(from, "net"))).rejects.toThrow(/no model/);
    }
    expect(await readdir(join(from, "net"))).toEqual([]);
  });
});
