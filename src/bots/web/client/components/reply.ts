import type { WireMessage } from "../../wire.js";
import { getState, setState, timelineKey } from "../state/store.js";

/** Makes the next message an answer to this one, and moves the cursor to where it is written. */
export function startReply(message: WireMessage, inThread: boolean): void {
  const { channel, thread } = getState().route;
  if (channel === undefined) return;
  const key = timelineKey(channel, inThread ? thread : undefined);
  setState({ replying: { ...getState().replying, [key]: message } });
  document.querySelector<HTMLElement>(`textarea[data-key="${CSS.escape(key)}"]`)?.focus();
}
