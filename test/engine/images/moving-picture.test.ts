import { describe, expect, it } from "vitest";
import { toInterleaved } from "../../../src/engine/images/codec.js";
import { openMoving } from "../../../src/engine/images/moving-picture.js";
import { movingFacts } from "../../../src/shared/moving.js";
import { type ApngPart, apng, type Pixel, SIDE } from "../../support/apng.js";
import { claims } from "../../support/pictures.js";

const [RED, BLUE, HALF, NONE]: readonly [Pixel, Pixel, Pixel, Pixel] = [
  [200, 0, 0, 255],
  [0, 0, 200, 255],
  [0, 200, 0, 128],
  [0, 0, 0, 0],
];

const WHOLE = [0, 0, SIDE, SIDE] as const;
const MIDDLE = [2, 2, 4, 4] as const;

/** The colours in a corner and in the middle of each frame. */
async function coloursOf(file: Uint8Array, frames: number) {
  const moving = await openMoving(file);
  const frameAt = await moving?.decode({ places: Array.from({ length: frames }, (_, i) => i) }, SIDE);
  return Array.from({ length: frames }, (_, i) => {
    const frame = frameAt?.(i);
    const bytes = frame ? toInterleaved(frame) : Buffer.alloc(0);
    const at = (x: number, y: number) => [...bytes.subarray(3 * (y * SIDE + x), 3 * (y * SIDE + x) + 3)];
    return { corner: at(0, 0), middle: at(4, 4) };
  });
}

describe("an APNG", () => {
  it("says its size, how long each frame is shown, and whether it loops", async () => {
    const parts: ApngPart[] = [
      { colour: RED, at: WHOLE },
      { colour: BLUE, at: MIDDLE },
    ];
    const facts = { width: SIDE, height: SIDE, delays: [50, 50], loops: true };
    expect(await movingFacts(apng(parts))).toEqual(facts);
    expect(await movingFacts(apng(parts, { plays: 1 }))).toEqual({ ...facts, loops: false });
    // The picture for programs that know no APNG is no frame.
    expect((await movingFacts(apng(parts, { still: true })))?.delays).toHaveLength(2);
  });

  it("is drawn frame on frame: parts, what they leave, and what shows through", async () => {
    const file = apng([
      { colour: RED, at: WHOLE },
      { colour: BLUE, at: MIDDLE, dispose: 2 },
      { colour: HALF, at: MIDDLE, over: true, dispose: 1 },
      { colour: NONE, at: [0, 0, 1, 1], over: true },
    ]);
    const red = [200, 0, 0];
    expect(await coloursOf(file, 4)).toEqual([
      { corner: red, middle: red },
      { corner: red, middle: [0, 0, 200] },
      // The blue one was taken away again.
      { corner: red, middle: [100, 100, 0] },
      // Emptied, on white.
      { corner: red, middle: [255, 255, 255] },
    ]);
  });

  it("whose frames leave its canvas, or are not there, is a still; one that is damaged is refused", async () => {
    expect(
      await openMoving(
        apng([
          { colour: RED, at: WHOLE },
          { colour: BLUE, at: [6, 6, 4, 4] },
        ]),
      ),
    ).toBeUndefined();
    expect(await openMoving(claims(8, 8))).toBeUndefined();
    const file = apng([
      { colour: RED, at: WHOLE },
      { colour: BLUE, at: MIDDLE },
    ]);
    const at = file.lastIndexOf("fdAT") + 12;
    file.fill(0xff, at, at + 6);
    await expect(coloursOf(file, 2)).rejects.toMatchObject({ identifier: "image.damaged" });
  });
});

describe("a moving picture with more pixels than are opened", () => {
  it("is refused before any is", async () => {
    const claimed = apng([
      { colour: RED, at: WHOLE },
      { colour: BLUE, at: MIDDLE },
    ]);
    for (const at of [16, 20]) claimed.writeUInt32BE(9000, at);
    const moving = await openMoving(claimed);
    await expect(moving?.decode({ places: [0, 1] }, 64)).rejects.toMatchObject({
      identifier: "film.too-many-pixels",
    });
  });
});
