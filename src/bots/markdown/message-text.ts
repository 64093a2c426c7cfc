import type { User } from "../../domain/model.js";
import type { Progress } from "../../port/messages.js";

const CELLS = 12;

/** Mentions in the notation that Discord and Slack share. */
export function mentions(users: readonly User[] = []): string {
  return users.map(({ id }) => `<@${id}>`).join(" ");
}

/** A bar of text, since neither platform draws one. @example "▰▰▰▱▱▱▱▱▱▱▱▱ 25%" */
export function progressBar({ value }: Progress, mark = ""): string {
  const part = Math.min(1, Math.max(0, value));
  const full = Math.round(part * CELLS);
  return `${mark}${"▰".repeat(full)}${"▱".repeat(CELLS - full)}${mark} ${Math.round(part * 100)}%`;
}
