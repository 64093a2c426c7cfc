/** What this browser keeps of a person's unsent words, so that a closed page loses none. Pictures are not kept. */
import { getState } from "./store.js";

/** Drafts, and messages that have not been sent. */
type Kind = "draft" | "unsent";

const MOST_DAYS = 30;
const DAY_MS = 24 * 3600 * 1000;
/** Of one kind; beyond them the oldest go. */
const MOST = 100;

/** Kept by who wrote it: another person may come in with this browser. */
function prefixOf(kind: Kind): string {
  return `${kind} ${getState().session?.me.id ?? ""} `;
}

/** @param value undefined to forget it */
export function keep(kind: Kind, id: string, value: object | undefined): void {
  try {
    const name = prefixOf(kind) + id;
    if (value === undefined) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify({ at: Date.now(), value }));
  } catch {
    // Storage may be forbidden or full; the words then last as long as the page.
  }
}

/** All that is kept of a kind, the oldest first. */
export function keptOf<T>(kind: Kind): (readonly [id: string, value: T])[] {
  try {
    const prefix = prefixOf(kind);
    const names = Object.keys(localStorage).filter((name) => name.startsWith(prefix));
    const entries = names.flatMap((name) => read<T>(name)).sort((a, b) => a.at - b.at);
    const kept = entries.filter(({ at }) => Date.now() - at < MOST_DAYS * DAY_MS).slice(-MOST);
    for (const { name } of entries) if (!kept.some((each) => each.name === name)) localStorage.removeItem(name);
    return kept.map(({ name, value }) => [name.slice(prefix.length), value] as const);
  } catch {
    return [];
  }
}

function read<T>(name: string): { readonly name: string; readonly at: number; readonly value: T }[] {
  try {
    const { at, value } = JSON.parse(localStorage.getItem(name) ?? "") as { at: number; value: T };
    return [{ name, at, value }];
  } catch {
    localStorage.removeItem(name);
    return [];
  }
}
