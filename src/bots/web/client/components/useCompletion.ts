import { useEffect, useMemo, useState } from "preact/hooks";
import type { WireCompletion } from "../../wire.js";
import { complete } from "../state/api.js";
import { getState, type TimelineRef, timelineKey, useStore } from "../state/store.js";
import { sentence } from "../text/sentences.js";
import { type Completing, completing, describeOption, quoteValue, rank } from "../text/slash.js";
import { arrowStep } from "./Options.js";

interface CompletionItem {
  readonly label: string;
  readonly detail?: string;
  /** Small print at the end: what kind of value, a range. */
  readonly hint?: string;
  /** What replaces the typed word. */
  readonly insert: string;
}

interface Input extends TimelineRef {
  readonly text: string;
  readonly caret: number;
  change(text: string, caret: number): void;
}

const ASK_DELAY_MS = 120;
const MOST_ITEMS = 12;

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
  const items = shown ? itemsFor(shown, values, timeline).slice(0, MOST_ITEMS) : [];
  const chosen = moved?.text === text && moved.index < items.length ? moved.index : undefined;
  // None where what was typed is complete already, so that Enter sends it.
  const selected = chosen ?? (items.length === 0 || isComplete(found, items) ? undefined : 0);

  const select = (index: number) => setMoved({ text, index });
  const choose = ({ insert }: CompletionItem) => {
    if (found) change(...replaceWord(text, found, insert));
  };
  /** @returns whether the key was for the completion. */
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (!shown) return false;
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
    heading: shown ? headingFor(shown) : "",
    help: shown ? helpFor(shown, items.length) : "",
    example: (shown && "command" in shown && shown.command.examples[0]) || "",
    onKeyDown,
    choose,
    select,
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

function itemsFor(
  found: Completing,
  values: readonly WireCompletion[],
  { channel, thread }: TimelineRef,
): CompletionItem[] {
  switch (found.kind) {
    case "command":
      return found.commands.map(({ name, help }) => ({ label: `/${name}`, detail: help, insert: `/${name}` }));
    case "option":
      return found.options.map((option) => {
        const { name, help } = option;
        return { label: name, detail: help, hint: describeOption(option), insert: `${name}:` };
      });
    case "value": {
      const typed = found.typed.replaceAll('"', "").toLowerCase();
      return values
        .filter(({ value, label }) => value.toLowerCase().includes(typed) || label.toLowerCase().includes(typed))
        .map(({ value, label }) => {
          return { label: value, detail: label === value ? "" : label, insert: quoteValue(value) };
        });
    }
    case "person": {
      const messages = getState().timelines[timelineKey(channel, thread)]?.messages ?? [];
      const users = new Map(messages.filter(({ author }) => !author.bot).map(({ author }) => [author.id, author]));
      return rank([...users.values()], found.typed).map(({ name }) => ({ label: `@${name}`, insert: `@${name}` }));
    }
  }
}

/** Enter must send `/dream` and `/dream look:creatures` at once, not complete what is complete. */
function isComplete(found: Completing | undefined, items: readonly CompletionItem[]): boolean {
  switch (found?.kind) {
    case "command":
      return found.commands.some((command) => command.name === found.typed.toLowerCase());
    case "option":
      return found.typed === "";
    case "value":
      return found.typed === ""
        ? !found.option.choices?.length
        : items.some((item) => item.insert.toLowerCase() === found.typed.toLowerCase());
    case "person":
      return found.typed === "" || items.some((item) => item.insert === `@${found.typed.trim()}`);
    default:
      return true;
  }
}

function headingFor(found: Completing): string {
  if (found.kind === "command") return sentence("completion.commands");
  if (found.kind === "person") return sentence("completion.people");
  const { name, help } = found.kind === "option" ? found.command : found.option;
  return `${found.kind === "option" ? "/" : ""}${name} · ${help}`;
}

function helpFor(found: Completing, items: number): string {
  if (found.kind === "value") return describeOption(found.option);
  if (items > 0 || found.kind === "person") return "";
  return sentence(found.kind === "option" ? "completion.nothing" : "completion.unknown");
}

/** An option's possible values: its choices, yes and no for a flag, or what the bot answers. */
function useValues(found: Completing | undefined, { channel, thread }: TimelineRef): readonly WireCompletion[] {
  const [asked, setAsked] = useState<{ readonly for: string; readonly completions: readonly WireCompletion[] }>();
  const value = found?.kind === "value" ? found : undefined;
  const choices = value?.option.choices ?? [];
  const asks = value?.option.completes === true && choices.length === 0;
  const question = asks ? `${value.command.name} ${value.option.name}` : undefined;
  const typed = value?.typed.replaceAll('"', "") ?? "";
  useEffect(() => {
    if (question === undefined || !value) return;
    let current = true;
    const request = { command: value.command.name, option: value.option.name, typed, channel, thread };
    const timer = setTimeout(() => {
      // Without an answer one can still type the value.
      complete(request).then(
        (completions) => current && setAsked({ for: question, completions }),
        () => undefined,
      );
    }, ASK_DELAY_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [question, typed, channel, thread]);
  if (choices.length > 0) return choices;
  if (value?.option.type === "flag")
    return (["yes", "no"] as const).map((each) => ({ value: each, label: sentence(`completion.${each}`) }));
  return question !== undefined && asked?.for === question ? asked.completions : [];
}
