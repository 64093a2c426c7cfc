import type { InputBlock, KnownBlock, ModalView, PlainTextElement } from "@slack/types";
import { type CommandOptionSummary, type CommandSummary, largestFor } from "../../port/commands.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { cutText } from "../../shared/text.js";
import { withEmoji } from "./emoji.js";
import {
  CHOICE_LENGTH,
  FORM_FIELDS,
  FORM_FILES,
  HINT_LENGTH,
  LABEL_LENGTH,
  MENU_CHOICES,
  METADATA_LENGTH,
  MOST_FORM_FILES,
  SECTION_LENGTH,
  TITLE_LENGTH,
} from "./limits.js";
import { fields, list, parsed, picturesIn, type SlackFile, word } from "./messages.js";

/** What a form was opened for; travels through Slack in the view, which takes 3,000 characters. */
export interface FormPurpose {
  readonly command: string;
  /** Options that are settled already. */
  readonly options: Readonly<Record<string, string>>;
  /** Undefined where the form asks for it. */
  readonly channel?: string | undefined;
  readonly thread?: string | undefined;
  /** The message that a shortcut points at. */
  readonly message?: string | undefined;
}

const FORM = "dreamloom_form";
/** Action ids of fields begin so; the option's name follows. */
export const FIELD = "field:";

/** The field for the conversation that a form from a global shortcut works in. */
const PLACE = "place";
/** Characters that a text field takes: fewer than Slack allows, and more than any option needs. */
const TEXT_LENGTH = 500;

const FILE_TYPES = ["png", "jpg", "jpeg", "gif", "webp"];

/** What a form asks for about a message. */
export interface FormQuestions {
  /** Names of options. */
  readonly ask: readonly string[];
  /** The names of the message's pictures, where it is to be said which one is meant. */
  readonly which?: readonly string[];
}

/**
 * A form for a command, made of what its options say: a file field for an image, menus for choices, number fields for
 * weights and sizes.
 *
 * @param questions default: all options
 */
export function form(
  command: CommandSummary,
  purpose: FormPurpose,
  { ask, which }: Partial<FormQuestions> = {},
): ModalView | undefined {
  const wanted = ask ? command.options.filter(({ name }) => ask.includes(name)) : byWeight(command.options);
  // What no field can begin with stays as it was typed.
  const beginning = ({ name, type }: CommandOptionSummary) => (type === "picture" ? undefined : purpose.options[name]);
  const fitting = wanted.filter((option) => possible(option, beginning(option) ?? ""));
  const asked = fitting.slice(0, FORM_FIELDS);
  const private_metadata = JSON.stringify(purpose);
  if (private_metadata.length > METADATA_LENGTH) return undefined;
  const blocks: KnownBlock[] = [
    { type: "section", text: { type: "plain_text", text: cutText(`${command.help}.`, SECTION_LENGTH) } },
    ...(purpose.channel === undefined ? [placeField()] : []),
    ...(which ? [whichField(command, which.slice(0, MENU_CHOICES))] : []),
    ...asked.map((option) => field(option, purpose.options[option.name], ask !== undefined)),
  ];
  return {
    type: "modal",
    callback_id: FORM,
    private_metadata,
    title: plain(capital(command.name), TITLE_LENGTH),
    submit: plain(sentence("slack.form-submit"), TITLE_LENGTH),
    close: plain(sentence("button.cancel"), TITLE_LENGTH),
    blocks,
  };
}

function placeField(): InputBlock {
  return {
    type: "input",
    block_id: PLACE,
    label: plain(sentence("slack.form-place"), LABEL_LENGTH),
    element: { type: "conversations_select", action_id: PLACE, default_to_current_conversation: true },
  };
}

/** Which of a message's pictures is meant; the first one is chosen beforehand. */
function whichField(command: CommandSummary, names: readonly string[]): InputBlock {
  const options = names.map((name, index) => entry(`${index + 1}`, name));
  const action_id = fileField(command);
  return {
    type: "input",
    block_id: action_id,
    label: plain(sentence("image.which", { count: names.length }), LABEL_LENGTH),
    element: { type: "static_select", action_id, options, ...(options[0] && { initial_option: options[0] }) },
  };
}

/** What people look for first: the image, then choices, then numbers, then the rest. */
function byWeight(options: readonly CommandOptionSummary[]): CommandOptionSummary[] {
  const weight = (option: CommandOptionSummary): number =>
    option.type === "picture" ? 0 : option.completes ? 1 : option.choices ? 2 : option.type === "number" ? 3 : 4;
  return [...options].sort((a, b) => weight(a) - weight(b));
}

function field(option: CommandOptionSummary, value: string | undefined, needed: boolean): InputBlock {
  const { name, type, help, default: usual } = option;
  const hint = usual === undefined ? help : sentence("chat.option-default", { help, usual });
  return {
    type: "input",
    block_id: `${FIELD}${name}`,
    label: plain(capital(name.replaceAll("-", " ")), LABEL_LENGTH),
    hint: plain(type === "picture" ? sentence("slack.form-image-hint") : hint, HINT_LENGTH),
    optional: !(option.required || needed),
    element: element(option, value),
  };
}

function element(option: CommandOptionSummary, value: string | undefined): InputBlock["element"] {
  const { name, type, completes, minimum } = option;
  const maximum = largestFor(option);
  const action_id = `${FIELD}${name}`;
  if (type === "picture") return { type: "file_input", action_id, filetypes: FILE_TYPES, max_files: filesOf(option) };
  if (completes) {
    const initial = value === undefined ? {} : { initial_option: entry(value, value) };
    return { type: "external_select", action_id, min_query_length: 0, ...initial };
  }
  const choices = type === "flag" ? yesOrNo() : (option.choices ?? []);
  if (choices.length > 0 && choices.length <= MENU_CHOICES) {
    const options = choices.map((choice) => entry(choice.value, choice.label));
    const initial = options.find((each) => each.value === value);
    return { type: "static_select", action_id, options, ...(initial && { initial_option: initial }) };
  }
  const given = value === undefined ? {} : { initial_value: value };
  if (!isNumeric(option)) return { type: "plain_text_input", action_id, max_length: TEXT_LENGTH, ...given };
  return {
    type: "number_input",
    action_id,
    is_decimal_allowed: type === "number",
    ...(minimum !== undefined && { min_value: String(minimum) }),
    ...(maximum !== undefined && { max_value: String(maximum) }),
    ...given,
  };
}

function filesOf({ many = FORM_FILES }: CommandOptionSummary): number {
  return Math.min(many, MOST_FORM_FILES);
}

function yesOrNo() {
  return [
    { value: "yes", label: sentence("chat.yes") },
    { value: "no", label: sentence("chat.no") },
  ];
}

function isNumeric({ type }: CommandOptionSummary): boolean {
  return type === "number" || type === "integer";
}

/** One entry of a menu. */
export function entry(value: string, label: string) {
  const text = label === "" || label === value ? value : `${value} · ${label}`;
  return { text: plain(text, LABEL_LENGTH), value: value.slice(0, CHOICE_LENGTH) };
}

function plain(text: string, length: number): PlainTextElement {
  return { type: "plain_text", text: cutText(text, length), emoji: true };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a submitted form says. */
interface Submission {
  readonly purpose: FormPurpose;
  /** The conversation to work in. */
  readonly channel: string | undefined;
  readonly options: Readonly<Record<string, string>>;
  readonly files: readonly SlackFile[];
  /** Whether it has a field for files. */
  readonly takesFiles: boolean;
  /** Names of the files that are no images. */
  readonly rejected: readonly string[];
}

/** Reads a submitted view; undefined for one of another kind. */
export function readForm(view: unknown): Submission | undefined {
  const { callback_id, private_metadata, state } = fields(view);
  const purpose = callback_id === FORM ? readPurpose(private_metadata) : undefined;
  if (!purpose) return undefined;
  const options: Record<string, string> = { ...purpose.options };
  const chosen: unknown[] = [];
  let takesFiles = false;
  let channel = purpose.channel;
  const values = Object.values(fields(fields(state).values)).flatMap((block) => Object.entries(fields(block)));
  for (const [action, value] of values) {
    if (action === PLACE) channel ??= word(fields(value).selected_conversation);
    if (!action.startsWith(FIELD)) continue;
    const name = action.slice(FIELD.length);
    const { type, value: typed, selected_option, files } = fields(value);
    const said = word(fields(selected_option).value) ?? withEmoji(word(typed) ?? "").trim();
    if (type === "file_input") {
      takesFiles = true;
      chosen.push(...list(files));
    } else if (said) options[name] = said;
    // What was filled in beforehand and has been emptied is not meant.
    else delete options[name];
  }
  const files = picturesIn(chosen);
  const rejected = chosen.map(fields).filter(({ id }) => !files.some((file) => file.id === id));
  const names = rejected.map(({ name }) => word(name) ?? sentence("slack.the-file"));
  return { purpose, channel, options, files, takesFiles, rejected: names };
}

/**
 * What is wrong in a form, by field, as far as the options say what would be right. Slack's own app checks most of it
 * while people type; older ones and other servers' do not.
 *
 * @param mostBytes how large an image may be
 */
export function problemsIn(
  { options, files, rejected }: Submission,
  command: CommandSummary,
  mostBytes: number,
): Readonly<Record<string, string>> | undefined {
  const problems: Record<string, string> = {};
  for (const [name, value] of Object.entries(options)) {
    const option = command.options.find((each) => each.name === name);
    const problem = option && problemOf(option, value);
    if (problem !== undefined) problems[`${FIELD}${name}`] = problem;
  }
  const field = fileField(command);
  const large = files.find(({ size = 0 }) => size > mostBytes);
  const [unreadable] = rejected;
  if (large) {
    const megabytes = Math.floor(mostBytes / 1024 / 1024);
    problems[field] = sentence("slack.form-image-too-large", { name: large.name, megabytes });
  } else if (unreadable !== undefined) {
    problems[field] = sentence("slack.form-no-image", { name: unreadable });
  }
  return Object.keys(problems).length === 0 ? undefined : problems;
}

export function fileField(command: CommandSummary): string {
  return `${FIELD}${command.options.find(({ type }) => type === "picture")?.name}`;
}

/** What is wrong with the conversation that was chosen. */
export function placeProblem(bot: string): Readonly<Record<string, string>> {
  return { [PLACE]: sentence("slack.form-elsewhere", { bot }) };
}

/** A sentence that says what would be right; undefined where nothing is wrong with the value. */
function problemOf(option: CommandOptionSummary, value: string): string | undefined {
  const { type, choices, completes, minimum = -Infinity } = option;
  const maximum = largestFor(option) ?? Infinity;
  if (isNumeric(option)) {
    const number = Number(value);
    if (!Number.isFinite(number) || (type === "integer" && !Number.isInteger(number))) {
      return sentence("slack.form-number", { whole: type === "integer", minimum, maximum });
    }
    if (number < minimum) return sentence("slack.form-too-small", { minimum });
    return number > maximum ? sentence("slack.form-too-large", { maximum }) : undefined;
  }
  const values = choices?.map((choice) => choice.value);
  if (type !== "text" || !values || completes || values.length > MENU_CHOICES || values.includes(value))
    return undefined;
  return sentence("slack.form-choices", { choices: values.join(", ") });
}

export function readPurpose(text: unknown): FormPurpose | undefined {
  const { command, options, channel, thread, message } = parsed(text);
  const name = word(command);
  if (name === undefined) return undefined;
  const settled: Record<string, string> = {};
  for (const [key, value] of Object.entries(fields(options))) if (typeof value === "string") settled[key] = value;
  return { command: name, channel: word(channel), options: settled, thread: word(thread), message: word(message) };
}

/** Whether a field of a form can begin with this value: Slack refuses the whole form otherwise. */
function possible(option: CommandOptionSummary, value: string): boolean {
  const { type, choices, completes, minimum = -Infinity } = option;
  const maximum = largestFor(option) ?? Infinity;
  if (value.length > (type === "text" && !completes && !choices ? TEXT_LENGTH : LABEL_LENGTH)) return false;
  if (value === "") return true;
  if (isNumeric(option)) {
    const written = type === "number" ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/;
    return written.test(value) && Number(value) >= minimum && Number(value) <= maximum;
  }
  const values = type === "flag" ? ["yes", "no"] : choices?.map((choice) => choice.value);
  return values?.includes(value) ?? true;
}
