/** No press lasts longer, as far as what waits for its end is concerned. */
const LONGEST_MS = 10_000;
const MOST_WAITING = 1000;
/** A finger's click comes a moment after it is lifted. */
const CLICK_MS = 50;

let isDown = false;
let timer: number | undefined;
let waiting: (() => void)[] = [];

/**
 * Follows every press of a button, a finger or a pen. What others do meanwhile must not move what lies under it: the
 * press would end on something else than it began on, and do nothing.
 */
export function followPresses(): void {
  const options = { capture: true, passive: true } as const;
  const waitFor = (ms: number) => {
    clearTimeout(timer);
    timer = window.setTimeout(endPress, ms);
  };
  const onDown = () => {
    isDown = true;
    waitFor(LONGEST_MS);
  };
  window.addEventListener("pointerdown", onDown, options);
  for (const name of ["pointerup", "pointercancel", "dragend"] as const)
    window.addEventListener(name, () => isDown && waitFor(CLICK_MS), options);
  window.addEventListener("blur", endPress);
}

/** Does it at once, or in its order when nothing is pressed any more. */
export function whenLifted(act: () => void): void {
  if (!isDown) {
    act();
    return;
  }
  waiting.push(act);
  if (waiting.length >= MOST_WAITING) endPress();
}

/** Does what has waited: the press is over, or nothing may wait any longer. */
export function endPress(): void {
  clearTimeout(timer);
  isDown = false;
  const all = waiting;
  waiting = [];
  for (const act of all) act();
}
