import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

const CONTROLS = 'a[href], button, input, [role="button"], video[controls]';
const MESSAGES = "article.message";

/**
 * Makes a timeline two stops of the Tab key: a message, the last one at first, and its first tool. From a message the
 * arrow keys lead to others, up and down, and to what is in it, left and right.
 */
export function useRovingFocus(timeline: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = timeline.current;
    if (!element) return;
    const set = () => setStops(element);
    // What is in a message comes and goes with its reactions, buttons and threads.
    const observer = new MutationObserver(set);
    observer.observe(element, { childList: true, subtree: true });
    element.addEventListener("focusin", set);
    set();
    return () => {
      observer.disconnect();
      element.removeEventListener("focusin", set);
    };
  }, []);
}

function setStops(timeline: HTMLElement): void {
  const messages = [...timeline.querySelectorAll<HTMLElement>(MESSAGES)];
  const current = document.activeElement?.closest<HTMLElement>(MESSAGES);
  const stop = current && messages.includes(current) ? current : messages.at(-1);
  for (const message of messages) {
    setTabIndex(message, message === stop ? 0 : -1);
    const [first] = message.querySelectorAll(".tools button");
    for (const control of message.querySelectorAll<HTMLElement>(CONTROLS))
      setTabIndex(control, message === stop && control === first ? 0 : -1);
  }
}

function setTabIndex(element: HTMLElement, index: number): void {
  if (element.getAttribute("tabindex") !== String(index)) element.tabIndex = index;
}

/** Moves between a message and what is in it, with the arrow keys to the left and right. */
export function moveInside(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const { target } = event;
  if (!(target instanceof HTMLElement) || target.matches('input, textarea, video, [role="slider"]')) return;
  const message = target.closest<HTMLElement>(MESSAGES);
  if (!message || (step === undefined && (event.key !== "Escape" || target === message))) return;
  const controls = [message, ...message.querySelectorAll<HTMLElement>(CONTROLS)].filter(isReachable);
  const to = step === undefined ? message : controls[controls.indexOf(target) + step];
  event.preventDefault();
  event.stopPropagation();
  to?.focus();
}

/** Tools that are out of sight come into it with the focus; others that are not shown stay away. */
function isReachable(element: HTMLElement): boolean {
  return element.getClientRects().length > 0 && !element.matches(":disabled");
}
