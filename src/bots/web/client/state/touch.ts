/** Whether one works with fingers alone: nothing can be dropped or pasted then. */
export function onlyTouches(): boolean {
  return window.matchMedia("(hover: none) and (pointer: coarse)").matches;
}
