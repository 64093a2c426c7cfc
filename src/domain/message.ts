import type { ChannelRef } from "./channel.js";

/** A posted message, addressable after a restart. */
export interface MessageRef {
  readonly channel: ChannelRef;
  readonly id: string;
}
