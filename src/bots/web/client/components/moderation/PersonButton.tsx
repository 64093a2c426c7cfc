import type { ComponentChildren } from "preact";
import type { WirePerson } from "../../../wire.js";
import { setState, useModerates } from "../../state/store.js";
import { sentence } from "../../text/sentences.js";
import { Button } from "../Button.js";

interface Props {
  readonly person: WirePerson;
  readonly class: string;
  readonly tabIndex?: number;
  readonly children: ComponentChildren;
}

/** A name or a face; for moderators a button that opens what they can do about the person. */
export function PersonButton({ person, class: look, tabIndex, children }: Props) {
  const moderates = useModerates();
  if (!moderates || person.bot) return <>{children}</>;
  return (
    <Button
      class={`person-button ${look}`}
      tabIndex={tabIndex}
      aria-label={sentence("moderate.open", person)}
      title={sentence("moderate.open", person)}
      onClick={({ currentTarget }) =>
        setState({ overlay: { kind: "person", person, anchor: currentTarget.getBoundingClientRect() } })
      }
    >
      {children}
    </Button>
  );
}
