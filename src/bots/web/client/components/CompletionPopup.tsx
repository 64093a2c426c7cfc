import { sentence } from "../text/sentences.js";
import { Button } from "./Button.js";
import { Options } from "./Options.js";
import type { CompletionState } from "./useCompletion.js";

/** Examples that are shown at once. */
const MOST_EXAMPLES = 3;

export function CompletionPopup(props: { id: string; completion: CompletionState; fill: (line: string) => void }) {
  const { id, completion, fill } = props;
  const { items, selected, heading, help, examples } = completion;
  return (
    <div class="completion">
      <p class="completion-heading">{heading}</p>
      <Options
        key={heading}
        id={id}
        label={heading}
        items={items}
        keyOf={({ key }) => key}
        selected={selected}
        onSelect={completion.select}
        onChoose={completion.choose}
      >
        {({ label, detail, hint, picture }) => (
          <>
            {picture && <img src={picture} alt="" width={44} height={44} loading="lazy" />}
            <strong>{label}</strong>
            <span>{detail}</span>
            {hint && <em>{hint}</em>}
          </>
        )}
      </Options>
      {(help || examples.length > 0) && (
        <div class="completion-help">
          {help && <span>{help}</span>}
          {examples.length > 0 && (
            <div role="group" aria-label={sentence("completion.examples")}>
              {examples.slice(0, MOST_EXAMPLES).map((line) => (
                <Button
                  key={line}
                  class="example"
                  tabIndex={-1}
                  // The message box keeps the focus, and its list stays open.
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={() => fill(line)}
                >
                  <code>{line}</code>
                </Button>
              ))}
            </div>
          )}
        </div>
      )}
    </div>
  );
}
