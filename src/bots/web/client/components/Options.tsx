import type { ComponentChildren, InputHTMLAttributes } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "./Icon.js";

interface Props<T> {
  readonly id: string;
  readonly label: string;
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  readonly selected: number | undefined;
  readonly onSelect: (index: number) => void;
  readonly onChoose: (item: T) => void;
  readonly children: (item: T) => ComponentChildren;
  readonly empty?: ComponentChildren;
}

/**
 * A list to choose from while an input keeps the focus: that one names `id` in aria-controls and {@link optionId} as
 * active.
 */
export function Options<T>({ id, label, items, keyOf, selected, onSelect, onChoose, children, empty }: Props<T>) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  return (
    <div class="options" role="listbox" id={id} ref={list} aria-label={label}>
      {items.map((item, index) => (
        <div
          key={keyOf(item)}
          id={optionId(id, index)}
          role="option"
          tabIndex={-1}
          aria-selected={index === selected}
          onMouseMove={() => index !== selected && onSelect(index)}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(item)}
        >
          {children(item)}
        </div>
      ))}
      {items.length === 0 && empty}
    </div>
  );
}

export function optionId(list: string, index: number | undefined): string | undefined {
  return index === undefined ? undefined : `${list}-${index}`;
}

/** How far an arrow key moves in a list; undefined for other keys. */
export function arrowStep({ key }: KeyboardEvent): number | undefined {
  return key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : undefined;
}

type SearchProps = InputHTMLAttributes<HTMLInputElement> & {
  readonly label: string;
  readonly change: (text: string) => void;
};

/** Where one types what to find in a list below. */
export function SearchInput({ label, change, children, ...attributes }: SearchProps) {
  return (
    <label class="switcher-input">
      <Icon name="search" />
      {children}
      <input
        autoFocus
        placeholder={label}
        aria-label={label}
        onInput={(event) => change(event.currentTarget.value)}
        {...attributes}
      />
    </label>
  );
}
