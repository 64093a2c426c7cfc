/** A film in a part of its picture: what lies beyond it zooms and turns as the picture does, and stays as it is. */
import type { CutOut } from "../../images/codec.js";
import { mixed } from "../../images/masks.js";
import type { Raster, Size } from "../../images/raster.js";
import { middle, resize } from "../../images/resample.js";
import { warp } from "../../images/warp.js";
import type { Pictures, RecipeContext } from "../recipe.js";
import { findMask } from "../where/find-mask.js";
import type { ZoomParams } from "./definition.js";

/** The part of a frame, and the picture around it. */
export interface PartOfFrame {
  readonly mask: Raster;
  readonly around: Raster;
}

export interface Part {
  /**
   * At a frame, counted from 0. The picture is moved once and by the whole way, not frame by frame: nothing is blurred
   * more than its zoom does.
   */
  at(frame: number): PartOfFrame;
  /** At another size, before the film begins. */
  sized(size: Size): PartOfFrame;
}

/**
 * @param picture the film's own picture, or the noise that it begins with
 * @param cover cuts it to the canvas
 * @returns undefined where all of the picture is meant
 * @throws RecipeError for a place that is not understood, or not in the picture
 */
export async function partOf(
  params: Pick<ZoomParams, "where" | "feather" | "network" | "zoom" | "rotate">,
  picture: Raster & { readonly cutOut?: CutOut },
  cover: (picture: Raster) => Raster,
  pictures: Pictures,
  context: RecipeContext,
): Promise<Part | undefined> {
  const maskAt = await findMask(params, picture, pictures, context);
  if (!maskAt) return undefined;
  const [mask, around] = [cover(maskAt(picture)), cover(picture)];
  const { zoom, rotate } = params;
  let last: { readonly frame: number; readonly part: PartOfFrame } | undefined;
  return {
    at(frame) {
      if (last?.frame === frame) return last.part;
      const way = { zoom: (1 + zoom) ** frame, degrees: rotate * frame };
      const still = frame === 0 || (zoom === 0 && rotate === 0);
      // Of a mask nothing may lie beyond 0 and 1: the linear kernel does not overshoot.
      const part = still
        ? { mask, around }
        : { mask: warp(mask, way, { kernel: "linear" }), around: warp(around, way) };
      last = { frame, part };
      return part;
    },
    sized: ({ width, height }) => ({ mask: resize(mask, width, height), around: resize(around, width, height) }),
  };
}

/** A frame with the picture around its part, to the last digit. */
export function within(image: Raster, part: PartOfFrame | undefined): Raster {
  return part ? mixed(middle(part.around, image), image, middle(part.mask, image)) : image;
}
