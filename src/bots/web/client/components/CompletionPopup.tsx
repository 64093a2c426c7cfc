import { useEffect, useRef } from "preact/hooks";
import type { CompletionState } from "./useCompletion.js";

export function CompletionPopup({ id, completion }: { id: string; completion: CompletionState }) {
  const { items, selected, heading, help, example } = completion;
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  return (
    <div class="completion">
      <p class="completion-heading">{heading}</p>
      <div class="options" role="listbox" id={id} ref={list} aria-label={heading}>
        {items.map((item, index) => (
          <div
            key={item.label}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === selected}
            onMouseMove={() => index !== selected && completion.select(index)}
            // The message box keeps the focus.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => completion.choose(item)}
          >
            <strong>{item.label}</strong>
            <span>{item.detail}</span>
            {item.hint && <em>{item.hint}</em>}
          </div>
        ))}
      </div>
      {(help || example) && (
        <p class="completion-help">
          {help && <span>{help}</span>}
          {example && (
            <span>
              For instance <code>{example}</code>
            </span>
          )}
        </p>
      )}
    </div>
  );
}
