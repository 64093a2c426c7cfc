import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { WireCompletion } from "../../wire.js";
import { complete } from "../state/api.js";
import { type TimelineRef, useStore } from "../state/store.js";
import { sentence } from "../text/sentences.js";
import { type Completing, completing } from "../text/slash.js";
import { askedFor, type CompletionItem, headingFor, helpFor, isComplete, itemsFor } from "./completion-items.js";
import { arrowStep } from "./Options.js";

interface Input extends TimelineRef {
  readonly text: string;
  readonly caret: number;
  change(text: string, caret: number): void;
}

const ASK_DELAY_MS = 120;

export type CompletionState = ReturnType<typeof useCompletion>;

/** Completion of commands, options, values and names while one types in a message box. */
export function useCompletion({ text, caret, change, ...timeline }: Input) {
  const commands = useStore((state) => state.session?.commands) ?? [];
  const [closedFor, setClosedFor] = useState<string>();
  const [focused, setFocused] = useState(true);
  const [moved, setMoved] = useState<{ text: string; index: number }>();
  const found = useMemo(() => completing(text, Math.min(caret, text.length), commands), [text, caret, commands]);
  const values = useValues(found, timeline);
  const shown = focused && closedFor !== text ? found : undefined;
  const items = shown ? itemsFor(shown, values, timeline) : [];
  const chosen = moved?.text === text && moved.index < items.length ? moved.index : undefined;
  // None where what was typed is complete already, so that Enter sends it.
  const selected = chosen ?? (items.length === 0 || isComplete(found, items) ? undefined : 0);
  const completed = useRef<string | undefined>(undefined);

  const select = (index: number) => setMoved({ text, index });
  const choose = ({ insert }: CompletionItem) => {
    if (!found) return;
    const [line, at] = replaceWord(text, found, insert);
    completed.current = line.slice(0, at);
    change(line, at);
  };
  /** @returns whether the key was for the completion. */
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (!shown || event.ctrlKey || event.metaKey || event.altKey) return false;
    const step = arrowStep(event);
    const takes = event.key === "Tab" ? (selected ?? 0) : event.key === "Enter" ? selected : undefined;
    const taken = takes === undefined ? undefined : items[takes];
    if (step !== undefined && items.length > 0) {
      const from = selected ?? (step > 0 ? -1 : items.length);
      select((from + step + items.length) % items.length);
    } else if (taken && !event.shiftKey) choose(taken);
    else if (event.key === "Escape") setClosedFor(text);
    else return false;
    event.preventDefault();
    return true;
  };
  return {
    items,
    selected,
    found,
    heading: shown ? headingFor(shown) : "",
    help: shown ? helpFor(shown, items.length) : "",
    examples: (shown && "command" in shown && shown.command.examples) || [],
    onKeyDown,
    choose,
    select,
    /** What was typed, without the space that a completion has put before a colon: `winter :0.3`. */
    joined: (typed: string): string => {
      const before = completed.current;
      if (!before?.endsWith(" ") || !typed.startsWith(`${before}:`)) return typed;
      return `${before.slice(0, -1)}${typed.slice(before.length)}`;
    },
    dismiss: (line: string) => setClosedFor(line),
    close: () => setFocused(false),
    open: () => setFocused(true),
  };
}

/** The text with the word under the caret replaced, and where the caret is then. */
function replaceWord(text: string, { start, end }: Completing, insert: string): [text: string, caret: number] {
  const rest = text.slice(end);
  const before = text.slice(0, start) + insert;
  if (insert.endsWith(":")) return [before + rest, before.length];
  return [`${before} ${rest.replace(/^ /, "")}`, before.length + 1];
}

/** An option's possible values: its choices, yes and no for a flag, or what the bot answers. */
function useValues(found: Completing | undefined, { channel, thread }: TimelineRef): readonly WireCompletion[] {
  const [answer, setAnswer] = useState<{ readonly for: string; readonly completions: readonly WireCompletion[] }>();
  const asked = askedFor(found);
  const choices = asked?.option.choices ?? [];
  const asks = asked?.option.completes !== undefined && choices.length === 0;
  const question = asks ? `${asked.command.name} ${asked.option.name}` : undefined;
  const typed = asked?.typed ?? "";
  useEffect(() => {
    if (question === undefined || !asked) return;
    let current = true;
    const request = { command: asked.command.name, option: asked.option.name, typed, channel, thread };
    const timer = setTimeout(() => {
      // Without an answer one can still type the value.
      complete(request).then(
        (completions) => current && setAnswer({ for: question, completions }),
        () => undefined,
      );
    }, ASK_DELAY_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [question, typed, channel, thread]);
  if (choices.length > 0) return choices;
  if (asked?.option.type === "flag" && found?.kind === "value")
    return (["yes", "no"] as const).map((each) => ({ value: each, label: sentence(`completion.${each}`) }));
  return question !== undefined && answer?.for === question ? answer.completions : [];
}
