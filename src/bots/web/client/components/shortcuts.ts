import { useEffect } from "preact/hooks";
import { go, hrefOf } from "../state/route.js";
import { getState, setState } from "../state/store.js";

/** Keys that work everywhere: Ctrl/Cmd+K, Ctrl/Cmd+/ and ?, Alt+arrows, Esc, and typing that finds the message box. */
export function useShortcuts(): void {
  useEffect(() => {
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  const state = getState();
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    setState({ overlay: { kind: "switcher" }, drawer: false });
    return;
  }
  if (asksForList(event)) {
    event.preventDefault();
    setState({ overlay: { kind: "shortcuts" }, drawer: false });
    return;
  }
  if (state.overlay) return;
  if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    const open = state.channels.filter(({ archived }) => !archived);
    const index = open.findIndex((each) => each.id === state.route.channel);
    const to = open[(index + (event.key === "ArrowUp" ? -1 : 1) + open.length) % open.length];
    if (to) go(to.id);
    return;
  }
  if (event.key === "Escape") {
    if (state.drawer) setState({ drawer: false });
    else if (state.route.channel !== undefined && state.route.thread !== undefined) {
      window.location.hash = hrefOf(state.route.channel);
      focusComposer(".channel-pane");
    }
    return;
  }
  const typing = event.target instanceof HTMLElement && /^(?:INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  const onControl =
    event.target instanceof HTMLElement && event.target.closest("button, a, article") !== null && event.key === " ";
  if (!typing && !onControl && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
    focusComposer(state.route.thread === undefined ? ".channel-pane" : ".thread-pane");
  }
}

/** `?` where nothing is being written, and Ctrl+/ anywhere. */
function asksForList({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (getState().overlay) return false;
  if ((ctrlKey || metaKey) && !altKey) return key === "/";
  return key === "?" && !altKey && !(target instanceof HTMLElement && /^(?:INPUT|TEXTAREA)$/.test(target.tagName));
}

export function focusComposer(pane: string): void {
  document.querySelector<HTMLElement>(`${pane} textarea`)?.focus();
}
