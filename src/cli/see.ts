/** `dreamloom see IMAGE`: what a network sees in a picture. */
import type { Command } from "commander";
import { classify, pictureToSee } from "../engine/classify.js";
import { openPicture } from "../engine/images/codec.js";
import { sentence } from "../shared/sentences/sentence.js";
import { type EngineFlags, runtimeOption, withEngine } from "./engine.js";
import { printJson, readPicture, table } from "./output.js";
import { numberWithin } from "./usage.js";

interface Flags extends EngineFlags {
  readonly network: string;
  readonly labels: number;
}

export function addSee(program: Command): void {
  runtimeOption(program.command("see"))
    .description("Tell what a network sees in a picture: its best labels, with their probabilities")
    .argument("<image>", "The picture")
    .option("--network <id>", "Network of the catalogue, or a folder or file", "resnet50")
    .option("--labels <n>", "How many labels to tell", numberWithin(1, 1000, { whole: true }), 5)
    .option("--json", "Print one JSON object")
    .action(see);
}

async function see(path: string, flags: Flags): Promise<void> {
  const picture = await openPicture(await readPicture(path));
  const seen = await withEngine(flags, async ({ network: load, programs }) => {
    const network = await load(flags.network);
    return classify({ programs, network }, await pictureToSee(network, picture));
  });
  const labels = seen.slice(0, flags.labels);
  if (flags.json) return printJson({ network: flags.network, labels });
  const rows = labels.map(({ name, probability }) => [name, sentence("share.percent", { share: probability })]);
  process.stdout.write(table(rows, [1]));
}
