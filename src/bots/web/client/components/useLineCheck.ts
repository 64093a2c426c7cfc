import { useEffect, useState } from "preact/hooks";
import { checkLine } from "../state/api.js";
import type { TimelineRef } from "../state/store.js";
import type { CompletionState } from "./useCompletion.js";

/** So long nothing is typed before the line is looked at. */
const PAUSE_MS = 350;

/**
 * What is wrong with the command line that is being typed, as the bot would answer it; a word that can still become one
 * of the offered values is left out.
 */
export function useLineCheck(
  text: string,
  { found, items, selected }: CompletionState,
  { channel, thread }: TimelineRef,
): string | undefined {
  const [answer, setAnswer] = useState<{ readonly for: string; readonly problem: string | undefined }>();
  const growing = found && found.typed !== "" && items.length > 0 && selected !== undefined;
  const start = found?.kind === "value" ? text.lastIndexOf(" ", found.start) + 1 : found?.start;
  const line = growing ? text.slice(0, start) + text.slice(found.end) : text;
  const isLine = /^\/\p{L}[\p{L}\p{N}_-]*\s/u.test(text) && /^\/\S+\s+\S|^\/\S+\s$/u.test(line);
  useEffect(() => {
    if (!isLine) return setAnswer(undefined);
    let current = true;
    const timer = setTimeout(() => {
      // Without an answer the line is checked when it is sent.
      checkLine({ line, channel, thread }).then(
        (problem) => current && setAnswer({ for: line, problem }),
        () => undefined,
      );
    }, PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [line, isLine, channel, thread]);
  return isLine && answer?.for === line ? answer.problem : undefined;
}
