import { type Command, defineCommand } from "./command.js";
import { dreamOptions, dreamParams, dreamRecipe } from "./dream-recipe.js";
import type { House } from "./house.js";
import { pictureOption } from "./picture-option.js";
import { findPicture } from "./pictures.js";
import { startJob } from "./start-job.js";

/** `/dream`: the picture at hand, as the network would like to see it. */
export function dreamCommand(house: House): Command {
  const recipe = dreamRecipe(house);
  return defineCommand({
    name: "dream",
    help: "Lets a network dream in a picture: what it sees in it grows stronger",
    options: { ...dreamOptions(house), picture: pictureOption({ help: "The picture to begin with; none begins with noise", none: true }) },
    examples: [
      "/dream",
      `/dream look:${house.dream.look} strength:0.6`,
      "/dream size:256 steps:20 seed:7",
      "/dream octaves:3 octave-scale:1.6",
      '/dream layers:"activation_36:1.5 activation_30:1.2"',
      `/dream network:${house.dream.network} picture:none`,
      "/dream https://example.org/photo.jpg strength:0.6",
    ],
    async run({ picture: wanted, ...given }, context) {
      const params = dreamParams(house, given);
      const found = await findPicture(context, wanted);
      await startJob(context, { recipe, params, pictures: found ? { image: found.bytes } : {} });
    },
  });
}
