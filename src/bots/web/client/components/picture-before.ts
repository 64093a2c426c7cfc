import type { WireImage, WireMessage } from "../../wire.js";
import { type State, timelineKey } from "../state/store.js";

/**
 * The image that another one was made from, for comparing them: the one its message or its thread's parent answers, or
 * the newest of the same shape before it. Images of another shape are never its origin.
 */
export function pictureBefore(state: State, message: WireMessage, picture: WireImage): WireImage | undefined {
  if (!message.author.bot) return undefined;
  const root =
    message.thread === undefined ? undefined : state.timelines[timelineKey(message.channel, message.thread)]?.root;
  const earlier = (state.timelines[message.channel]?.messages ?? []).filter(
    (each) => Number(each.id) <= Number(root?.id ?? Number(message.id) - 1),
  );
  const answered = [message.repliesTo?.picture, root?.repliesTo?.picture, earlier.at(-2)?.repliesTo?.picture];
  const posted = earlier.toReversed().flatMap((each) => each.pictures);
  return [...answered, ...(root?.pictures ?? []), ...posted].find(
    (each) => each !== undefined && each.url !== picture.url && sameShape(each, picture),
  );
}

function sameShape(a: WireImage, b: WireImage): boolean {
  return Math.abs(a.width / a.height / (b.width / b.height) - 1) < 0.03;
}
