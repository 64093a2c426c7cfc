import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { setState } from "../state/store.js";

export function closeOverlay(): void {
  setState({ overlay: undefined });
}

/** A modal layer. The browser's own dialog keeps the focus inside, closes on Esc, and gives the focus back. */
export function Dialog({
  label,
  class: name,
  style,
  children,
}: {
  label: string;
  class: string;
  style?: Readonly<Record<string, string>>;
  children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={name}
      style={style}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        closeOverlay();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) closeOverlay();
      }}
    >
      {children}
    </dialog>
  );
}
