import { type ChannelRef, type Community, NO_COMMUNITY } from "../../domain/model.js";

/** Whose styles a channel has: its community's. Direct messages share none: those of strangers are no community. */
export function styleScope({ platform, community, id }: ChannelRef): Community {
  return { platform, community: community === NO_COMMUNITY ? `${NO_COMMUNITY} ${id}` : community };
}
