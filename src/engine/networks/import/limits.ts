/** What settings of a layer may be: a damaged or hostile file must not make a dream take gigabytes, or never end. */
import type { Sampling } from "../../graph/node.js";
import { oihw } from "./kernels.js";
import { type Step, Unusable } from "./layer-graph.js";

/** The most rows that a window has, or that a pad adds. */
const ROWS = 1024;
/** The most places that one becomes. */
const LARGER = 16;
/** The most channels of a feature map. */
const CHANNELS = 65_536;

function within(setting: string, values: readonly number[], least: number, most: number): void {
  const wrong = values.find((value) => !(Number.isInteger(value) && value >= least && value <= most));
  if (wrong !== undefined) throw new Unusable("unusable.setting", { setting, value: wrong });
}

function sampled(sampling: Sampling): void {
  if (sampling.type === "pad") within("pads", [sampling.before, sampling.after], 0, ROWS);
  else if (sampling.factor !== null && !(sampling.factor >= 1 / LARGER && sampling.factor <= LARGER))
    throw new Unusable("unusable.setting", { setting: "scale", value: sampling.factor });
}

/** @throws Unusable when a step's settings are none that a network has */
export function checkSettings(step: Step): void {
  switch (step.type) {
    case "conv":
    case "convTranspose": {
      const [outputs, , h, w] = oihw(step.kernel);
      within("kernel", [h, w], 1, ROWS);
      within("group", [step.groups], 1, CHANNELS);
      if (step.type === "conv" && outputs % step.groups !== 0)
        throw new Unusable("unusable.groups", { groups: step.groups, channels: outputs });
      within("strides", step.type === "conv" ? step.strides : [step.stride], 1, ROWS);
      within("pads", step.pads, 0, ROWS);
      if (step.type === "conv") within("dilations", step.dilations, 1, ROWS);
      else within("output padding", step.more, 0, ROWS);
      break;
    }
    case "pool":
      within("kernel", step.kernel, 1, ROWS);
      within("strides", step.strides, 1, ROWS);
      within("pads", step.pads, 0, ROWS);
      break;
    case "zeroPad":
      within("pads", step.pads, 0, ROWS);
      break;
    case "crop":
      within("borders", step.borders, 0, ROWS);
      within("steps", step.steps, 1, ROWS);
      break;
    case "resample":
      sampled(step.sampling.rows);
      sampled(step.sampling.columns);
      break;
    case "depthToSpace":
      within("block", [step.blocks.block], 1, LARGER);
      break;
    case "lrn":
      within("size", [step.size], 1, CHANNELS);
      break;
    default:
  }
}

/** @throws Unusable for maps that are larger than any network's */
export function checkSize({ channels, stride }: { readonly channels: number; readonly stride: number }): void {
  if (!(channels <= CHANNELS))
    throw new Unusable("unusable.setting", { setting: "count of channels", value: channels });
  if (!(stride >= 1 / LARGER)) throw new Unusable("unusable.setting", { setting: "scale", value: 1 / stride });
}
