import { choiceOption } from "../parsing/options.js";
import type { Scope } from "./recipe.js";

/** Films larger than this take long to load, whatever a platform allows. */
const MOST_BYTES = 8_000_000;

/** The parameter that keeps a film within what its platform takes: films cannot be made smaller afterwards as pictures can. */
export function filmBytes({ chat }: Pick<Scope, "chat">): { readonly maxBytes: number } {
  return { maxBytes: Math.min(MOST_BYTES, chat.capabilities.uploadBytes) };
}

export function formatOption() {
  return choiceOption({
    help: "The film's format",
    choices: [
      { value: "webp", label: "Animated WebP" },
      { value: "gif", label: "GIF: larger, with fewer colours" },
    ],
    default: "webp",
  });
}
