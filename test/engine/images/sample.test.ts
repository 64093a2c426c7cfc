import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { expect, it } from "vitest";
import { emptyRaster, type Raster } from "../../../src/engine/images/raster.js";
import { sample } from "../../../src/engine/images/resample.js";

/** TensorFlow.js's answer, channel after channel. */
async function theirs({ width, height, data }: Raster, side: number): Promise<readonly number[]> {
  await tf.setBackend("cpu");
  const planes = tf.tensor3d(data, [3, height, width]);
  const resized = tf.image.resizeBilinear(tf.transpose(planes, [1, 2, 0]) as tf.Tensor3D, [side, side], true);
  return [...(await tf.transpose(resized, [2, 0, 1]).data())];
}

it("samples as TensorFlow.js's resizeBilinear does with corners aligned", async () => {
  for (const [width, height, side] of [
    [61, 37, 16],
    [5, 90, 16],
    [9, 7, 24],
    [1, 1, 4],
  ] as const) {
    const raster = emptyRaster(width, height);
    for (let i = 0; i < raster.data.length; i++) raster.data[i] = (i * 7919) % 251;
    const ours = sample(raster, side, side);
    const wanted = await theirs(raster, side);
    expect(Math.max(...wanted.map((v, i) => Math.abs(v - (ours.data[i] ?? Number.NaN))))).toBeLessThan(0.01);
  }
});
