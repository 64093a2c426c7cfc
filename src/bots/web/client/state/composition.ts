/** The code of a key that an input method takes. */
const TAKEN = 229;

/**
 * Keeps from the page what an input method takes, as for Japanese: the Enter that ends a composition neither sends nor
 * chooses. Safari says before that Enter that the composition is over; only the key's code tells then.
 */
export function leaveCompositionsAlone(): void {
  const isTaken = ({ isComposing, keyCode }: KeyboardEvent) => isComposing || keyCode === TAKEN;
  window.addEventListener("keydown", (event) => isTaken(event) && event.stopImmediatePropagation(), { capture: true });
}
