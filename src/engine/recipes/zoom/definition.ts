/** The definition of `zoom`. */
import { fitInside } from "../../images/raster.js";
import { readMixes } from "../channel-syntax.js";
import { classTermNames, expectedClasses, readClasses, sayClassTerms } from "../class-terms.js";
import {
  channelsOption,
  fileOptions,
  formatOption,
  LEAST_CHAT_SIDE,
  layerOption,
  maxBytesOption,
  networkOption,
  presetOption,
  seedOption,
} from "../common-options.js";
import { defineRecipe, megapixels, type ParamsOf } from "../definition.js";
import { ascentOptions, BOOK_ASCENT, FINE, plainDisplayOption } from "../neuron/ascent-definition.js";
import { choice, integer, number, text } from "../option.js";
import { maskPicture, whereOptions } from "../where/syntax.js";

const MAX_SIDE = 2048;
const DEFAULT_WIDTH = 320;
/** Height of a frame 1 wide, where there is no photo. */
const RATIO = 3 / 4;

const options = {
  channels: channelsOption({
    help: "Neurons one after the other; the seed chooses four when left out",
    more: "Written `4 21 activation_27/10`; `4+21:-0.5` is a mix.",
    example: "activation_36/7 activation_27/10",
    positional: true,
    read: readMixes,
    insteadOf: ["into"],
  }),
  layer: layerOption("The layer of neurons that name none"),
  into: text(
    {
      help: "Instead of neurons: things that the network knows, one after the other",
      more: "Written `goldfish castle volcano`; a weight follows a colon.",
      expected: expectedClasses,
      read: readClasses,
      insteadOf: ["channels"],
    },
    "classes",
  ),
  away: text(
    {
      help: "What no picture is to be",
      more: "Written as `into`, and held throughout.",
      expected: expectedClasses,
      read: readClasses,
    },
    "classes",
  ),
  preset: presetOption,
  frames: integer({
    help: "Pictures of the film",
    flag: "length",
    minimum: 1,
    maximum: 5000,
    default: 96,
    inChat: { minimum: 2, default: 48, maximum: 240 },
    setting: { default: "film.frames", maximum: "film.maxFrames" },
  }),
  framesPerSecond: number({ help: "Pictures a second", minimum: 1, maximum: 50, default: 16 }),
  width: integer({
    help: "Width of the film",
    more: `Left out, ${DEFAULT_WIDTH}.`,
    unit: "px",
    minimum: 32,
    maximum: MAX_SIDE,
    inChat: { minimum: LEAST_CHAT_SIDE, default: 256, maximum: 512 },
    setting: { default: "film.width", maximum: "film.maxWidth" },
    alsoCalled: "size",
  }),
  height: integer({
    help: "Height of the film; follows from the width when left out",
    notInChat: "The width bounds how much a film costs, and the picture's proportions are kept.",
    unit: "px",
    minimum: 32,
    maximum: MAX_SIDE,
  }),
  zoom: number({
    help: "How much each picture grows: 0.02 is 2%; below 0 the film goes back",
    minimum: -0.2,
    maximum: 0.5,
    default: 0.02,
  }),
  rotate: number({ help: "Turn of each picture, in degrees, clockwise", minimum: -45, maximum: 45, default: 0.4 }),
  fade: integer({
    help: "Pictures over which one neuron fades into the next",
    more: "At most all that a neuron has.",
    minimum: 0,
    maximum: 1000,
    default: 16,
  }),
  loop: choice({
    help: "How the film ends",
    choices: [
      { value: "none", label: "It begins again with a jump" },
      { value: "fade", label: "The end fades into the beginning" },
      { value: "bounce", label: "Back the way it came" },
    ],
    default: "none",
  }),
  steps: integer({
    help: "Steps of each picture",
    minimum: 0,
    maximum: 100,
    default: 3,
    inChat: { maximum: 20 },
  }),
  noise: number({
    help: "Fresh noise before each picture, in grey levels: new things start from it",
    more: "Its standard deviation.",
    minimum: 0,
    maximum: 50,
    default: 2,
  }),
  ...whereOptions,
  feather: { ...whereOptions.feather, notInChat: FINE },
  ...ascentOptions,
  step: number({ ...ascentOptions.step, default: 4, minimum: 0.01, maximum: 50 }),
  display: plainDisplayOption,
  format: formatOption,
  maxBytes: maxBytesOption(1000),
  seed: seedOption,
  network: networkOption("The trained network that is filmed", "neuron.network"),
  ...fileOptions,
};

/** The film's width and height in pixels. */
export function filmSize(
  { width, height }: Pick<ZoomParams, "width" | "height">,
  { image }: { readonly image?: { readonly width: number; readonly height: number } | undefined },
): { width: number; height: number } {
  const ratio = image ? image.height / image.width : RATIO;
  if (width !== undefined && height !== undefined) return { width, height };
  if (height !== undefined) return { width: Math.max(1, Math.round(height / ratio)), height };
  if (width !== undefined) return { width, height: Math.max(1, Math.round(width * ratio)) };
  return image
    ? fitInside(image.width, image.height, DEFAULT_WIDTH)
    : { width: DEFAULT_WIDTH, height: Math.round(DEFAULT_WIDTH * ratio) };
}

/** Frames that are made besides those of the film: its end fades into them. */
export function overlapOf({ loop, fade, frames }: Pick<ZoomParams, "loop" | "fade" | "frames">): number {
  return loop === "fade" ? Math.min(fade, Math.floor(frames / 2)) : 0;
}

/**
 * Frames are on disk, but the film is encoded from all of them, in bytes and twice: half of what as many in float32
 * take.
 */
const PICTURES_A_FRAME = 1 / 2;
/** A mask and the picture around it, as they are and as they have moved. */
const PICTURES_OF_A_PART = 4;

export const zoomDefinition = defineRecipe({
  name: "zoom",
  command: "zoom",
  version: 3,
  help: "Film an endless zoom from one neuron to the next, from a picture or from noise",
  doing: "filming",
  examples: [
    "/zoom",
    "/zoom frames:96 loop:bounce",
    '/zoom channels:"activation_36/7 activation_27/10" picture:none',
    '/zoom into:"goldfish castle"',
    "/zoom where:top zoom:0 rotate:0",
  ],
  options,
  presets: {
    // The author's later film: 5 % a frame, 7 steps, 90 frames a transition, 25 frames a second.
    book: {
      ...BOOK_ASCENT,
      layer: "block5_conv1",
      channels: "4 21 25 34 38 39 44 49 50 64 4",
      width: 320,
      height: 240,
      frames: 990,
      framesPerSecond: 25,
      zoom: 0.05,
      rotate: 0,
      fade: 90,
      steps: 7,
      noise: 0,
      blur: 2,
    },
    studio: {},
  },
  pictures: { image: { help: "The picture to begin with", without: "it begins with noise" }, mask: maskPicture },
  title: ({ into }) => (into === undefined ? "Endless zoom" : `Endless zoom through ${sayClassTerms(into)}`),
  deed: ({ into }) => ({ does: "zoom", into: classTermNames(into) }),
  film: () => true,
  cost: (params) => {
    const { width, height } = filmSize(params, {});
    return (params.frames + overlapOf(params)) * megapixels(width, height) * Math.max(1, params.steps);
  },
  footprint: (params) => {
    const { width } = filmSize(params, {});
    const part = params.where === undefined ? 0 : PICTURES_OF_A_PART;
    const pictures = params.frames * (params.loop === "bounce" ? 2 : 1) * PICTURES_A_FRAME + part;
    return { network: params.network, kind: "dream", megapixels: megapixels(width), tiled: false, pictures };
  },
  paceOf: [],
});

export type ZoomParams = ParamsOf<typeof options>;
