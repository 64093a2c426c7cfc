/** How near a picture is to a style and to a photo, by a network's features. */
import { featureOf } from "../../src/engine/evaluate.js";
import { decode } from "../../src/engine/images/codec.js";
import type { Raster } from "../../src/engine/images/raster.js";
import { presetsOf } from "../../src/engine/networks/looks.js";
import type { Network } from "../../src/engine/networks/network.js";
import type { OpenEngine } from "../../src/engine/open.js";
import { measureOf } from "../../src/engine/recipes/painting/measure.js";
import { blendTargets, gramsOf } from "../../src/engine/recipes/painting/targets.js";
import type { Tensor } from "../../src/engine/runtimes/runtime.js";

export interface Distances {
  /** Of the Gram matrices to the style's: |G - G'| / |G'|, the mean of the layers. */
  readonly style: number;
  /** Of the content layer's features to the photo's: |F - F'| / |F'|. */
  readonly content: number;
}

const norm = (data: Float32Array): number => Math.sqrt(data.reduce((sum, v) => sum + v * v, 0));
const distance = (a: Tensor | undefined, b: Tensor): number =>
  norm(b.data.map((v, i) => v - (a?.data[i] ?? 0))) / norm(b.data);

/** Pictures' files, and the longer side at which they are compared, in pixels. */
interface Scene {
  readonly photo: Uint8Array;
  readonly style: Uint8Array;
  readonly size: number;
}

/** Measures pictures by the studio's layers of a network. */
export async function judgeOf({ programs }: OpenEngine, network: Network, { photo, style, size }: Scene) {
  // By the layers' own Gram matrices, whatever the paintings are made with: all figures are of one measure.
  const measure = { ...measureOf(network, { preset: "studio" }), randomFeatures: false };
  const layer = presetsOf(network).style.content;
  const features = (image: Raster) => featureOf({ programs, network }, layer, image, { pooling: measure.pooling });
  const targets = await blendTargets(programs, network, measure, [{ raster: await decode(style, size), weight: 1 }]);
  const wanted = await features(await decode(photo, size));
  return async (image: Raster): Promise<Distances> => {
    const grams = await gramsOf(programs, network, targets, measure, image);
    const styles = targets.map(({ target }, i) => distance(grams[i], target));
    return {
      style: styles.reduce((sum, v) => sum + v, 0) / styles.length,
      content: distance(await features(image), wanted),
    };
  };
}
