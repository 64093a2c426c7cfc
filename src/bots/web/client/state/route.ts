import type { Route } from "./store.js";

/**
 * Addresses are `#/art` for a channel, `#/art/12` for the thread on message 12, `#/art/m34` and
 * `#/art/12/m34` for a message there, `#gallery`, `#gallery/7KQ4M9XA` for one
 * work there, and `#backstage` for the admin page.
 */
export function readRoute(): Route {
  const [page, first, second, third] = window.location.hash.split("/");
  if (page === adminHref) return { admin: true };
  if (page === galleryHref())
    return { gallery: true, work: first && /^[A-Z0-9]{4,16}$/.test(first) ? first : undefined };
  return {
    channel: first ? decode(first) : undefined,
    thread: second && /^\d+$/.test(second) ? second : undefined,
    at: /^m(\d{1,15})$/.exec(third ?? second ?? "")?.[1],
  };
}

/** @param at a message there */
export function hrefOf(channel: string, thread?: string, at?: string): string {
  return ["#", encodeURIComponent(channel), thread, at && `m${at}`].filter((part) => part !== undefined).join("/");
}

export const adminHref = "#backstage";

export function galleryHref(work?: string): string {
  return `#gallery${work === undefined ? "" : `/${work}`}`;
}

export function go(channel: string, thread?: string, at?: string): void {
  const href = hrefOf(channel, thread, at);
  // Where one is already, one may have gone on reading since.
  if (window.location.hash === href) window.dispatchEvent(new HashChangeEvent("hashchange"));
  else window.location.hash = href;
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

/** The code in an address that hands a person to another browser. */
export function joinCode(): string | undefined {
  return /^#join\/(\w{1,40})$/.exec(window.location.hash)?.[1];
}

export function joinAddress(code: string): string {
  return new URL(`#join/${code}`, window.location.href).href;
}
