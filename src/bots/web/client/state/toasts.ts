import { getState, setState, type Toast } from "./store.js";

const SHOWN_MS = 7000;
/** With a way to somewhere: one needs time to take it. */
const NEWS_SHOWN_MS = 12_000;
let count = 0;

/** Shows a sentence for a while; said again, it takes its own place. */
export function toast(text: string, more: Pick<Toast, "picture" | "href"> = {}): void {
  const id = ++count;
  const others = getState().toasts.filter((each) => each.text !== text);
  setState({ toasts: [...others.slice(-2), { id, text, ...more }] });
  setTimeout(() => dismissToast(id), more.href === undefined ? SHOWN_MS : NEWS_SHOWN_MS);
}

export function dismissToast(id: number): void {
  setState({ toasts: getState().toasts.filter((each) => each.id !== id) });
}

export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Does something that may be refused; a refusal is shown. */
export async function attempt(operation: () => Promise<unknown>): Promise<void> {
  try {
    await operation();
  } catch (error) {
    toast(errorText(error));
  }
}
