import { useEffect, useState } from "preact/hooks";
import type { WireAdmin, WireChannel, WireMessage, WireSession, WireWork, WireWorkDetail } from "../../wire.js";

/** A channel's or a thread's messages, as far as they have been loaded: always an unbroken stretch up to the newest. */
export interface Timeline {
  readonly messages: readonly WireMessage[];
  readonly root?: WireMessage | undefined;
  readonly hasOlder: boolean;
  readonly status: "loading" | "ready" | "failed";
  readonly error?: string;
}

/** A message on its way to the server. */
export interface Pending {
  readonly nonce: string;
  readonly text: string;
  readonly files: readonly Draft[];
  readonly repliesTo?: WireMessage | undefined;
  /** Why it did not arrive. */
  readonly error?: string;
}

/** A picture chosen but not sent. */
export interface Draft {
  readonly key: string;
  readonly file: File;
  readonly url: string;
  readonly width: number;
  readonly height: number;
  readonly description: string;
  /** Hidden until somebody asks to see it. */
  readonly spoiler: boolean;
}

/** A channel, a thread in it, the gallery, perhaps with one work open, or the page about the program. */
export interface Route {
  readonly channel?: string | undefined;
  readonly thread?: string | undefined;
  readonly gallery?: boolean | undefined;
  readonly work?: string | undefined;
  /** The page about the program itself. */
  readonly admin?: boolean | undefined;
}

/** Which works the gallery shows, and in which order. */
export interface GalleryView {
  readonly by: "date" | "favourites";
  readonly command?: string | undefined;
  readonly user?: { readonly id: string; readonly name: string } | undefined;
}

/** The gallery as far as it has been loaded. */
interface GalleryState {
  readonly view: GalleryView;
  readonly works: readonly WireWork[];
  readonly next?: string | undefined;
  readonly status: "idle" | "loading" | "ready" | "failed";
  readonly error?: string | undefined;
  /** The page after what is shown did not come: it is asked for again when somebody says so. */
  readonly stalled?: boolean;
}

interface LiveAdmin {
  readonly state: WireAdmin;
  /** When it came, by this computer's clock: the server's may be another. */
  readonly receivedAt: number;
}

interface Toast {
  readonly id: number;
  readonly text: string;
}

export interface State {
  readonly session?: WireSession;
  readonly channels: readonly WireChannel[];
  readonly timelines: Readonly<Record<string, Timeline>>;
  readonly pending: Readonly<Record<string, readonly Pending[]>>;
  readonly route: Route;
  readonly connection: "connecting" | "open" | "lost";
  readonly rev: number;
  readonly toasts: readonly Toast[];
  /** The message that the next one in a timeline answers, by the timeline's key. */
  readonly replying: Readonly<Record<string, WireMessage | undefined>>;
  readonly overlay?: Overlay | undefined;
  readonly gallery: GalleryState;
  /** The work that is open, as soon as it has been loaded. */
  readonly work?: WireWorkDetail | undefined;
  /** Addresses of hidden pictures that have been asked for. */
  readonly revealed: ReadonlySet<string>;
  /** The channel list is open on a phone. */
  readonly drawer: boolean;
  /** The program's state while the page about it is open. */
  readonly admin?: LiveAdmin | undefined;
  /** Why the chat could not be opened at all. */
  readonly fatal?: string;
}

/** What lies over the chat. */
export type Overlay =
  | { readonly kind: "profile" | "channel" | "switcher" }
  | { readonly kind: "picture"; readonly key: string; readonly message: string; readonly index: number }
  | { readonly kind: "emoji"; readonly message: WireMessage; readonly anchor: DOMRect };

type Listener = () => void;

let state: State = {
  channels: [],
  timelines: {},
  pending: {},
  route: {},
  connection: "connecting",
  rev: 0,
  toasts: [],
  replying: {},
  drawer: false,
  gallery: { view: { by: "date" }, works: [], status: "idle" },
  revealed: new Set(),
};
const listeners = new Set<Listener>();

export function getState(): State {
  return state;
}

export function setState(change: Partial<State>): void {
  state = { ...state, ...change };
  for (const listener of listeners) listener();
}

/** The part of the state that a component shows; it renders again when that part is another object. */
export function useStore<T>(select: (state: State) => T): T {
  const [, render] = useState(0);
  const selected = select(state);
  useEffect(() => {
    let last = selected;
    const check = () => {
      const next = select(state);
      if (Object.is(next, last)) return;
      last = next;
      render((count) => count + 1);
    };
    // Something may have changed between rendering and this effect.
    check();
    listeners.add(check);
    return () => {
      listeners.delete(check);
    };
  });
  return selected;
}

export const timelineKey = (channel: string, thread?: string): string =>
  thread === undefined ? channel : `${channel}/${thread}`;

export function setTimeline(key: string, timeline: Timeline): void {
  setState({ timelines: { ...state.timelines, [key]: timeline } });
}

let toasts = 0;

/** Tells the person something in passing. */
export function toast(text: string): void {
  const id = ++toasts;
  setState({ toasts: [...state.toasts.slice(-2), { id, text }] });
  setTimeout(() => dismissToast(id), 7000);
}

export function dismissToast(id: number): void {
  setState({ toasts: state.toasts.filter((each) => each.id !== id) });
}
