/** Questions on a terminal. @inquirer/prompts wants a newer Node than Dreamloom does. */
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { sentence } from "../../shared/sentences/sentence.js";

export interface Ask {
  /** Yes or no; Enter takes the default. */
  confirm(question: string, usual: boolean): Promise<boolean>;
  /** One of some words; Enter takes the first. */
  choose<T extends string>(question: string, choices: readonly [T, ...T[]]): Promise<T>;
  /** What is typed is not shown; Enter alone leaves it empty. */
  secret(question: string): Promise<string>;
  close(): void;
}

/** Asks the person at this terminal. */
export function askTerminal(): Ask {
  let hidden = false;
  const output = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      if (!hidden) process.stdout.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  const ask = async (question: string): Promise<string> => (await lines.question(`${question} `)).trim();
  return {
    async confirm(question, usual) {
      for (;;) {
        const answer = (await ask(`${question} ${usual ? "[Y/n]" : "[y/N]"}`)).toLowerCase();
        if (answer === "") return usual;
        if (["y", "yes", "n", "no"].includes(answer)) return answer.startsWith("y");
        process.stdout.write(`${sentence("init.yes-or-no")}\n`);
      }
    },
    async choose(question, choices) {
      for (;;) {
        const answer = (await ask(`${question} [${choices.join(", ")}]`)).toLowerCase();
        const chosen = answer === "" ? choices[0] : choices.find((choice) => choice === answer);
        if (chosen !== undefined) return chosen;
        process.stdout.write(`${sentence("init.one-of", { choices: choices.join(", ") })}\n`);
      }
    },
    async secret(question) {
      process.stdout.write(`${question} `);
      hidden = true;
      try {
        return (await lines.question("")).trim();
      } finally {
        hidden = false;
        process.stdout.write("\n");
      }
    },
    close: () => lines.close(),
  };
}
