import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { draftOf, fillDraft } from "../state/drafts.js";
import { sentLines } from "../state/history.js";
import { useStore } from "../state/store.js";
import { toast } from "../state/toasts.js";
import { sentence } from "../text/sentences.js";

/** Whose message box stands below what is shown; undefined where nothing can be written. */
export const BoxKey = createContext<string | undefined>(undefined);

/** What was put into which box, and may be replaced until it is changed. */
const filled = new Map<string, string>();

/** What puts a text in the message box, where it is a command that can be written here; `instead` where words stand. */
export function useFill(text: string, instead: () => Promise<void>): (() => void) | undefined {
  const key = useContext(BoxKey);
  const name = /^\/([\p{L}\p{N}_-]+)(?: .*)?$/u.exec(text)?.[1];
  const isCommand = useStore(
    (state) => name !== undefined && state.session?.commands.some((command) => command.name === name) === true,
  );
  if (key === undefined || !isCommand) return undefined;
  return () => {
    const written = draftOf(key).text;
    // A line that was sent, as a refused one that came back, can be called back with the arrow keys.
    const isKept = written === "" || written === filled.get(key) || sentLines().includes(written);
    if (!isKept) {
      void instead().then(() => toast(sentence("composer.has-words")));
      return;
    }
    // An ellipsis stands for what only the person knows.
    const line = text.replace(/…$/, "");
    filled.set(key, line);
    fillDraft(key, line);
  };
}
