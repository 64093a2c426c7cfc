import type { Route } from "./store.js";

/**
 * Addresses are `#/art` for a channel, `#/art/12` for the thread on message 12, `#gallery`, `#gallery/7KQ4M9XA` for one
 * work there, and `#backstage` for the admin page.
 */
export function readRoute(): Route {
  const [page, first, second] = window.location.hash.split("/");
  if (page === adminHref) return { admin: true };
  if (page === galleryHref())
    return { gallery: true, work: first && /^[A-Z0-9]{4,16}$/.test(first) ? first : undefined };
  return {
    channel: first ? decode(first) : undefined,
    thread: second && /^\d+$/.test(second) ? second : undefined,
  };
}

export function hrefOf(channel: string, thread?: string): string {
  return `#/${encodeURIComponent(channel)}${thread === undefined ? "" : `/${thread}`}`;
}

export const adminHref = "#backstage";

export function galleryHref(work?: string): string {
  return `#gallery${work === undefined ? "" : `/${work}`}`;
}

export function go(channel: string, thread?: string): void {
  window.location.hash = hrefOf(channel, thread);
}

/** To the first channel. */
export function goHome(): void {
  window.location.hash = "";
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
