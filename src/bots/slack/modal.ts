import type { InputBlock, KnownBlock, ModalView, PlainTextElement } from "@slack/types";
import type { CommandOptionSummary, CommandSummary } from "../../port/commands.js";
import { cutText } from "../../shared/text.js";
import { fields, list, picturesIn, type SlackFile, word } from "./messages.js";

/** What a form was opened for; travels through Slack in the view, which takes 3,000 characters. */
export interface FormPurpose {
  readonly command: string;
  /** Options that are settled already. */
  readonly options: Readonly<Record<string, string>>;
  readonly channel: string;
  readonly thread?: string;
  /** The message that a shortcut points at. */
  readonly message?: string;
}

const FORM = "dreamloom_form";
/** Action ids of fields begin so; the option's name follows. */
export const FIELD = "field:";

/** Slack's limits: of a title, a label, a hint, a menu's entries, a file field. */
const TITLE = 24;
const LABEL = 75;
const MENU = 100;
const MOST_FIELDS = 20;
const FILES = 2;
const FILE_TYPES = ["png", "jpg", "jpeg", "gif", "webp"];

/**
 * A form for a command, made of what its options say: a file field for a picture, menus for choices, number fields for weights and sizes.
 *
 * @param ask names of the options to ask for; all of them unless given
 */
export function form(command: CommandSummary, purpose: FormPurpose, ask?: readonly string[]): ModalView {
  const wanted = ask ? command.options.filter(({ name }) => ask.includes(name)) : byWeight(command.options);
  const asked = wanted.slice(0, MOST_FIELDS);
  const blocks: KnownBlock[] = [
    { type: "section", text: { type: "plain_text", text: cutText(`${command.help}.`, 3_000) } },
    ...asked.map((option) => field(option, purpose.options[option.name], ask !== undefined)),
  ];
  return {
    type: "modal",
    callback_id: FORM,
    private_metadata: JSON.stringify(purpose),
    title: plain(capital(command.name), TITLE),
    submit: plain("Go", TITLE),
    close: plain("Cancel", TITLE),
    blocks,
  };
}

/** What people look for first: the picture, then choices, then numbers, then the rest. */
function byWeight(options: readonly CommandOptionSummary[]): CommandOptionSummary[] {
  const weight = (option: CommandOptionSummary): number =>
    option.type === "picture" ? 0 : option.completes ? 1 : option.choices ? 2 : option.type === "number" ? 3 : 4;
  return [...options].sort((a, b) => weight(a) - weight(b));
}

function field(option: CommandOptionSummary, value: string | undefined, needed: boolean): InputBlock {
  const action_id = `${FIELD}${option.name}`;
  const head = {
    type: "input" as const,
    block_id: action_id,
    label: plain(capital(option.name.replaceAll("-", " ")), LABEL),
    hint: plain(hintOf(option), 2_000),
    optional: !(option.required || needed),
  };
  if (option.type === "picture") {
    const hint = plain(
      "One picture; a second one is a style. Without any, the newest picture in the conversation is taken.",
      2_000,
    );
    return { ...head, hint, element: { type: "file_input", action_id, filetypes: FILE_TYPES, max_files: FILES } };
  }
  if (option.completes)
    return { ...head, element: { type: "external_select", action_id, min_query_length: 0, ...initialChoice(value) } };
  const choices = option.type === "flag" ? YES_NO : option.choices;
  if (choices && choices.length > 0 && choices.length <= MENU) {
    const options = choices.map((choice) => entry(choice.value, choice.label));
    const initial = options.find((each) => each.value === value);
    return {
      ...head,
      element: { type: "static_select", action_id, options, ...(initial ? { initial_option: initial } : {}) },
    };
  }
  const given = value === undefined ? {} : { initial_value: value };
  if (option.type === "number" || option.type === "integer") {
    const least = option.minimum === undefined ? {} : { min_value: String(option.minimum) };
    const most = option.maximum === undefined ? {} : { max_value: String(option.maximum) };
    return {
      ...head,
      element: {
        type: "number_input",
        action_id,
        is_decimal_allowed: option.type === "number",
        ...least,
        ...most,
        ...given,
      },
    };
  }
  return { ...head, element: { type: "plain_text_input", action_id, max_length: 500, ...given } };
}

const YES_NO = [
  { value: "yes", label: "Yes" },
  { value: "no", label: "No" },
];

function initialChoice(value: string | undefined) {
  return value === undefined ? {} : { initial_option: entry(value, value) };
}

/** One entry of a menu. */
export function entry(value: string, label: string) {
  const text = label === "" || label === value ? value : `${value} · ${label}`;
  return { text: plain(text, LABEL), value: value.slice(0, 150) };
}

function hintOf({ help, default: usual }: CommandOptionSummary): string {
  return usual === undefined ? help : `${help} (${usual} unless told)`;
}

function plain(text: string, length: number): PlainTextElement {
  return { type: "plain_text", text: cutText(text, length), emoji: true };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a form says that was sent off. */
interface Submission {
  readonly purpose: FormPurpose;
  readonly options: Readonly<Record<string, string>>;
  readonly files: readonly SlackFile[];
  /** Names of the files that are no pictures. */
  readonly rejected: readonly string[];
}

/** Reads a submitted view; undefined for one of another kind. */
export function readForm(view: unknown): Submission | undefined {
  const { callback_id, private_metadata, state } = fields(view);
  const purpose = callback_id === FORM ? readPurpose(private_metadata) : undefined;
  if (!purpose) return undefined;
  const options: Record<string, string> = { ...purpose.options };
  const files: SlackFile[] = [];
  const rejected: string[] = [];
  for (const block of Object.values(fields(fields(state).values))) {
    for (const [action, value] of Object.entries(fields(block))) {
      if (!action.startsWith(FIELD)) continue;
      const name = action.slice(FIELD.length);
      const { type, value: typed, selected_option, files: chosen } = fields(value);
      if (type === "file_input") {
        const pictures = picturesIn(list(chosen));
        const known = new Set(pictures.map(({ id }) => id));
        files.push(...pictures);
        rejected.push(
          ...list(chosen).flatMap((each) =>
            known.has(word(fields(each).id) ?? "") ? [] : (word(fields(each).name) ?? "The file"),
          ),
        );
        continue;
      }
      const said = word(fields(selected_option).value) ?? word(typed)?.trim();
      if (said) options[name] = said;
      // What was filled in beforehand and has been emptied is not meant.
      else delete options[name];
    }
  }
  return { purpose, options, files, rejected };
}

/**
 * What is wrong in a form, by field, as far as the options say what would be right. Slack's own app checks most of it while people type;
 * others, and older ones, do not.
 *
 * @param mostBytes how large a picture may be
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
  const field = command.options.find(({ type }) => type === "picture");
  const large = files.find(({ size = 0 }) => size > mostBytes);
  if (field && large) {
    problems[`${FIELD}${field.name}`] =
      `${large.name} is larger than ${Math.floor(mostBytes / 1024 / 1024)} MB: choose a smaller one.`;
  } else if (field && rejected.length > 0) {
    problems[`${FIELD}${field.name}`] =
      `${rejected[0]} is no picture that I can read: choose a PNG, JPEG, GIF or WebP.`;
  }
  return Object.keys(problems).length === 0 ? undefined : problems;
}

/** A sentence that says what would be right; undefined where nothing is wrong with the value. */
function problemOf(
  { type, choices, completes, minimum = -Infinity, maximum = Infinity }: CommandOptionSummary,
  value: string,
) {
  if (type === "number" || type === "integer") {
    const number = Number(value);
    const range = Number.isFinite(minimum) && Number.isFinite(maximum) ? ` from ${minimum} to ${maximum}` : "";
    if (!Number.isFinite(number) || (type === "integer" && !Number.isInteger(number))) {
      return `This must be a ${type === "integer" ? "whole " : ""}number${range}, such as ${Number.isFinite(minimum) ? minimum : 1}.`;
    }
    if (number < minimum) return `This must be ${minimum} or more.`;
    if (number > maximum) return `This must be ${maximum} or less.`;
    return undefined;
  }
  if (
    type === "text" &&
    choices &&
    !completes &&
    choices.length <= MENU &&
    !choices.some((choice) => choice.value === value)
  ) {
    return `This must be one of ${choices.map((choice) => choice.value).join(", ")}.`;
  }
  return undefined;
}

export function readPurpose(text: unknown): FormPurpose | undefined {
  try {
    const { command, options, channel, thread, message } = fields(JSON.parse(word(text) ?? "{}"));
    const [name, where] = [word(command), word(channel)];
    if (name === undefined || where === undefined) return undefined;
    const settled = Object.entries(fields(options)).flatMap(([key, value]) =>
      typeof value === "string" ? [[key, value] as const] : [],
    );
    return {
      command: name,
      channel: where,
      options: Object.fromEntries(settled),
      ...(word(thread) === undefined ? {} : { thread: word(thread) ?? "" }),
      ...(word(message) === undefined ? {} : { message: word(message) ?? "" }),
    };
  } catch {
    return undefined;
  }
}

/**
 * The options in a typed line, where it has nothing but `name:value` pairs of this command; undefined for any other line, which is for
 * the command to read. Decides whether a form can take over from a line.
 */
export function optionsIn(command: CommandSummary, text: string): Record<string, string> | undefined {
  const options: Record<string, string> = {};
  for (const part of text.split(/\s+/).filter((each) => each !== "")) {
    const [, name = "", value = ""] = /^([\w-]+):([^\s"']+)$/.exec(part) ?? [];
    const option = command.options.find((each) => each.name === name.toLowerCase());
    if (!option || option.type === "picture" || !possible(option, value)) return undefined;
    options[option.name] = value;
  }
  return options;
}

/** Whether a field of a form can begin with this value: Slack refuses the whole form otherwise. */
function possible(
  { type, choices, minimum = -Infinity, maximum = Infinity }: CommandOptionSummary,
  value: string,
): boolean {
  if (value === "" || value.length > 70) return false;
  if (type === "number" || type === "integer") {
    const number = Number(value);
    const written = type === "number" ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/;
    return written.test(value) && number >= minimum && number <= maximum;
  }
  return type === "flag"
    ? value === "yes" || value === "no"
    : !choices || choices.some((choice) => choice.value === value);
}
