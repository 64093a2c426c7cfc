import { useEffect, useRef } from "preact/hooks";
import type { WireMessage } from "../../wire.js";
import { askAbout, removeMessage, startReply } from "../state/actions.js";
import { mayBeDrawnOn } from "../state/masks.js";
import { go, hrefOf } from "../state/route.js";
import { type Overlay, setState, timelineKey, useStore } from "../state/store.js";
import { toast } from "../state/toasts.js";
import { sentence } from "../text/sentences.js";
import { Button, useSecondPress } from "./Button.js";
import { closeOverlay, Dialog } from "./Dialog.js";
import { Icon, type IconName } from "./Icon.js";
import { pictureBefore } from "./Lightbox.js";
import { copyText } from "./Markdown.js";
import { mayEdit } from "./MessageEditor.js";
import { placeBeside } from "./place-beside.js";

/** A finger that rests so long opens it. */
const LONG_PRESS_MS = 500;
const LONG_PRESS_PX = 10;
const SIZE = { width: 236, height: 450 };

/** @param picture which of its pictures is meant, from 0; left out where none is pointed at */
export function openMenu(message: WireMessage, inThread: boolean, anchor: DOMRect, picture?: number): void {
  setState({ overlay: { kind: "menu", message, inThread, anchor, picture } });
}

/** All that can be done with a message: opened by a right click, a long press, or the button "More". */
export function MessageMenu({ message, inThread, anchor, picture: meant }: Extract<Overlay, { kind: "menu" }>) {
  const me = useStore((state) => state.session?.me);
  const index = meant ?? 0;
  const picture = message.pictures[index];
  const origin = picture && pictureBefore(picture);
  const line = lineIn(message.text);
  const { id, channel, thread } = message;
  const mayRemove = me?.moderator || message.author.id === me?.id || message.private;
  const key = timelineKey(channel, inThread ? (thread ?? id) : undefined);
  const compare = () => setState({ overlay: { kind: "picture", key, message: id, index, compare: true } });
  const act = (action: () => unknown) => () => {
    closeOverlay();
    action();
  };
  const copy = (text: string) => act(() => void copyText(text).then(() => toast(sentence("common.copied"))));
  const about = { inThread, picture: meant };
  // Of several the brush itself lets one choose.
  const drawn = meant ?? firstDrawn(message);
  const draw = () => setState({ overlay: { kind: "mask", message, inThread, picture: drawn } });
  const edit = () => setState({ editing: id });
  return (
    <Dialog label={sentence("message.menu")} class="message-menu" style={placeBeside(anchor, SIZE)}>
      {origin && <Item icon="compare" label="picture.compare" onClick={compare} />}
      {picture && (
        <a href={picture.url} download={picture.name} onClick={closeOverlay}>
          <Icon name="download" size={18} /> {sentence("common.download")}
        </a>
      )}
      {picture && <Item icon="gallery" label="message.made" onClick={act(() => askAbout("made", message, about))} />}
      {line !== undefined && <Item icon="copy" label="message.line" onClick={copy(line)} />}
      <Item icon="link" label="message.link" onClick={copy(addressOf(message))} />
      <Item icon="reply" label="message.reply" onClick={act(() => startReply(message, inThread))} />
      {!inThread && !message.private && (
        <Item icon="thread" label="message.thread" onClick={act(() => go(channel, id))} />
      )}
      {picture && !message.private && (
        <Item icon="eye" label="message.see" onClick={act(() => askAbout("see", message, about))} />
      )}
      {mayBeDrawnOn(message, message.pictures[drawn]) && <Item icon="brush" label="message.draw" onClick={draw} />}
      {mayEdit(message) && <Item icon="pen" label="message.edit" onClick={act(edit)} />}
      {mayRemove && <Remove message={message} />}
    </Dialog>
  );
}

interface ItemProps {
  readonly icon: IconName;
  readonly label:
    | "picture.compare"
    | "message.made"
    | "message.line"
    | "message.link"
    | "message.reply"
    | "message.thread"
    | "message.see"
    | "message.draw"
    | "message.edit";
  readonly onClick: () => void;
}

function Item({ icon, label, onClick }: ItemProps) {
  return (
    <Button icon={icon} onClick={onClick}>
      {sentence(label)}
    </Button>
  );
}

function Remove({ message }: { message: WireMessage }) {
  const { sure, press } = useSecondPress(() => {
    closeOverlay();
    void removeMessage(message);
  });
  return (
    <Button icon="trash" class="danger" onClick={press}>
      {sentence(sure ? "message.delete.sure" : "message.delete")}
    </Button>
  );
}

function firstDrawn(message: WireMessage): number {
  return message.pictures.findIndex((picture) => mayBeDrawnOn(message, picture));
}

/** The command line in a message, as a person types it. */
function lineIn(text: string): string | undefined {
  if (/^\/\p{L}/u.test(text)) return text;
  return /```\n(\/[^`]+)\n```/.exec(text)?.[1] ?? /`(\/\p{L}[^`]*)`/u.exec(text)?.[1];
}

function addressOf({ channel, thread, id }: WireMessage): string {
  return new URL(hrefOf(channel, thread, id), window.location.href).href;
}

/** Right clicks and long presses on a message. Text that is chosen, links and boxes keep the browser's own menu. */
export function useMenuGesture(message: WireMessage, inThread: boolean) {
  const article = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = article.current;
    if (!element) return;
    const { signal, abort } = controlled();
    let timer: number | undefined;
    let start: { readonly x: number; readonly y: number } | undefined;
    let opened = false;
    const end = () => clearTimeout(timer);
    const open = (x: number, y: number, target: EventTarget | null) => {
      end();
      const frames = [...element.querySelectorAll(".frame")];
      const picture = frames.findIndex((frame) => target instanceof Node && frame.contains(target));
      openMenu(message, inThread, new DOMRect(x, y, 0, 0), picture < 0 ? undefined : picture);
    };
    const onMenu = (event: MouseEvent) => {
      if (!isFree(event.target)) return;
      event.preventDefault();
      open(event.clientX, event.clientY, event.target);
    };
    const onDown = ({ pointerType, clientX: x, clientY: y, target }: PointerEvent) => {
      end();
      opened = false;
      if (pointerType !== "touch" || !isFree(target)) return;
      start = { x, y };
      timer = window.setTimeout(() => {
        opened = true;
        open(x, y, target);
      }, LONG_PRESS_MS);
    };
    // The finger that has opened the menu presses nothing in it, nor closes it, when it is lifted.
    const onLift = (event: TouchEvent) => opened && event.preventDefault();
    const onMove = ({ clientX, clientY }: PointerEvent) => {
      if (start && Math.hypot(clientX - start.x, clientY - start.y) > LONG_PRESS_PX) end();
    };
    element.addEventListener("contextmenu", onMenu, { signal });
    element.addEventListener("pointerdown", onDown, { signal });
    element.addEventListener("pointermove", onMove, { signal });
    element.addEventListener("touchend", onLift, { signal, passive: false });
    for (const name of ["pointerup", "pointercancel"] as const) element.addEventListener(name, end, { signal });
    return () => {
      end();
      abort();
    };
  }, [message, inThread]);
  return article;
}

function controlled() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

function isFree(target: EventTarget | null): boolean {
  const kept = target instanceof Element && target.closest("a:not(.frame-tool, .thread-card), input, textarea");
  return !kept && window.getSelection()?.isCollapsed !== false;
}
