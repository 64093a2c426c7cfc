/** Of a page that was hidden meanwhile nothing is drawn. */
const DRAWN_MS = 1000;
/** Within this the timeline has followed what has grown in it. */
const FOLLOWED_MS = 600;

/**
 * Whether one sees a message's picture, or the thread's card where that grows, once all that has come is drawn: its
 * middle is on the screen, and nothing but a passing notice lies over it.
 */
export async function isInSight(messageId: string): Promise<boolean> {
  const end = performance.now() + FOLLOWED_MS;
  do {
    await drawn();
    if (isSeen(messageId)) return true;
  } while (document.visibilityState === "visible" && performance.now() < end);
  return false;
}

function isSeen(messageId: string): boolean {
  const message = document.getElementById(messageId);
  const shown = message?.querySelector(".frame") ?? message?.querySelector(".thread-card");
  if (!message || !shown || document.visibilityState !== "visible") return false;
  const { left, top, width, height } = shown.getBoundingClientRect();
  const [above] = document
    .elementsFromPoint(left + width / 2, top + height / 2)
    .filter((element) => !element.closest(".toasts"));
  return above !== undefined && message.contains(above);
}

function drawn(): Promise<unknown> {
  const late = new Promise((resolve) => setTimeout(resolve, DRAWN_MS));
  return Promise.race([new Promise(requestAnimationFrame), late]);
}
