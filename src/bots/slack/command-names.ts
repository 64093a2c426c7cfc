import type { KeyValueStore } from "../../port/adapter.js";
import { PROGRAM } from "../../shared/typed.js";
import { fields, word } from "./messages.js";

/** Commands that have a name of their own by default; the names of the others belong to other apps as well. */
const OWN_NAMES: readonly string[] = ["dream", "stylize", "blend"];

/** Which commands an app's manifest registers, as the settings say it. */
export interface RegisteredCommands {
  /** "few": dream, stylize and blend; "all": every one; "auto": what the app is found to have. */
  readonly commands: "auto" | "few" | "all";
  /** What every name begins with, such as "art-". */
  readonly commandPrefix: string;
}

/** The names of an app's slash commands, without their slash: the program's, and those of single commands. */
export function registeredNames(commands: Iterable<string>, { commands: which, commandPrefix }: RegisteredCommands) {
  const own = [...commands].filter((name) => which === "all" || OWN_NAMES.includes(name));
  return [...own, PROGRAM].map((name) => `${commandPrefix}${name}`);
}

/** Where it is kept that an app has all names. */
const KEPT = "slack.commands";
/** Programs before this one left these; their apps have a name for each command. */
const EARLIER = "slack.seen.";

/**
 * The slash commands that the app has in Slack: its manifest's, the same in every workspace. Slack has no way to ask
 * which these are.
 */
export class CommandNames {
  readonly #known: ReadonlySet<string>;
  readonly #written: RegExp;
  #all: boolean;

  constructor(
    known: Iterable<string>,
    private readonly registered: RegisteredCommands,
    private readonly keyValues: KeyValueStore | undefined,
  ) {
    this.#known = new Set(known);
    const names = [...this.#known].sort((a, b) => b.length - a.length).join("|");
    this.#written = new RegExp(String.raw`(?<![^\s\`*_"'(])/(${names})(?![\w/-]|\.\w)`, "g");
    const kept = word(fields(keyValues?.get(KEPT)).which);
    const found = kept ?? (keyValues?.list(EARLIER).length ? "all" : "few");
    if (kept === undefined) keyValues?.set(KEPT, { which: found });
    this.#all = (registered.commands === "auto" ? found : registered.commands) === "all";
  }

  /** A line or a text as the bot writes it, with the names that can be typed in Slack. */
  print(text: string): string {
    const { commandPrefix } = this.registered;
    return text.replace(this.#written, (_, name: string) =>
      this.#all || OWN_NAMES.includes(name) ? `/${commandPrefix}${name}` : `/${commandPrefix}${PROGRAM} ${name}`,
    );
  }

  /** The command's name of a name that an app may have for it, whatever its prefix is: "art-zoom" is "zoom". */
  readonly read = (name: string): string => {
    const { commandPrefix } = this.registered;
    const own = name.startsWith(commandPrefix) ? name.slice(commandPrefix.length) : name;
    const found = this.#isCommand(own) ? own : (/[-_]([a-z]+)$/.exec(name)?.[1] ?? "");
    return this.#isCommand(found) ? found : name;
  };

  #isCommand(name: string): boolean {
    return name === PROGRAM || this.#known.has(name);
  }

  /** A slash command that has come: an app that has one of the others' names has all of them. */
  came(command: string): void {
    const name = this.read(command.slice(1));
    if (this.#all || this.registered.commands !== "auto" || OWN_NAMES.includes(name) || !this.#known.has(name)) return;
    this.#all = true;
    this.keyValues?.set(KEPT, { which: "all" });
  }
}
