import type { MessageShortcut } from "../port/commands.js";

/** Commands that are given by pointing at a message, on platforms with menus for that. */
export const SHORTCUTS: readonly MessageShortcut[] = [
  { id: "dream_this", title: "Dream this", command: "dream", options: {}, ask: [] },
  { id: "stylize_this", title: "Stylize this", command: "stylize", options: {}, ask: [] },
  { id: "use_as_style", title: "Use as style", command: "style", options: { action: "add" }, ask: ["name", "emoji"] },
];
