import type { ChannelRef } from "../domain/model.js";
import { completeClasses } from "../engine/recipes/class-terms.js";
import type { Completion, FormStart } from "../port/commands.js";
import type { CompletionRequest } from "../port/events.js";
import { nearest } from "../shared/nearest.js";
import { cutText, kebab } from "../shared/text.js";
import { plainLine } from "../shared/typed.js";
import { type Command, type CommandRegistry, summarise } from "./command.js";

import { namedArguments } from "./parsing/command-line.js";
import { readTyped, readValues } from "./parsing/read-values.js";
import type { StyleLibrary } from "./styles/style-library.js";
import { UserError } from "./user-error.js";

/** Finds commands, and completes the values of their options. */
export class Registry implements CommandRegistry {
  readonly #commands: ReadonlyMap<string, Command>;
  readonly summaries: ReturnType<typeof summarise>[];

  constructor(
    commands: readonly Command[],
    private readonly styles: StyleLibrary,
  ) {
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
    request: Pick<CompletionRequest, "command" | "option" | "typed" | "channel">,
    limit: number,
  ): Promise<readonly Completion[]> {
    const options = this.#commands.get(request.command.toLowerCase())?.options ?? {};
    const option = Object.entries(options).find(([key]) => kebab(key) === request.option)?.[1];
    const typed = request.typed.trim().toLowerCase();
    if (option?.completes === "classes")
      return completeClasses(typed, limit).map((value) => ({ value, label: value.replaceAll("-", " ") }));
    const choices = option?.completes === "styles" ? await this.#styles(request.channel) : (option?.choices ?? []);
    const begin = choices.filter((choice) => choice.value.toLowerCase().startsWith(typed));
    const contain = choices.filter(
      (choice) => !begin.includes(choice) && `${choice.value} ${choice.label}`.toLowerCase().includes(typed),
    );
    return [...begin, ...contain].slice(0, limit);
  }

  async #styles(channel: ChannelRef): Promise<Completion[]> {
    const styles = await this.styles.list(channel);
    return styles.map(({ name, emoji, help }) => ({ value: name, label: `${emoji} ${help}` }));
  }
}
