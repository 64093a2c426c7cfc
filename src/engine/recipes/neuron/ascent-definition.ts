/** Options that the recipes of neurons share: how to ascend, and how to show the result. */
import { choice, integer, number } from "../option.js";

/** Discord takes 25 options of a command: with all that are kept out /zoom would have more. */
export const FINE = "One of the finer points: with all of them `/zoom` would have more options than Discord takes.";

export const ascentOptions = {
  step: number({
    help: "Size of a step: its root mean square, in grey levels",
    minimum: 0.01,
    maximum: 50,
    default: 7,
  }),
  blur: number({
    seldom: true,
    help: "Smoothing of the finest patterns",
    more: "The standard deviation of the Gaussian that smooths the gradient at the first octave.",
    unit: "px",
    minimum: 0,
    maximum: 20,
    default: 0.5,
  }),
  blurDecay: number({
    help: "Share of the blur that each further octave takes off",
    more: "An octave is smoothed by `blur * (1 - blurDecay * octave)`.",
    minimum: 0,
    maximum: 1,
    default: 0,
    notInChat: FINE,
  }),
  gradient: choice({
    seldom: true,
    help: "How the gradient is followed",
    choices: [
      { value: "plain", label: "As it is" },
      { value: "pyramid", label: "Coarse and fine structure alike" },
    ],
    default: "pyramid",
  }),
  colours: choice({
    help: "Which colours it takes",
    choices: [
      { value: "plain", label: "All" },
      { value: "natural", label: "Those of photos" },
    ],
    default: "natural",
  }),
  leak: number({
    help: "How much of what a ReLU cuts off counts",
    more: "A little wakes neurons that see nothing yet.",
    minimum: 0,
    maximum: 1,
    default: 0.05,
    notInChat: FINE,
  }),
  jitter: integer({
    help: "Largest random shift of each step",
    unit: "px",
    minimum: 0,
    maximum: 256,
    default: 16,
    seldom: true,
  }),
  turn: number({
    help: "Largest random turn of each step, in degrees",
    more: "What survives it is large and whole.",
    minimum: 0,
    maximum: 45,
    default: 5,
    notInChat: FINE,
  }),
  wobble: number({
    help: "Largest random zoom of each step, as a share",
    minimum: 0,
    maximum: 0.5,
    default: 0.05,
    notInChat: FINE,
  }),
};

const DISPLAYS = [
  { value: "standard", label: "The book's: standardised" },
  { value: "toned", label: "The whole range of brightness" },
  { value: "plain", label: "The numbers as they are" },
] as const;
const DISPLAY_HELP = "How numbers become colours";

export const displayOption = choice({ help: DISPLAY_HELP, choices: DISPLAYS, default: "toned" });
/** For films, whose frames must be alike in brightness. */
export const plainDisplayOption = choice({ help: DISPLAY_HELP, choices: DISPLAYS, default: "plain" });

/** What the book's recipes of neurons have in common. */
export const BOOK_ASCENT = {
  network: "vgg16",
  step: 1,
  gradient: "plain",
  colours: "plain",
  leak: 0,
  jitter: 0,
  turn: 0,
  wobble: 0,
  display: "standard",
} as const;
