/** What is wrong with the words that a page shows, as far as a program can tell. */
import type { Page } from "playwright-core";
import { english as onPage } from "../../../src/bots/web/client/text/english.js";
import { english as fromServer } from "../../../src/shared/sentences/english.js";

interface Shown {
  /** Each run of text that is shown, and what is read aloud or shown over something. */
  readonly texts: readonly string[];
  /** What stands on or over what can be pressed, and over groups of it. */
  readonly labels: readonly string[];
  /** Paragraphs that the page itself says. */
  readonly paragraphs: readonly string[];
}

const IDENTIFIERS = new Set([...Object.keys(onPage), ...Object.keys(fromServer)]);
/** A value that was not there, a place that was not filled in, dots for an ellipsis, a space too many. */
const BROKEN = /\b(undefined|NaN)\b|\[object |\{[a-z][\w-]*\}|\.\.\.|[^\s.] {2,}[\p{L}\p{N}]| [,;!?](\s|$)/u;
/** Buttons say what to do, not what they do; these words have others now. */
const DESCRIBED = /^(Deletes|Cancels|Resets|Removes|Hides|Shows|Opens|Sends|Throw away|Answers)\b/;
/** Lines, files and styles are shown as they are called. */
const CALLED = /^[/#@:]|^[\w-]+(\.\w+)?$|^[a-z]+: /;

async function shownOn(page: Page): Promise<Shown> {
  return page.evaluate(`(() => {
    const isShown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    const all = [...document.body.querySelectorAll("*")].filter(isShown);
    const typed = "pre, code, textarea, script, style, .markdown";
    const runs = all
      .filter((element) => !element.closest("pre, code, textarea, script, style"))
      .flatMap((element) => [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE))
      .map((node) => node.data);
    const attributes = ["aria-label", "title", "placeholder", "alt"];
    const told = all.flatMap((element) => attributes.map((name) => element.getAttribute(name)).filter(Boolean));
    // Emoji are called by the words that they are found by, people as they like.
    const typedOrCalled = typed + ", .emoji-grid, .me-name";
    const pressed = "button, [role=button], [role=tab], summary, legend, h1, h2, h3";
    const labelled = all.filter((element) => element.matches(pressed) && !element.closest(typedOrCalled));
    const labels = labelled.flatMap((element) => [element.innerText, element.getAttribute("aria-label") ?? ""]);
    const paragraphs = all
      .filter((element) => element.matches("p") && !element.closest(typed))
      .map((element) => element.innerText);
    const trimmed = (texts) => [...new Set(texts.map((text) => text.trim()).filter((text) => text !== ""))];
    return { texts: trimmed([...runs, ...told]), labels: trimmed(labels), paragraphs: trimmed(paragraphs) };
  })()`);
}

/** Each fault with the state that it was found in. */
export async function wordFaults(page: Page, state: string): Promise<readonly string[]> {
  return faultsOf(await shownOn(page)).map((fault) => `${state}: ${fault}`);
}

export function faultsOf({ texts, labels, paragraphs }: Shown): readonly string[] {
  const lower = (label: string) => /^\p{Ll}/u.test(label) && !CALLED.test(label);
  // Several sentences end as one does, or in a line to copy.
  const unended = (text: string) => /[.!?] \p{Lu}/u.test(text) && !/[.!?:…)]$|: \/[^.]+$/.test(text);
  return [
    ...texts.filter((text) => BROKEN.test(text) || IDENTIFIERS.has(text)).map((text) => `broken: ${text}`),
    ...labels.filter((label) => DESCRIBED.test(label)).map((label) => `says what it does: ${label}`),
    ...labels.filter(lower).map((label) => `begins with a small letter: ${label}`),
    ...paragraphs.filter(unended).map((text) => `has no full stop: ${text}`),
  ];
}
