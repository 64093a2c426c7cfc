import type { WireCommand, WireCommandOption, WireCompletion } from "../../wire.js";
import { previewUrl } from "../state/api.js";
import { getState, type TimelineRef } from "../state/store.js";
import { searchEmoji } from "../text/emoji.js";
import { sentence } from "../text/sentences.js";
import { type Completing, describeOption, nothingLeft, quoteValue, rank } from "../text/slash.js";

export interface CompletionItem {
  /** Differs from all others in the list. */
  readonly key: string;
  readonly label: string;
  readonly detail?: string;
  /** Small print at the end: what kind of value, a range. */
  readonly hint?: string;
  /** What replaces the typed word. */
  readonly insert: string;
  /** Address of a picture of what it would give. */
  readonly picture?: string | undefined;
}

/** An option whose values may stand where one types. */
interface Asked {
  readonly command: WireCommand;
  readonly option: WireCommandOption;
  readonly typed: string;
}

export function askedFor(found: Completing | undefined): Asked | undefined {
  if (found?.kind === "value") return { ...found, typed: found.typed.replaceAll('"', "") };
  if (found?.kind !== "option" || !found.bare) return undefined;
  return { command: found.command, option: found.bare, typed: found.typed.replaceAll('"', "") };
}

export function itemsFor(
  found: Completing,
  values: readonly WireCompletion[],
  timeline: TimelineRef,
): readonly CompletionItem[] {
  switch (found.kind) {
    case "command":
      return found.commands.map(({ name, help }) => {
        return { key: name, label: `/${name}`, detail: help, insert: `/${name}` };
      });
    case "option": {
      const unused = values.filter(({ value }) => !found.used.has(value.toLowerCase()));
      const bare = valueItems(askedFor(found), unused, timeline);
      const options = found.options.map((option) => {
        const { name, help } = option;
        return { key: `${name}:`, label: name, detail: help, hint: describeOption(option), insert: `${name}:` };
      });
      return [...bare, ...options.filter(({ label }) => label !== found.bare?.name || bare.length === 0)];
    }
    case "value":
      return valueItems(askedFor(found), values, timeline);
    case "person":
      return rank(knownPeople(), found.typed).map(({ id, name }) => {
        return { key: id, label: `@${name}`, insert: `@${name}` };
      });
    case "channel":
      return rank(getState().channels, found.typed).map(({ id, name, topic }) => {
        return { key: id, label: `#${name}`, detail: topic, insert: `#${name}` };
      });
    case "emoji":
      return searchEmoji(found.typed.replaceAll(/[_-]/g, " ")).map(({ char, words }) => {
        return { key: char, label: char, detail: words, insert: char };
      });
  }
}

/** An option's values that go on with what was typed, those that begin so first. */
function valueItems(
  asked: Asked | undefined,
  values: readonly WireCompletion[],
  { channel, thread }: TimelineRef,
): readonly CompletionItem[] {
  if (!asked) return [];
  const typed = asked.typed.toLowerCase();
  const [command, option] = [asked.command.name, asked.option.name];
  const named = values.map((each) => ({ ...each, name: each.value }));
  const begun = rank(named, typed);
  const described = named.filter((each) => !begun.includes(each) && each.label.toLowerCase().includes(typed));
  return [...begun, ...described].map(({ value, label, preview }) => ({
    key: value,
    label: value,
    detail: label === value ? "" : label,
    insert: quoteValue(value),
    picture: preview ? previewUrl({ command, option, value, channel, thread }) : undefined,
  }));
}

/** The bot, and everybody whose messages are loaded here. */
function knownPeople() {
  const { timelines, session } = getState();
  const authors = Object.values(timelines).flatMap(({ messages }) => messages.map(({ author }) => author));
  const people = new Map([...(session ? [session.bot] : []), ...authors].map((each) => [each.id, each]));
  return [...people.values()].filter(({ id }) => id !== session?.me.id);
}

/** Enter must send `/dream` and `/dream look:creatures` at once, not complete what is complete. */
export function isComplete(found: Completing | undefined, items: readonly CompletionItem[]): boolean {
  switch (found?.kind) {
    case "command":
      return found.commands.some((command) => command.name === found.typed.toLowerCase());
    case "option":
      return found.typed === "" || items.some((item) => item.insert.toLowerCase() === found.typed.toLowerCase());
    case "value":
      return found.typed === ""
        ? !found.option.choices?.length
        : items.some((item) => item.insert.toLowerCase() === found.typed.toLowerCase());
    case "person":
    case "channel":
      return found.typed === "" || items.some((item) => item.insert.slice(1) === found.typed.trim());
    case "emoji":
      return false;
    default:
      return true;
  }
}

export function headingFor(found: Completing): string {
  switch (found.kind) {
    case "command":
      return sentence("completion.commands");
    case "person":
      return sentence("completion.people");
    case "channel":
      return sentence("nav.channels");
    case "emoji":
      return sentence("completion.emoji");
    case "option":
      return `/${found.command.name} · ${found.command.help}`;
    case "value":
      return `${found.option.name} · ${found.option.help}`;
  }
}

export function helpFor(found: Completing, items: number): string {
  if (found.kind === "value") return describeOption(found.option);
  if (items > 0 || (found.kind !== "option" && found.kind !== "command")) return "";
  if (found.kind === "command") return sentence("completion.unknown");
  return nothingLeft(found) ? sentence("completion.nothing") : "";
}
