import { useEffect, useState } from "preact/hooks";
import type {
  WireAdmin,
  WireChannel,
  WireMe,
  WireMessage,
  WireNews,
  WirePerson,
  WireSession,
  WireWork,
  WireWorkDetail,
} from "../../wire.js";

/** A channel, or a thread in it. */
export interface TimelineRef {
  readonly channel: string;
  readonly thread?: string | undefined;
}

/** A channel's or a thread's messages, as far as they have been loaded: an unbroken stretch. */
export interface Timeline {
  /** Which fresh load it comes from: what was asked for before that is no part of it. */
  readonly load: number;
  readonly messages: readonly WireMessage[];
  readonly root?: WireMessage | undefined;
  readonly hasOlder: boolean;
  /** It does not reach up to the newest: it is around a message that a link led to. */
  readonly hasNewer?: boolean;
  /** While the page before or after it is on its way, what has come of messages outside: the page may be older. */
  readonly aside?: readonly WireMessage[] | undefined;
  readonly status: "loading" | "ready" | "failed";
  readonly error?: string;
}

/** What is written but not sent. */
export interface Draft {
  readonly text: string;
  readonly files: readonly Attachment[];
}

/** An image chosen but not sent. */
export interface Attachment {
  readonly key: string;
  readonly file: File;
  readonly url: string;
  readonly width: number;
  readonly height: number;
  readonly description: string;
  /** Hidden until somebody asks to see it. */
  readonly spoiler: boolean;
  /** Of a mask that was drawn here: the key of its picture. */
  readonly maskOf?: string;
  /** Of a mask that was drawn on a picture in the channel: its message, and which of its pictures, from 0. */
  readonly drawnOn?: { readonly message: string; readonly picture: number };
}

/** How somebody wants to be told of what is new. */
export interface AlertSettings {
  readonly sound: boolean;
  readonly desktop: boolean;
}

/** A sentence that is shown for a while. */
export interface Toast {
  readonly id: number;
  readonly text: string;
  /** Address of a picture beside it. */
  readonly picture?: string | undefined;
  /** Address of what it tells of. */
  readonly href?: string | undefined;
}

/** A message on its way to the server. */
export interface Pending extends Draft {
  readonly nonce: string;
  /** The id of the message that it answers. */
  readonly repliesTo?: string | undefined;
  /** Which of that message's pictures is meant, from 0. */
  readonly picture?: number | undefined;
  /** Why it was refused. */
  readonly error?: string | undefined;
  /** Which of its pictures that was for, from 0. */
  readonly refused?: number | undefined;
  /** Bytes of its pictures that are on their way. */
  readonly sent?: number | undefined;
}

/** A channel, a thread in it, the gallery, perhaps with one work open, or the page about the program. */
export interface Route {
  readonly channel?: string | undefined;
  readonly thread?: string | undefined;
  /** The message in it that is to be shown. */
  readonly at?: string | undefined;
  readonly gallery?: boolean | undefined;
  readonly work?: string | undefined;
  readonly admin?: boolean | undefined;
}

/** Which works the gallery shows, and in which order. */
export interface GalleryView {
  readonly by: "date" | "favourites";
  readonly command?: string | undefined;
  readonly user?: WireWork["author"] | undefined;
  readonly style?: string | undefined;
  readonly look?: string | undefined;
  /** Typed words, all of which a work has. */
  readonly words?: string | undefined;
}

/** The gallery as far as it has been loaded. */
interface GalleryState {
  readonly view: GalleryView;
  readonly works: readonly WireWork[];
  readonly next?: string | undefined;
  readonly status: "idle" | "loading" | "ready" | "failed";
  readonly error?: string | undefined;
  /** The next page could not be loaded: it is asked for again when somebody says so. */
  readonly stalled?: boolean;
}

export interface State {
  readonly session?: WireSession;
  /** By how many milliseconds this computer's clock is ahead of the server's. */
  readonly ahead: number;
  readonly channels: readonly WireChannel[];
  /** These four by {@link timelineKey}. */
  readonly timelines: Readonly<Record<string, Timeline>>;
  readonly drafts: Readonly<Record<string, Draft>>;
  readonly pending: Readonly<Record<string, readonly Pending[]>>;
  /** The message that the next one in a timeline answers. */
  readonly replying: Readonly<Record<string, WireMessage | undefined>>;
  /** The newest answer to what one has set off with a button or a reaction, and its {@link timelineKey}. */
  readonly answered?: { readonly key: string; readonly id: string };
  /** The id of the message whose text is being changed. */
  readonly editing?: string | undefined;
  readonly route: Route;
  readonly connection: "connecting" | "open" | "lost";
  readonly rev: number;
  readonly toasts: readonly Toast[];
  /** How many dialogs are open, one over the other. */
  readonly dialogs: number;
  /** Threads with something unread, by their ids. */
  readonly news: Readonly<Record<string, WireNews>>;
  readonly alerts: AlertSettings;
  readonly overlay?: Overlay | undefined;
  readonly gallery: GalleryState;
  /** The work that is open, as soon as it has been loaded. */
  readonly work?: WireWorkDetail | undefined;
  /** Addresses of hidden images that have been asked for. */
  readonly revealed: ReadonlySet<string>;
  /** The channel list is open on a phone. */
  readonly drawer: boolean;
  /** The program's state while the page about it is open, and when it came by this computer's clock. */
  readonly admin?: { readonly state: WireAdmin; readonly receivedAt: number } | undefined;
  /** Why the chat could not be opened at all. */
  readonly fatal?: string;
}

/** What lies over the chat. */
export type Overlay =
  /** With a code that a link has brought. */
  | { readonly kind: "join"; readonly code: string }
  | { readonly kind: "devices" | "profile" | "channel" | "switcher" | "alerts" | "shortcuts" }
  | {
      readonly kind: "picture";
      readonly key: string;
      readonly message: string;
      readonly index: number;
      readonly compare?: boolean;
    }
  | { readonly kind: "emoji"; readonly message: WireMessage; readonly anchor: DOMRect }
  | { readonly kind: "person"; readonly person: WirePerson; readonly anchor: DOMRect }
  | {
      readonly kind: "menu";
      readonly message: WireMessage;
      readonly inThread: boolean;
      readonly anchor: DOMRect;
      /** Which of its pictures it was opened on, where on one. */
      readonly picture?: number | undefined;
    }
  /** The brush, on a picture of a message. */
  | {
      readonly kind: "mask";
      readonly message: WireMessage;
      readonly inThread: boolean;
      readonly picture: number;
    }
  | { readonly kind: "channel-tools"; readonly channel: string };

let state: State = {
  ahead: 0,
  channels: [],
  timelines: {},
  drafts: {},
  pending: {},
  replying: {},
  route: {},
  connection: "connecting",
  rev: 0,
  toasts: [],
  dialogs: 0,
  news: {},
  alerts: { sound: false, desktop: false },
  drawer: false,
  gallery: { view: { by: "date" }, works: [], status: "idle" },
  revealed: new Set(),
};
const listeners = new Set<() => void>();

export function getState(): State {
  return state;
}

export function setState(change: Partial<State>): void {
  state = { ...state, ...change };
  for (const listener of listeners) listener();
}

/** Resolves when the state is as wanted, or after a time, in milliseconds. */
export function until(isWanted: (state: State) => boolean, mostMs?: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      listeners.delete(check);
      resolve();
    };
    const check = () => isWanted(state) && end();
    const timer = mostMs === undefined ? undefined : setTimeout(end, mostMs);
    listeners.add(check);
    check();
  });
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

/** What a channel is called now; its id while it is not known. */
export const useChannelName = (id: string): string =>
  useStore(({ channels }) => channels.find((each) => each.id === id)?.name ?? id);

/** Whether one may keep people and channels in order here. */
export const useModerates = (): boolean =>
  useStore(({ session }) => session?.moderation === true && session.me.moderator);

export const timelineKey = (channel: string, thread?: string): string =>
  thread === undefined ? channel : `${channel}/${thread}`;

export function setTimeline(key: string, timeline: Timeline): void {
  setState({ timelines: { ...state.timelines, [key]: timeline } });
}

export function setReplying(key: string, message: WireMessage | undefined): void {
  setState({ replying: { ...state.replying, [key]: message } });
}

export function setMe(me: WireMe): void {
  if (state.session) setState({ session: { ...state.session, me } });
}
