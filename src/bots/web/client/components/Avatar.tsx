import type { WirePerson } from "../../wire.js";
import { Mark } from "./Icon.js";

/** A person's initials in colours made from the id, which are always the same. */
export function Avatar({ user, size = 38 }: { user: WirePerson; size?: number }) {
  if (user.bot) return <Mark size={size} />;
  const hash = [...user.id].reduce((sum, char) => (Math.imul(sum, 31) + char.charCodeAt(0)) >>> 0, 7);
  const hue = hash % 360;
  const colour = `oklch(0.62 0.13 ${hue}), oklch(0.52 0.12 ${(hue + 55) % 360})`;
  const style = {
    "--size": `${size}px`,
    background: `linear-gradient(${(hash >> 9) % 360}deg, ${colour})`,
  };
  // No text of the page's: the name stands beside it, or is its button's label.
  return <span class="avatar" style={style} aria-hidden="true" data-initials={initials(user.name)} />;
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : undefined]
    .map((word) => [...(word ?? "")][0] ?? "")
    .join("")
    .toUpperCase();
}
