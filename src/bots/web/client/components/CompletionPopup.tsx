import { sentence } from "../text/sentences.js";
import { Options } from "./Options.js";
import type { CompletionState } from "./useCompletion.js";

export function CompletionPopup({ id, completion }: { id: string; completion: CompletionState }) {
  const { items, selected, heading, help, example } = completion;
  return (
    <div class="completion">
      <p class="completion-heading">{heading}</p>
      <Options
        id={id}
        label={heading}
        items={items}
        keyOf={({ label }) => label}
        selected={selected}
        onSelect={completion.select}
        onChoose={completion.choose}
      >
        {({ label, detail, hint }) => (
          <>
            <strong>{label}</strong>
            <span>{detail}</span>
            {hint && <em>{hint}</em>}
          </>
        )}
      </Options>
      {(help || example) && (
        <p class="completion-help">
          {help && <span>{help}</span>}
          {example && (
            <span>
              {sentence("completion.example")} <code>{example}</code>
            </span>
          )}
        </p>
      )}
    </div>
  );
}
