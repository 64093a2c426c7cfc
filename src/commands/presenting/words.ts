/** Names and numbers as people read them. */

import { sentence } from "../../shared/sentences/sentence.js";

/** Names are people's own choice: they must not become formatting. */
export function plain(name: string): string {
  return name.replace(/[*_`~[\]<>\\]/g, "").trim() || sentence("person.unnamed");
}

/** "8 s", "1 min 20 s", "1 h 5 min": exact below ten seconds, coarser above, as an estimate deserves. */
export function duration(seconds: number): string {
  if (!(seconds > 0)) return sentence("duration.seconds", { seconds: 0 });
  if (seconds < 10) return sentence("duration.seconds", { seconds: Math.max(1, Math.round(seconds)) });
  const rounded = seconds < 90 ? Math.round(seconds / 5) * 5 : Math.round(seconds / 10) * 10;
  if (rounded < 60) return sentence("duration.seconds", { seconds: rounded });
  if (rounded < 3600) return sentence("duration.minutes", { minutes: Math.floor(rounded / 60), seconds: rounded % 60 });
  const minutes = Math.round((rounded % 3600) / 60);
  return sentence("duration.hours", { hours: Math.floor(rounded / 3600), minutes });
}

/** How long something took, to a tenth of a second while that matters. */
export function elapsed(seconds: number): string {
  return seconds < 20 ? sentence("duration.seconds", { seconds: seconds.toFixed(1) }) : duration(seconds);
}

/** "a", "a and b", "a, b and c". */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return sentence("list.and", { list: words.slice(0, -1).join(", "), last: words.at(-1) ?? "" });
}
