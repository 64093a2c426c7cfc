import type { ComponentChildren } from "preact";
import { sentence } from "../text/sentences.js";
import { Button } from "./Button.js";
import { closeOverlay, Dialog } from "./Dialog.js";

interface DoneDialogProps {
  readonly title: string;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** A dialog whose changes count at once, or that only tells something: it ends with "Done". */
export function DoneDialog({ title, class: kind = "", children }: DoneDialogProps) {
  return (
    <Dialog label={title} class={`sheet ${kind}`.trim()}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          closeOverlay();
        }}
      >
        <h2>{title}</h2>
        {children}
        <div class="sheet-actions">
          <Button type="submit" class="button primary">
            {sentence("common.done")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
