import type { ButtonHTMLAttributes } from "preact";
import { useEffect, useState } from "preact/hooks";
import { sentence } from "../text/sentences.js";
import { Icon, type IconName } from "./Icon.js";

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly icon?: IconName | undefined;
  /** The icon's, in pixels. */
  readonly size?: number;
}

/** A button that submits no form. */
export function Button({ icon, size = 18, children, ...attributes }: Props) {
  return (
    <button type="button" {...attributes}>
      {icon && <Icon name={icon} size={size} />}
      {children}
    </button>
  );
}

/**
 * A button that shows an icon alone: its label is for screen readers and, with the key that does the same, its tooltip.
 */
export function IconButton({ label, shortcut: key, ...props }: Props & { label: string; shortcut?: string }) {
  return <Button class="quiet" aria-label={label} title={tooltip(label, key)} {...props} />;
}

export function tooltip(label: string, key: string | undefined): string {
  return key === undefined ? label : sentence("common.key", { label, key });
}

/** Runs what a button does; the button waits meanwhile. */
export function useBusy(): [boolean, (operation: () => Promise<void>) => void] {
  const [busy, setBusy] = useState(false);
  const run = async (operation: () => Promise<void>) => {
    setBusy(true);
    await operation();
    setBusy(false);
  };
  return [busy, (operation) => void run(operation)];
}

/** How long the second press may take. */
const SECOND_PRESS_MS = 4000;

/** For what cannot be undone: it is done at the second press. */
export function useSecondPress(action: () => void) {
  const [sure, setSure] = useState(false);
  useEffect(() => {
    if (!sure) return;
    const timer = setTimeout(() => setSure(false), SECOND_PRESS_MS);
    return () => clearTimeout(timer);
  }, [sure]);
  const press = () => {
    if (sure) action();
    setSure(!sure);
  };
  return { sure, press, forget: () => setSure(false) };
}
