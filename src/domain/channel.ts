/** A community of a platform: a Discord guild, a Slack workspace, "local" in the web chat. */
export interface Community {
  /** The adapter's name: "web", "discord", "slack". */
  readonly platform: string;
  readonly community: string;
}

/** A channel, or a thread inside it. Plain data, so that it can be stored and used after a restart. */
export interface ChannelRef extends Community {
  readonly id: string;
  /** Set when it is a thread of the channel. */
  readonly thread?: string;
}

/** A channel as a key. A thread has its channel's. */
export function channelKey({ platform, community, id }: ChannelRef): string {
  return JSON.stringify([platform, community, id]);
}

export function sameCommunity(a: Community, b: Community): boolean {
  return a.platform === b.platform && a.community === b.community;
}
