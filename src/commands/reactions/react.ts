import type { Chat, ReactionEvent } from "../../bots/chat.js";
import type { Desk } from "../desk.js";
import { explain, PALETTE, type Palettes } from "./palette.js";
import { meaningOf } from "./results.js";

/** Does what a reaction means on the message where it is, whenever that was posted; most reactions mean nothing. */
export async function react(event: ReactionEvent, chat: Chat, desk: Desk, palettes: Palettes): Promise<void> {
  try {
    const board = desk.store.boards.get(event.message);
    if (board) {
      if (board.kind === PALETTE) await palettes.react(event, board, chat, desk);
      return;
    }
    const meaning = meaningOf(event.emoji);
    if (!meaning || (!event.added && !meaning.undoes)) return;
    const job = await desk.journal.ofMessage(event.message);
    // What still runs has buttons; its messages are about to change.
    if (job?.state !== "done") return;
    await meaning.act({ event, job, chat, desk });
  } catch (error) {
    await explain(error, event.message, event.person, chat, desk);
  }
}
