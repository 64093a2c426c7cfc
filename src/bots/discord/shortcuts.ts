import {
  type APIModalInteractionResponseCallbackData,
  type APIModalSubmission,
  ComponentType,
  TextInputStyle,
} from "discord.js";
import type { MessageRef } from "../../domain/message.js";
import type { CommandSummary, MessageShortcut } from "../../port/commands.js";
import { cutText } from "../../shared/text.js";

/** Forms' ids begin with it, so that they are never taken for a button's. */
const FORM = "form";
const LABEL = 45;
const PLACEHOLDER = 100;

/** A form that asks for a shortcut's open options, about a message. */
export function formOf(
  shortcut: MessageShortcut,
  about: string,
  command: CommandSummary | undefined,
): APIModalInteractionResponseCallbackData {
  return {
    custom_id: [FORM, shortcut.id, about].join(":"),
    title: shortcut.title,
    components: shortcut.ask.slice(0, 5).map((name) => {
      const option = command?.options.find((known) => known.name === name);
      return {
        type: ComponentType.ActionRow,
        components: [
          {
            type: ComponentType.TextInput,
            custom_id: name,
            style: TextInputStyle.Short,
            required: true,
            max_length: 100,
            label: cutText(name, LABEL, ""),
            ...(option ? { placeholder: cutText(option.help, PLACEHOLDER, "") } : {}),
          },
        ],
      };
    }),
  };
}

/** The shortcut and the message's id of a form that comes back; undefined for what is no form of ours. */
export function readFormId(id: string): { readonly shortcut: string; readonly about: MessageRef["id"] } | undefined {
  const [form, shortcut, about] = id.split(":");
  return form === FORM && shortcut && about ? { shortcut, about } : undefined;
}

/** What was filled in, by the options' names. */
export function readForm({ components }: APIModalSubmission): Record<string, string> {
  const values: Record<string, string> = {};
  for (const row of components) {
    const fields = "components" in row ? row.components : "component" in row ? [row.component] : [];
    for (const field of fields)
      if ("value" in field && typeof field.value === "string" && field.value.trim() !== "")
        values[field.custom_id] = field.value.trim();
  }
  return values;
}
