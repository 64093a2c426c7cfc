/** A network so small that a dream in it takes a moment, as a folder that the program reads like any other. */
import { functional, imageLayer, layer, weight, writeTfjs } from "../engine/networks/support/tiny.js";
import { newFolder } from "./new-folder.js";

const conv = (name: string, from: string, filters: number) =>
  layer("Conv2D", name, [from], { padding: "same", activation: "relu", kernel_size: [3, 3], filters });

/**
 * Writes the network into a new temporary folder: layers `edges` (8 channels), `pool` and `corners` (16 channels).
 *
 * @param classifier with the 1,000 classes over `corners`, by random weights
 */
export async function writeTinyNetwork({ classifier = false } = {}): Promise<string> {
  const folder = newFolder();
  const pool = layer("MaxPooling2D", "pool", ["edges"], { pool_size: [2, 2], strides: [2, 2], padding: "valid" });
  const layers = [imageLayer(), conv("edges", "image", 8), pool, conv("corners", "pool", 16)];
  if (classifier)
    layers.push(
      layer("GlobalAveragePooling2D", "mean", ["corners"]),
      layer("Dense", "classes", ["mean"], { units: 1000, activation: "softmax" }),
    );
  await writeTfjs(folder, functional(layers), [
    weight("edges/kernel", [3, 3, 3, 8], 1),
    weight("edges/bias", [8], 2),
    weight("corners/kernel", [3, 3, 8, 16], 3),
    weight("corners/bias", [16], 4),
    ...(classifier ? [weight("classes/kernel", [16, 1000], 5), weight("classes/bias", [1000], 6)] : []),
  ]);
  return folder;
}
