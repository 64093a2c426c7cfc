import type { default as Module, Sharp, SharpInput, SharpOptions } from "sharp";
import { loadNative } from "./native.js";

/**
 * sharp, loaded when the first image needs it.
 * @throws NativePartError where its native part is missing
 */
export function sharp(input: SharpInput | SharpInput[] | SharpOptions, options?: SharpOptions): Sharp {
  // Its own two signatures in one.
  return loadNative<typeof Module>("sharp")(input as SharpInput, options);
}
