import { Fragment } from "preact";
import type { WireButton } from "../../wire.js";
import { Button } from "./Button.js";

interface Props {
  readonly buttons: readonly WireButton[];
  readonly label: string;
  readonly isBusy: (id: string) => boolean;
  readonly onPress: (id: string) => unknown;
}

/** What the bot offers to do with a message or a work. */
export function ButtonRows({ buttons, label: all, isBusy, onPress }: Props) {
  return (
    <div class="buttons" role="group" aria-label={all}>
      {buttons.map(({ id, label, emoji, style, startsRow }) => (
        <Fragment key={id}>
          {startsRow && <span class="row-end" />}
          <Button class={`button small ${style}`} disabled={isBusy(id)} onClick={() => void onPress(id)}>
            {emoji && <span aria-hidden="true">{emoji}</span>}
            {label}
          </Button>
        </Fragment>
      ))}
    </div>
  );
}
