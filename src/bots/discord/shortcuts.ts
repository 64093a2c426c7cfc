import {
  type APIModalInteractionResponseCallbackData,
  type APIModalSubmission,
  type APITextInputComponent,
  ComponentType,
  TextInputStyle,
} from "discord.js";
import type { MessageRef } from "../../domain/model.js";
import { type CommandSummary, type MessageShortcut, whichOption } from "../../port/commands.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { cutText } from "../../shared/text.js";
import { FORM_INPUTS, FORM_LABEL_LENGTH, FORM_PLACEHOLDER_LENGTH } from "./limits.js";
import { withEmoji } from "./reactions.js";

/** Forms' ids begin with it, so that they are never taken for a button's. */
const FORM = "form";

interface About {
  readonly about: MessageRef["id"];
  readonly command: CommandSummary | undefined;
  /** How many the message shows. */
  readonly pictures: number;
}

/** A form that asks for a shortcut's open options, about a message; undefined where nothing is to be asked. */
export function formOf(
  { id, title, ask }: MessageShortcut,
  { about, command, pictures }: About,
): APIModalInteractionResponseCallbackData | undefined {
  const which = whichOption(command, pictures);
  const fields = [
    ...(which === undefined ? [] : [numberField(which, pictures)]),
    ...ask.map((name) => field(name, command?.options.find((known) => known.name === name)?.help)),
  ].slice(0, FORM_INPUTS);
  if (fields.length === 0) return undefined;
  const rows = fields.map((input) => ({ type: ComponentType.ActionRow as const, components: [input] }));
  return { custom_id: [FORM, id, about].join(":"), title, components: rows };
}

/** Which of a message's pictures is meant. */
function numberField(name: string, count: number): APITextInputComponent {
  const label = cutText(sentence("image.which", { count }), FORM_LABEL_LENGTH, "");
  return { ...field(name, undefined), label, max_length: String(count).length, value: "1" };
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
