import { completeClasses } from "../engine/recipes/class-terms.js";
import { ATTACHED, PHOTO } from "../engine/recipes/painting/options.js";
import { completeWhere } from "../engine/recipes/where/syntax.js";
import type { Completion, FormStart } from "../port/commands.js";
import type { CheckRequest, CompletionRequest, PreviewRequest } from "../port/events.js";
import type { Picture } from "../port/messages.js";
import { nearest } from "../shared/nearest.js";
import { cutText, kebab } from "../shared/text.js";
import { plainLine } from "../shared/typed.js";
import type { BotOptions } from "./bot-options.js";
import { type Command, type CommandRegistry, summarise } from "./command.js";
import { checkLook, type LookLibrary, lookCompletions } from "./looks/taught-look.js";
import { looksFor, stylesFor } from "./outsiders.js";
import { type Argument, namedArguments } from "./parsing/command-line.js";
import type { Option } from "./parsing/options.js";
import { readTyped, readValues } from "./parsing/read-values.js";
import { presetCommand } from "./presets/command.js";
import { type PresetFinder, withPreset } from "./presets/expand.js";
import { lineOf } from "./presets/lines.js";
import { Previews } from "./previews.js";
import { findStyle, type StyleLibrary } from "./styles/style-library.js";
import { UserError } from "./user-error.js";

/** What is still missing while a line is being typed is no mistake. */
const UNFINISHED: ReadonlySet<string> = new Set(["option.required", "option.empty"]);

/** What people have made that commands name. */
interface RegistryParts {
  readonly styles: StyleLibrary;
  readonly presets: PresetFinder;
  readonly looks: LookLibrary;
  readonly botOptions: Pick<BotOptions, "looks">;
}

/** Finds commands, and completes the values of their options. */
export class Registry implements CommandRegistry {
  readonly #previews: Previews;
  readonly #commands: ReadonlyMap<string, Command>;
  readonly summaries: ReturnType<typeof summarise>[];

  constructor(
    commands: readonly Command[],
    private readonly known: RegistryParts,
  ) {
    this.#previews = new Previews(known.styles);
    this.#commands = new Map(commands.map((command) => [command.name, command]));
    this.summaries = commands.map(summarise);
  }

  get all(): readonly Command[] {
    return [...this.#commands.values()];
  }

  find(name: string): Command {
    const command = this.#commands.get(name.toLowerCase());
    if (command) return command;
    throw new UserError("command.unknown", { name: cutText(name, 40), near: nearest(name, this.#commands.keys()) });
  }

  /** See `ChatHandlers.formOf`. */
  formOf(name: string, given: string | Readonly<Record<string, string>>): FormStart | undefined {
    const command = this.#commands.get(name.toLowerCase());
    if (!command) return undefined;
    try {
      const { values, typed } =
        typeof given === "string"
          ? readTyped(command, plainLine(given))
          : { values: readValues(command, namedArguments(given)), typed: given };
      return { options: typed, needsPicture: command.needsPicture?.(values) ?? false };
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  }

  /** At most `limit` choices for a value that is being typed: those that begin with it, then those that contain it. */
  async complete(
    request: Pick<CompletionRequest, "command" | "option" | "typed" | "channel" | "user">,
    limit: number,
  ): Promise<readonly Completion[]> {
    const option = this.#option(request);
    const typed = request.typed.trim().toLowerCase();
    if (option?.completes === "classes")
      return completeClasses(typed, limit).map((value) => ({ value, label: value.replaceAll("-", " ") }));
    if (option?.completes === "where") return completeWhere(typed, limit).map((value) => ({ value, label: value }));
    const choices =
      option?.completes === "styles"
        ? await this.#styles(request)
        : option?.completes === "commands"
          ? this.summaries.map(({ name, help }) => ({ value: name, label: help }))
          : [...(option?.choices ?? []), ...this.#further(option, request)];
    const begin = choices.filter((choice) => choice.value.toLowerCase().startsWith(typed));
    const contain = choices.filter(
      (choice) => !begin.includes(choice) && `${choice.value} ${choice.label}`.toLowerCase().includes(typed),
    );
    return [...begin, ...contain].slice(0, limit);
  }

  /** What the bot would answer a line that it cannot read; undefined for one that it can, and for one that goes on. */
  async check({ name, text, channel, user }: CheckRequest): Promise<string | undefined> {
    try {
      const command = this.find(name);
      const meant = (args: readonly Argument[]) => withPreset(command, args, { user, channel }, this.known.presets);
      const { typed } = readTyped(command, plainLine(text), meant);
      const others = Object.keys(command.options).map(kebab);
      if (command.options.look?.completes === "looks" && typed.look)
        checkLook(typed.look.toLowerCase(), channel, looksFor(user, this.known.looks), this.known.botOptions);
      for (const [key, option] of Object.entries(command.options))
        for (const style of option.stylesIn?.(typed[kebab(key)] ?? "") ?? [])
          if (style !== "" && style !== ATTACHED && style !== PHOTO)
            await findStyle(stylesFor(user, this.known.styles), channel, style, others);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return UNFINISHED.has(error.identifier) ? undefined : error.message;
    }
    return undefined;
  }

  /** See `ChatHandlers.preview`. */
  preview({ value, channel, ...asked }: Omit<PreviewRequest, "user">): Promise<Picture | undefined> {
    const option = this.#option(asked);
    if (option?.completes === "styles") return this.#previews.ofStyle(value, channel);
    const choice = option?.choices?.find((each) => each.value === value && each.preview);
    return choice ? this.#previews.ofLook(value) : Promise.resolve(undefined);
  }

  #option(asked: Pick<CompletionRequest, "command" | "option">): Option | undefined {
    const options = this.#commands.get(asked.command.toLowerCase())?.options ?? {};
    return Object.entries(options).find(([key]) => kebab(key) === asked.option)?.[1];
  }

  /** What may be chosen besides what an option's definition says. */
  #further(option: Option | undefined, request: Omit<CompletionRequest, "typed">): Completion[] {
    if (option?.completes === "presets") return this.#presets(request);
    if (option?.completes !== "looks") return [];
    return lookCompletions(looksFor(request.user, this.known.looks), request.channel);
  }

  /** Those of a command that may be named in it; all of them for the command about presets. */
  #presets({ command, channel: { platform, community }, user }: Omit<CompletionRequest, "typed">): Completion[] {
    const all = this.known.presets.list({ platform, community, user: user.id });
    const fitting = all.filter((preset) => preset.command === command || command === presetCommand.name);
    return fitting.map((preset) => ({ value: preset.name, label: lineOf(preset) }));
  }

  async #styles({ channel, user }: Pick<CompletionRequest, "channel" | "user">): Promise<Completion[]> {
    const styles = await stylesFor(user, this.known.styles).list(channel);
    return styles.map(({ name, emoji, help }) => ({ value: name, label: `${emoji} ${help}`, preview: true }));
  }
}
