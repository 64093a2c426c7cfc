import { sentence } from "../shared/sentences/sentence.js";
import { kebab } from "../shared/text.js";
import { type Command, defineCommand } from "./command.js";
import { type Option, textOption } from "./parsing/options.js";

/** `/help`: all commands, or one with its options and examples. */
export const helpCommand: Command = defineCommand({
  name: "help",
  help: "List the commands, or explain one",
  options: {
    command: textOption({
      help: "The command to explain",
      expected: "a command's name",
      read: (typed) => typed.trim().replace(/^\//, "") || undefined,
      positional: true,
      completes: "commands",
    }),
  },
  examples: ["/help", "/help dream"],
  async run({ command }, { registry, replyEphemeral }) {
    await replyEphemeral(command === undefined ? overview(registry.all) : explain(registry.find(command)));
  },
});

function overview(commands: readonly Command[]): string {
  const rows = commands.map(({ name, help }) => `\`/${name}\` ${help}.`);
  return [...rows, "", sentence("help.intro")].join("\n");
}

/** One command's options and examples, in the chat's Markdown. */
export function explain(command: Command): string {
  const options = Object.entries(command.options).map(([key, option]) => explainOption(kebab(key), option));
  const examples = [sentence("help.examples"), ...command.examples.map((line) => `\`${line}\``)];
  return [`**/${command.name}**: ${command.help}.`, ...options, ...examples].join("\n");
}

function explainOption(name: string, option: Option): string {
  const { help, minimum, maximum, forModerators, unit, choices = [], default: usual } = option;
  const bounded = minimum !== undefined && maximum !== undefined;
  const usually = bounded ? `, ${sentence("help.range", { minimum, maximum })}${unit ? ` ${unit}` : ""}` : "";
  const range = forModerators === undefined ? usually : `${usually} (${sentence("help.print", { forModerators })})`;
  const words = choices.length > 0 ? `: ${choices.map(({ value }) => value).join(", ")}` : "";
  const fallback = usual === undefined ? "" : ` (${sentence("help.default", { value: usual })})`;
  return `\`${name}\` ${help}${range}${words}${fallback}`;
}
