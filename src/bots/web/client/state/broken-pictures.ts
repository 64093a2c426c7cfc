/** Pictures that did not come, as the line was broken or the chat out of reach, are asked for again. */

/** Without a word that the line is back, a picture is asked for so often again. */
const MOST_TRIES = 3;
const FIRST_PAUSE_MS = 3000;

const broken = new Set<HTMLImageElement>();
const tries = new WeakMap<HTMLImageElement, number>();

/** Notes from now on which pictures fail. */
export function followBrokenPictures(): void {
  // Errors of elements do not bubble.
  document.addEventListener("error", ({ target }) => target instanceof HTMLImageElement && note(target), true);
  window.addEventListener("online", renewPictures);
}

/** Asks for all that have failed: the line is back. */
export function renewPictures(): void {
  for (const image of broken) renew(image);
}

function note(image: HTMLImageElement): void {
  broken.add(image);
  const tried = tries.get(image) ?? 0;
  if (tried >= MOST_TRIES) return;
  tries.set(image, tried + 1);
  setTimeout(() => broken.has(image) && renew(image), FIRST_PAUSE_MS * 2 ** tried);
}

function renew(image: HTMLImageElement): void {
  broken.delete(image);
  const address = image.getAttribute("src");
  if (image.isConnected && address !== null) image.setAttribute("src", address);
}
