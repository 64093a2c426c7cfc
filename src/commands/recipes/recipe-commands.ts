/** The commands that make pictures. */

import type { BotOptions } from "../bot-options.js";
import type { Command } from "../command.js";
import { postPalette } from "../interactive/palette.js";
import { readVoteRequest, voteOptions } from "../interactive/votes/vote-request.js";
import { blendRecipe } from "./blend.js";
import { dreamRecipe } from "./dream.js";
import { neuronRecipe } from "./neuron.js";
import { neuronsRecipe } from "./neuron-grid.js";
import type { Recipe } from "./recipe.js";
import { recipeCommand } from "./recipe-command.js";
import { stylizeRecipe } from "./stylize.js";
import { textureRecipe } from "./texture.js";
import { zoomRecipe } from "./zoom.js";

/** A new recipe joins here. */
export function recipeCommands(botOptions: BotOptions): {
  readonly recipes: readonly Recipe[];
  readonly commands: readonly Command[];
} {
  const [dream, stylize, blend, texture, neuron, neurons, zoom] = [
    ...[dreamRecipe(botOptions), stylizeRecipe(botOptions), blendRecipe(botOptions), textureRecipe(botOptions)],
    ...[neuronRecipe(botOptions), neuronsRecipe(botOptions), zoomRecipe(botOptions)],
  ] as const satisfies readonly Recipe[];
  const painted = { role: "image", help: "The picture to paint" } as const;
  const commands = [
    recipeCommand({
      recipe: dream,
      help: "Lets a network dream in a picture: what it sees in it grows stronger",
      picture: { role: "image", help: "The picture to begin with; none begins with noise", without: () => true },
      examples: [
        "/dream",
        `/dream look:${botOptions.dream.look} strength:0.6`,
        "/dream size:256 steps:20 seed:7",
        "/dream octaves:3 octave-scale:1.6",
        '/dream layers:"activation_36:1.5 activation_30:1.2"',
        `/dream network:${botOptions.dream.network} picture:none`,
        "/dream https://example.org/photo.jpg strength:0.6",
      ],
    }),
    recipeCommand({
      recipe: stylize,
      help: "Paints a picture in a style",
      picture: { ...painted, second: "style1" },
      async ask(context, [photo, style], given) {
        if (!photo || style || given.style !== undefined) return false;
        await postPalette(context, photo, given);
        return true;
      },
      examples: [
        "/stylize",
        "/stylize winter",
        "/stylize summer strength:0.7 size:512",
        "/stylize style:winter keep-colours",
        "/stylize winter style-scale:1.5 seed:7",
      ],
    }),
    recipeCommand({
      recipe: blend,
      help: "Paints a picture in several styles at once, each with its share, or lets the channel vote",
      picture: painted,
      questions: voteOptions,
      async ask(context, [photo], given, asked) {
        const vote = readVoteRequest(given, asked);
        if (!vote || !photo) return false;
        await context.app.votes.open(context, photo, vote.given, vote.ask);
        return true;
      },
      examples: [
        "/blend summer:0.3",
        "/blend summer:0.3 winter:0.7 size:512 seed:7",
        "/blend summer:0.5 photo:0.5",
        "/blend summer winter sweep:6",
        "/blend vote minutes:10",
        "/blend vote summer winter ink minutes:60 size:512",
      ],
    }),
    recipeCommand({
      recipe: texture,
      help: "Weaves a surface without a scene from a style or a picture",
      picture: { role: "style", help: "The picture to take it from", without: ({ style }) => style !== undefined },
      examples: [
        "/texture winter tileable",
        "/texture",
        "/texture winter width:512 height:256",
        "/texture means size:256",
      ],
    }),
    recipeCommand({
      recipe: neuron,
      help: "Shows what a neuron of the network looks for",
      examples: ["/neuron", "/neuron activation_36/7", '/neuron channels:"4:1 21:-0.5" layer:activation_30 size:256'],
    }),
    recipeCommand({
      recipe: neurons,
      help: "Shows many neurons of some layers on one sheet",
      examples: [
        "/neurons",
        '/neurons layers:"activation_21 activation_36" columns:4',
        '/neurons activation_30 channels:"4 7 21"',
      ],
    }),
    recipeCommand({
      recipe: zoom,
      help: "Films an endless zoom from one neuron to the next, from a picture or from noise",
      picture: { role: "image", help: "The picture to begin with; none begins with noise", without: () => true },
      examples: [
        "/zoom",
        "/zoom frames:96 loop:bounce",
        '/zoom channels:"activation_36/7 activation_27/10" picture:none',
      ],
    }),
  ];
  return { recipes: [dream, stylize, blend, texture, neuron, neurons, zoom], commands };
}
