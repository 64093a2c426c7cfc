import type { Route } from "./store.js";

/** Addresses are `#/art` for a channel, `#/art/12` for the thread on message 12, `#gallery` for one work there, `#gallery/7KQ4M9XA`, and `#backstage`. */
export function readRoute(): Route {
  const [place, channel, thread] = window.location.hash.split("/");
  if (place === "#backstage") return { admin: true };
  if (place === "#gallery")
    return { gallery: true, work: channel && /^[A-Z0-9]{4,16}$/.test(channel) ? channel : undefined };
  return {
    channel: channel ? decode(channel) : undefined,
    thread: thread && /^\d+$/.test(thread) ? thread : undefined,
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

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
