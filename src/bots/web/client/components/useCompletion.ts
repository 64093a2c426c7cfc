import { useEffect, useMemo, useState } from "preact/hooks";
import type { WireCompletion } from "../../wire.js";
import { complete } from "../state/api.js";
import { getState, timelineKey, useStore } from "../state/store.js";
import { type Completing, completing, describeOption, quoteValue, rank } from "../text/slash.js";

interface CompletionItem {
  readonly label: string;
  readonly detail: string;
  /** Small print at the end: what kind of value, a range. */
  readonly hint: string;
  /** What replaces the typed word. */
  readonly insert: string;
}

export interface CompletionState {
  readonly items: readonly CompletionItem[];
  /** Index of the item that Enter takes; none when what was typed is complete already, so that Enter sends it. */
  readonly selected: number | undefined;
  readonly heading: string;
  /** Help for what is being typed, shown under the items. */
  readonly help: string;
  readonly example: string;
  onKeyDown(event: KeyboardEvent): boolean;
  choose(item: CompletionItem): void;
  select(index: number): void;
  close(): void;
  open(): void;
}

interface Input {
  readonly text: string;
  readonly caret: number;
  readonly channel: string;
  readonly thread: string | undefined;
  change(text: string, caret: number): void;
}

const askDelayMs = 120;
const mostItems = 12;

/** Completion of commands, options, values and names while one types in a message box. */
export function useCompletion({ text, caret, channel, thread, change }: Input): CompletionState {
  const commands = useStore((state) => state.session?.commands) ?? [];
  const [closedFor, setClosedFor] = useState<string>();
  const [focused, setFocused] = useState(true);
  const [moved, setMoved] = useState<{ text: string; index: number }>();
  const found = useMemo(() => completing(text, Math.min(caret, text.length), commands), [text, caret, commands]);
  const values = useValues(found, channel, thread);
  const shown = focused && found !== undefined && closedFor !== text;
  const items = shown ? itemsFor(found, values, channel, thread).slice(0, mostItems) : [];
  const selected =
    moved?.text === text && moved.index < items.length
      ? moved.index
      : isComplete(found, items)
        ? undefined
        : items.length > 0
          ? 0
          : undefined;

  const choose = (item: CompletionItem) => {
    if (!found) return;
    const rest = text.slice(found.end);
    const glue = item.insert.endsWith(":") || rest.startsWith(" ") ? "" : " ";
    const next = text.slice(0, found.start) + item.insert + glue;
    change(next + rest, next.length + (glue === "" && rest.startsWith(" ") && !item.insert.endsWith(":") ? 1 : 0));
  };
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (!shown) return false;
    const taken = ((): boolean => {
      switch (event.key) {
        case "ArrowDown":
        case "ArrowUp": {
          if (items.length === 0) return false;
          const from = selected ?? (event.key === "ArrowDown" ? -1 : items.length);
          setMoved({ text, index: (from + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length });
          return true;
        }
        case "Tab": {
          const item = items[selected ?? 0];
          if (!item || event.shiftKey) return false;
          choose(item);
          return true;
        }
        case "Enter": {
          const item = selected === undefined || event.shiftKey ? undefined : items[selected];
          if (!item) return false;
          choose(item);
          return true;
        }
        case "Escape":
          setClosedFor(text);
          return true;
        default:
          return false;
      }
    })();
    if (taken) event.preventDefault();
    return taken;
  };
  return {
    items,
    selected,
    heading: shown ? headingFor(found) : "",
    help: shown ? helpFor(found, items.length) : "",
    example: shown && "command" in found ? (found.command.examples[0] ?? "") : "",
    onKeyDown,
    choose,
    select: (index) => setMoved({ text, index }),
    close: () => setFocused(false),
    open: () => setFocused(true),
  };
}

function itemsFor(
  found: Completing,
  values: readonly WireCompletion[],
  channel: string,
  thread: string | undefined,
): CompletionItem[] {
  switch (found.kind) {
    case "command":
      return found.commands.map(({ name, help }) => ({
        label: `/${name}`,
        detail: help,
        hint: "",
        insert: `/${name}`,
      }));
    case "option":
      return found.options.map((option) => ({
        label: option.name,
        detail: option.help,
        hint: describeOption(option),
        insert: `${option.name}:`,
      }));
    case "value": {
      const typed = found.typed.replaceAll('"', "").toLowerCase();
      return values
        .filter(({ value, label }) => value.toLowerCase().includes(typed) || label.toLowerCase().includes(typed))
        .map(({ value, label }) => ({
          label: value,
          detail: label === value ? "" : label,
          hint: "",
          insert: quoteValue(value),
        }));
    }
    case "person": {
      const messages = getState().timelines[timelineKey(channel, thread)]?.messages ?? [];
      const users = new Map(messages.filter((message) => !message.author.bot).map(({ author }) => [author.id, author]));
      const named = rank([...users.values()], found.typed);
      return named.map(({ name }) => ({ label: `@${name}`, detail: "", hint: "", insert: `@${name}` }));
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
  if (found.kind === "command") return "Commands";
  if (found.kind === "person") return "People";
  return found.kind === "option"
    ? `/${found.command.name} · ${found.command.help}`
    : `${found.option.name} · ${found.option.help}`;
}

function helpFor(found: Completing, items: number): string {
  if (found.kind === "value") return describeOption(found.option);
  if (found.kind === "option") return items > 0 ? "" : "Nothing more to set here: press Enter to send.";
  return found.kind === "command" && items === 0 ? "No command has this name." : "";
}

const yesNo: readonly WireCompletion[] = [
  { value: "yes", label: "yes" },
  { value: "no", label: "no" },
];

/** An option's possible values: its choices, yes and no for a flag, or what the bot answers. */
function useValues(
  found: Completing | undefined,
  channel: string,
  thread: string | undefined,
): readonly WireCompletion[] {
  const [asked, setAsked] = useState<{ readonly for: string; readonly completions: readonly WireCompletion[] }>();
  const value = found?.kind === "value" ? found : undefined;
  const asks = value?.option.completes === true && !value.option.choices?.length;
  const question = asks && value ? `${value.command.name} ${value.option.name}` : undefined;
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
    }, askDelayMs);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [question, typed, channel, thread]);
  if (!value) return [];
  if (value.option.choices?.length) return value.option.choices;
  if (value.option.type === "flag") return yesNo;
  return asked !== undefined && asked.for === question ? asked.completions : [];
}
