import {
  type APIModalInteractionResponseCallbackData,
  type APIModalSubmission,
  type APITextInputComponent,
  ComponentType,
  TextInputStyle,
} from "discord.js";
import type { MessageRef } from "../../domain/model.js";
import type { CommandSummary, MessageShortcut } from "../../port/commands.js";
import { cutText } from "../../shared/text.js";
import { FORM_INPUTS, FORM_LABEL_LENGTH, FORM_PLACEHOLDER_LENGTH } from "./limits.js";
import { withEmoji } from "./reactions.js";

/** Forms' ids begin with it, so that they are never taken for a button's. */
const FORM = "form";

/** A form that asks for a shortcut's open options, about a message. */
export function formOf(
  { id, title, ask }: MessageShortcut,
  about: MessageRef["id"],
  command: CommandSummary | undefined,
): APIModalInteractionResponseCallbackData {
  const rows = ask.slice(0, FORM_INPUTS).map((name) => ({
    type: ComponentType.ActionRow as const,
    components: [field(name, command?.options.find((known) => known.name === name)?.help)],
  }));
  return { custom_id: [FORM, id, about].join(":"), title, components: rows };
}

function field(name: string, help: string | undefined): APITextInputComponent {
  return {
    type: ComponentType.TextInput,
    custom_id: name,
    style: TextInputStyle.Short,
    required: true,
    max_length: 100,
    label: cutText(name, FORM_LABEL_LENGTH, ""),
    ...(help !== undefined && { placeholder: cutText(help, FORM_PLACEHOLDER_LENGTH, "") }),
  };
}

/** The shortcut and the message's id of a form that comes back; undefined for any other id. */
export function readFormId(id: string): { readonly shortcut: string; readonly about: MessageRef["id"] } | undefined {
  const [form, shortcut, about] = id.split(":");
  return form === FORM && shortcut && about ? { shortcut, about } : undefined;
}

/** What was filled in, by the options' names. */
export function readForm({ components }: APIModalSubmission): Record<string, string> {
  const values: Record<string, string> = {};
  for (const row of components) {
    const fields = "components" in row ? row.components : "component" in row ? [row.component] : [];
    for (const field of fields) {
      const value = "value" in field && typeof field.value === "string" ? field.value.trim() : "";
      if (value !== "") values[field.custom_id] = withEmoji(value);
    }
  }
  return values;
}
