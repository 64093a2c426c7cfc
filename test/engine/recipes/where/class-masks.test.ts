/** Class masks against outlines that were drawn by hand before any of them was looked at. */
import { afterAll, describe, expect, it } from "vitest";
import { openEngine } from "../../../../src/engine/open.js";
import { DRAWN_MASKS, drawnPicture, overlap } from "../../../support/drawn-masks.js";
import { models, resnet50Missing } from "../../../support/resnet50.js";

const missing = await resnet50Missing();
const engine = missing === undefined ? openEngine({ modelsDir: models.dir, modelsPath: models.path }) : undefined;
afterAll(() => engine?.close());

describe.skipIf(engine === undefined)(`the mask of a thing (${missing ?? "resnet50"})`, () => {
  for (const drawn of DRAWN_MASKS) {
    const picture = drawnPicture(drawn);
    it.skipIf(picture === undefined)(
      `${drawn.word} in ${drawn.picture} is where a hand has drawn it${picture ? "" : " (needs it in IMAGES_PATH)"}`,
      async () => {
        if (!engine || !picture) return;
        expect(await overlap(drawn, picture, engine)).toBeGreaterThan(0.5);
      },
    );
  }
});
