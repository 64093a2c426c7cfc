import { useState } from "preact/hooks";
import { getState, type State, useStore } from "../state/store.js";
import { onlyTouches } from "../state/touch.js";
import { sentence } from "../text/sentences.js";
import { choosePicture } from "./Attachments.js";
import { Button, IconButton } from "./Button.js";

const STEPS = ["start", "own", "react"] as const;

/** By who has seen it: another person may come in with this browser. */
const keptAs = () => `tour ${getState().session?.me.id ?? ""}`;

function wasSeen(): boolean {
  try {
    return localStorage.getItem(keptAs()) !== null;
  } catch {
    // Storage is forbidden: to be shown it at each visit would be worse than never.
    return true;
  }
}

/** How far the person has come in a channel: the thread that a picture grows in comes after their line. */
function doneAlone({ session, timelines }: State, channel: string): number {
  const { messages = [] } = timelines[channel] ?? {};
  const own = messages.filter(({ author }) => author.id === session?.me.id);
  const line = messages.findIndex((each) => own.includes(each) && each.text.startsWith("/"));
  if (line < 0 || !messages.slice(line).some(({ author, hasThread }) => author.bot && hasThread !== undefined))
    return 0;
  return own.some(({ pictures }) => pictures.length > 0) ? 2 : 1;
}

/** Whether the newest picture there is the sample, with its buttons; others may have come long ago. */
function isAtSample({ timelines }: State, channel: string): boolean {
  const { messages = [] } = timelines[channel] ?? {};
  return (
    messages.findLast(({ pictures }) => pictures.length > 0)?.buttons.some(({ id }) => id.startsWith("line:")) === true
  );
}

/** Three hints for those who come in for the first time, in the channel that they find themselves in. */
export function Tour({ channel }: { channel: string }) {
  const first = useStore((state) => state.channels[0]?.id === channel);
  const [reached, setStep] = useState<number | undefined>(() => (wasSeen() ? undefined : 0));
  const step = useStore((state) => (reached === undefined ? undefined : Math.max(reached, doneAlone(state, channel))));
  const atSample = useStore((state) => isAtSample(state, channel));
  const name = step === undefined ? undefined : STEPS[step];
  if (!first || step === undefined || name === undefined) return null;
  const end = () => {
    setStep(undefined);
    localStorage.setItem(keptAs(), "seen");
  };
  const last = step === STEPS.length - 1;
  const later = name === "start" && !atSample;
  const touch = name === "own" && onlyTouches();
  const hint = later ? "tour.start.hint.later" : touch ? "tour.own.hint.touch" : (`tour.${name}.hint` as const);
  return (
    <aside class="tour" aria-label={sentence("tour.label")}>
      <p aria-live="polite">
        <strong>{sentence(`tour.${name}`)}</strong> {sentence(hint)}
      </p>
      {(later || name === "own") && (
        <Button class="button small primary" icon="image" onClick={choosePicture}>
          {sentence("tour.own.add")}
        </Button>
      )}
      <Button class="button small" onClick={() => (last ? end() : setStep(step + 1))}>
        {last ? sentence("tour.end") : sentence("tour.next", { step: step + 1, steps: STEPS.length })}
      </Button>
      <IconButton icon="close" size={16} label={sentence("tour.dismiss")} onClick={end} />
    </aside>
  );
}
