/** A transform of an image by itself, as a program. */

import { batchOf } from "../../../src/engine/evaluate.js";
import { input } from "../../../src/engine/graph/ops.js";
import type { Raster } from "../../../src/engine/images/raster.js";
import { valueInputs } from "../../../src/engine/objectives/objective.js";
import type { Programs } from "../../../src/engine/programs.js";
import type { Transform } from "../../../src/engine/transforms/see.js";

export async function apply(
  programs: Programs,
  transform: Transform,
  direction: "see" | "back",
  image: Raster,
): Promise<Raster> {
  const build = () => ({ y: transform[direction](input("x", [null, 3, null, null]), valueInputs()) });
  const key = `${direction} ${transform.structure}`;
  const { y } = await programs.run(key, build, { ...transform.values, x: batchOf([image]) });
  return { ...image, data: y?.data ?? new Float32Array() };
}
