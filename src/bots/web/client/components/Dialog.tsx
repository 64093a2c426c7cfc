import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { getState, setState } from "../state/store.js";
import { Toasts } from "./Toasts.js";

export function closeOverlay(): void {
  setState({ overlay: undefined });
}

interface Props {
  readonly label: string;
  readonly class: string;
  readonly style?: Readonly<Record<string, string>>;
  readonly onClose?: () => void;
  readonly children: ComponentChildren;
}

/** A modal layer. The browser's own dialog keeps the focus inside, closes on Esc, and gives the focus back. */
export function Dialog({ label, class: name, style, onClose = closeOverlay, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [depth, setDepth] = useState<number>();
  // Before the next key: what one types right after opening it belongs in it.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    const dialogs = getState().dialogs + 1;
    setState({ dialogs });
    setDepth(dialogs);
    return () => {
      element?.close();
      setState({ dialogs: getState().dialogs - 1 });
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={name}
      style={style}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      {children}
      {depth !== undefined && <Toasts depth={depth} />}
    </dialog>
  );
}
