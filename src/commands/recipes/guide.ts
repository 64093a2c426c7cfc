/** The guide of a dream: a style, the picture behind a link, or the second one that is attached. */

import { ATTACHED_GUIDE, GUIDE, NO_GUIDE } from "../../engine/recipes/dream/guide.js";
import type { BotOptions } from "../bot-options.js";
import { type FoundImage, findFurtherImage, findLinkedImage, type ImageRequest } from "../images/find-image.js";
import { readLink } from "../images/image-option.js";
import { findStyle, styleCredit } from "../styles/style-library.js";
import { UserError } from "../user-error.js";
import type { Draft, Params, Scope } from "./recipe.js";

const EXAMPLE = "/dream like:winter";

/** Whether a guide is a picture that must be found, as no style names it. */
function isUnnamedGuide(like: string): boolean {
  return like === ATTACHED_GUIDE || readLink(like) !== undefined;
}

/** The picture that a command's `like` means; undefined for a style, which is found by its name. */
export async function findGuide(
  like: string,
  request: ImageRequest,
  limits: BotOptions["pictures"],
): Promise<FoundImage | undefined> {
  if (!isUnnamedGuide(like)) return undefined;
  const link = readLink(like);
  if (link) return findLinkedImage(request, limits, link);
  const second = await findFurtherImage(request, limits, 1);
  if (!second) throw new UserError("dream.no-guide", { line: EXAMPLE });
  return second;
}

/**
 * A dream with the guide that was chosen, or the one that it has. A link is not kept: it may be its owner's secret.
 * @throws UserError for what was not found, and beside channels
 */
export async function withGuide(draft: Draft, like: unknown, scope: Scope): Promise<Draft> {
  const guided = like === undefined ? draft : { ...draft, ...(await chosenGuide(draft, String(like), scope)) };
  if (guided.pictures[GUIDE] && guided.params.channels !== undefined) throw new UserError("dream.channels-or-guide");
  return guided;
}

async function chosenGuide({ params, pictures }: Draft, like: string, scope: Scope): Promise<Draft> {
  const { [GUIDE]: given, ...others } = pictures;
  if (like.toLowerCase() === NO_GUIDE) return { params: without(params), pictures: others };
  if (isUnnamedGuide(like)) {
    if (!given) throw new UserError("dream.no-guide", { line: EXAMPLE });
    return { params: { ...params, like: ATTACHED_GUIDE }, pictures };
  }
  const style = await findStyle(scope.styles, scope.channel, like);
  const picture = await style.picture();
  return {
    params: { ...params, like: style.name },
    pictures: { ...others, [GUIDE]: picture },
    styleCredits: [styleCredit(style)],
  };
}

function without({ like: _, ...params }: Params): Params {
  return params;
}
