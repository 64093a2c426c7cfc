import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { expect, it } from "vitest";
import { ImageFiles } from "../../../src/bots/web/image-files.js";
import { newFolder } from "../../support/new-folder.js";

it("sweeps away what dead processes have left unfinished, and nothing that is being written", async () => {
  const folder = newFolder();
  const files = new ImageFiles(folder, 1e8);
  await files.open();
  writeFileSync(join(folder, ".left.part"), "half");
  // Random pixels: a file of many bytes, which takes a while to write.
  const noise = { width: 1200, height: 1200, channels: 3, noise: { type: "gaussian", mean: 128, sigma: 60 } } as const;
  const bytes = await sharp({ create: { ...noise, background: "#888" } })
    .png()
    .toBuffer();
  let over = false;
  const added = files.add({ name: "noise.png", bytes }, "bot").finally(() => {
    over = true;
  });
  let unfinished = 0;
  while (!over) {
    unfinished += readdirSync(folder).filter((name) => name.endsWith(".part") && name !== ".left.part").length;
    await files.sweep(() => false);
  }
  const { sha } = await added;
  expect(unfinished).toBeGreaterThan(0);
  expect(readdirSync(folder)).toEqual([`${sha}.png`]);
});
