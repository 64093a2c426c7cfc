/** Questions on a terminal. @inquirer/prompts wants a newer Node than Dreamloom does. */
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { sentence } from "../../shared/sentences/sentence.js";
import { UsageError } from "../usage.js";

export interface Ask {
  /** Yes or no; Enter takes the default. */
  confirm(question: string, usual: boolean): Promise<boolean>;
  /** One of some words; Enter takes the first. */
  choose<T extends string>(question: string, choices: readonly [T, ...T[]]): Promise<T>;
  /** What is typed is not shown; Enter alone leaves it empty. */
  secret(question: string): Promise<string>;
  /** Tells what was wrong with an answer, before it is asked for again. */
  say(text: string): void;
  close(): void;
}

/**
 * Asks the person at this terminal. Lines that are typed or pasted ahead answer the next questions.
 * @throws UsageError from the question that ^C or ^D answers
 */
export function askTerminal(input: NodeJS.ReadableStream = process.stdin, terminal: Writable = process.stdout): Ask {
  let hidden = false;
  const output = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      if (!hidden) terminal.write(chunk);
      done();
    },
  });
  // Without a history: the arrow keys would bring a token back where it is shown.
  const typing = createInterface({ input, output, terminal: true, historySize: 0 });
  const nextLine = lines(typing);
  const say = (text: string): void => void terminal.write(`${text}\n`);
  const ask = async (question: string): Promise<string> => {
    typing.setPrompt(`${question} `);
    typing.prompt();
    return (await nextLine()).trim();
  };
  return {
    say,
    async confirm(question, usual) {
      for (;;) {
        const answer = (await ask(`${question} ${usual ? "[Y/n]" : "[y/N]"}`)).toLowerCase();
        if (answer === "") return usual;
        if (["y", "yes", "n", "no"].includes(answer)) return answer.startsWith("y");
        say(sentence("init.yes-or-no"));
      }
    },
    async choose(question, choices) {
      for (;;) {
        const answer = (await ask(`${question} [${choices.join(", ")}]`)).toLowerCase();
        const chosen = answer === "" ? choices[0] : choices.find((choice) => choice === answer);
        if (chosen !== undefined) return chosen;
        say(sentence("init.one-of", { choices: choices.join(", ") }));
      }
    },
    async secret(question) {
      terminal.write(`${question} `);
      hidden = true;
      try {
        return await ask("");
      } finally {
        hidden = false;
        terminal.write("\n");
      }
    },
    close: () => typing.close(),
  };
}

/** The lines of a terminal one after the other, kept where they come before they are asked for. */
function lines(typing: ReturnType<typeof createInterface>): () => Promise<string> {
  const waiting: string[] = [];
  let asked: { readonly take: (line: string) => void; readonly stop: (reason: Error) => void } | undefined;
  let closed = false;
  typing.on("line", (line) => {
    if (asked) asked.take(line);
    else waiting.push(line);
    asked = undefined;
  });
  // ^C closes it, too.
  typing.on("close", () => {
    closed = true;
    asked?.stop(new UsageError("init.stopped"));
  });
  return () =>
    new Promise((take, stop) => {
      const line = waiting.shift();
      if (line !== undefined) take(line);
      else if (closed) stop(new UsageError("init.stopped"));
      else asked = { take, stop };
    });
}
