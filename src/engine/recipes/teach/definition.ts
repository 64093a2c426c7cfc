/** The definition of `teach`: the shell has it as a verb of its own, chats as a command of their own. */
import { networkOption, seedOption } from "../common-options.js";
import { defineRecipe, megapixels } from "../definition.js";
import { integer, text } from "../option.js";

/** The role of a taught layer among a job's inputs: no picture, but a file of `training/trained-layer.ts`. */
export const TAUGHT = "taught";

/** The roles of the pictures to learn from, in their order. */
export const exampleRole = (index: number): string => `example${index + 1}`;
const EXAMPLE = /^example\d+$/;
export const isExample = (role: string): boolean => EXAMPLE.test(role);

/** Fewer pictures have no motif in common that could be told from chance. */
export const FEWEST_EXAMPLES = 5;
/** Most motifs that are told apart, where nothing else is said. */
export const DEFAULT_CHANNELS = 32;
/** Of one lesson in a chat. */
export const MOST_CHAT_EXAMPLES = 24;
/** Longer side of the dream that shows what was learnt, in pixels. */
const SAMPLE_SIDE = 384;
/** What the lesson costs, in megapixel-steps, whatever it is taught from: forward passes over 280 small crops. */
const LESSON_COST = 3;
/** The octaves of the sample, together. */
export const SAMPLE = { size: SAMPLE_SIDE, octaves: 4, steps: 10, strength: 1.5 } as const;

const MOST_LETTERS = 32;
const NAME = new RegExp(`^[a-z][a-z0-9-]{0,${MOST_LETTERS - 1}}$`);

/** A look's name, as people type it; undefined where it is none. */
export function readLookName(typed: string): string | undefined {
  return NAME.exec(typed.trim().toLowerCase())?.[0];
}

export const teachDefinition = defineRecipe({
  name: "teach",
  command: "teach",
  version: 1,
  help: "Teach a network the motifs of your pictures, as a look to dream of",
  doing: "learning",
  examples: ["/teach name:moths", "/teach name:glass channels:16"],
  options: {
    name: text({
      help: "What the look will be called",
      positional: true,
      expected: `a word of up to ${MOST_LETTERS} small letters, digits and dashes, such as moths`,
      read: readLookName,
    }),
    channels: integer({
      help: "Most motifs",
      minimum: 1,
      maximum: 256,
      default: DEFAULT_CHANNELS,
      inChat: { maximum: DEFAULT_CHANNELS },
    }),
    seed: seedOption,
    network: networkOption("The network that learns, and dreams of it later", "dream.network"),
  },
  presets: {},
  pictures: {},
  title: ({ name = "" }) => `Look ${name}`,
  deed: ({ name = "" }) => ({ does: "teach", look: name }),
  film: () => false,
  cost: () => LESSON_COST + SAMPLE.steps * megapixels(SAMPLE_SIDE) * 2,
  footprint: ({ network }) => ({ network, kind: "dream", megapixels: megapixels(SAMPLE_SIDE), tiled: true }),
  paceOf: [],
});
