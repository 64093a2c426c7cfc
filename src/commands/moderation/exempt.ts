/** Commands that are answered where others are not. */

/**
 * To all people, in all channels: everybody may learn what is set, and see and delete what is stored about them, and
 * moderators must be able to change it.
 */
export const ALWAYS_ANSWERED: readonly string[] = ["help", "settings", "moderate"];

/** They start nothing, so they work where the bot is switched off, for all but those who are barred. */
export const STARTING_NOTHING: readonly string[] = ["report", "cancel"];

/** What the buttons below a result and a running job do without starting anything. */
export const VERBS_STARTING_NOTHING = ["cancel", "delete", "report", "emoji"] as const;
