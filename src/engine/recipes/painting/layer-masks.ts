/** Masks of a canvas as its layers' feature maps have them. */
import { Dimensions } from "../../graph/dimensions.js";
import { CHANNELS, type Raster, type Size } from "../../images/raster.js";
import { cropRaster, resize } from "../../images/resample.js";
import type { Network } from "../../networks/network.js";
import type { LayerMasks } from "../../objectives/gram.js";
import type { Tile } from "../../tiles.js";
import type { StyleMeasure } from "./targets.js";

/** The sizes of layers' feature maps of an image. */
function mapSizes(network: Network, { layers, pooling }: StyleMeasure, { width, height }: Size): Map<string, Size> {
  const { layer } = network.build({ pooling });
  const dimensions = new Dimensions({ image: [1, CHANNELS, height, width] });
  return new Map(
    Object.keys(layers).map((name) => {
      const [, , rows, columns] = dimensions.of(layer(name));
      return [name, { width: Number(columns), height: Number(rows) }];
    }),
  );
}

/**
 * The masks of each tile's feature maps. Those of one layer have the sum of squares 1, all tiles together: the Gram
 * matrices of what they let through are then per pixel.
 */
export function layerMasks(
  network: Network,
  measure: StyleMeasure,
  mask: Raster,
  tiles: readonly Tile[],
): LayerMasks[] {
  const parts = tiles.map((tile) => {
    const part = tiles.length === 1 ? mask : cropRaster(mask, tile);
    return [...mapSizes(network, measure, part)].map(([layer, { width, height }]) => {
      const { data } = resize(part, width, height);
      return { layer, data: data.subarray(0, width * height), shape: [1, 1, height, width] };
    });
  });
  const squares = new Map<string, number>();
  for (const { layer, data } of parts.flat())
    squares.set(layer, (squares.get(layer) ?? 0) + data.reduce((sum, v) => sum + v * v, 0));
  return parts.map((part) =>
    Object.fromEntries(
      part.map(({ layer, data, shape }) => {
        const size = Math.sqrt(Math.max(squares.get(layer) ?? 0, 1e-12));
        return [layer, { data: data.map((v) => v / size), shape }];
      }),
    ),
  );
}
