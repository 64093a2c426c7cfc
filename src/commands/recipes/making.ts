/** How a picture was made that somebody shows: by a job that is known here, or as its own file says. */

import type { Job } from "../../domain/model.js";
import type { JobRepository } from "../../queue/job-repository.js";
import type { Mark } from "../../shared/metadata/mark.js";
import type { CommandContext } from "../command.js";
import type { FoundImage } from "../images/find-image.js";
import { type ShownWorkServices, worksShown } from "../images/shown-works.js";
import { parseLine, printLine } from "../parsing/command-line.js";
import { readValues } from "../parsing/read-values.js";
import { UserError } from "../user-error.js";
import { maySee } from "./may-see.js";
import { type Params, printOptions, type Recipe } from "./recipe.js";

/** A line from a file, read as if a person had typed it. */
interface MarkedLine {
  readonly recipe: Recipe;
  /** What its options say. */
  readonly given: Params;
  /** Printed from what was read: nothing of a stranger's text is repeated. */
  readonly line: string;
  /** It was made of a picture that the line does not name. */
  readonly needsPicture: boolean;
}

export type Making =
  /** A job that this person may see. */
  | { readonly job: Job; readonly claimed: boolean }
  /** What a file says, which may have been made anywhere by anybody. */
  | { readonly mark: Mark };

interface Asker extends Pick<CommandContext, "channel" | "user"> {
  readonly app: { readonly jobs: ShownWorkServices & Pick<JobRepository, "find"> };
}

/** Undefined where nothing says it. */
export async function makingOf({ source, mark }: FoundImage, asker: Asker): Promise<Making | undefined> {
  const { channel, app } = asker;
  const [only, another] = source ? await worksShown(source, app.jobs) : [];
  if (only && !another && maySee(only, asker)) return { job: only, claimed: false };
  if (!mark) return undefined;
  if (mark.job === undefined) return { mark };
  const { platform, community } = channel;
  const found = await app.jobs.find({ platform, community, prefix: mark.job });
  const job = found.find((each) => each.id === mark.job && maySee(each, asker));
  return job ? { job, claimed: true } : { mark };
}

/** @throws UserError where it is no line of a recipe's, or says what is not possible here */
export function readMarkedLine({ line, pictures }: Mark, { app, registry }: MarkedServices): MarkedLine {
  const parsed = parseLine(line);
  const recipe = parsed.ok && [...app.recipes.values()].find(({ command }) => command === parsed.value.name);
  if (!recipe) throw new UserError("made.no-line");
  const command = registry.find(recipe.command);
  try {
    const { picture, ...given }: Params = readValues(command, parsed.value.arguments);
    const none = picture === "none" ? [{ key: "picture", value: "none" }] : [];
    const printed = printLine({ name: command.name, arguments: [...printOptions(recipe.options, given), ...none] });
    const hasImage = pictures?.split(" ").includes(recipe.imageRole ?? "") ?? false;
    const needsPicture = hasImage && (command.needsPicture?.(given) ?? false);
    return { recipe, given, line: printed, needsPicture };
  } catch (error) {
    if (error instanceof UserError) throw new UserError("made.line", { problem: error.message }, { cause: error });
    throw error;
  }
}

interface MarkedServices extends Pick<CommandContext, "registry"> {
  readonly app: { readonly recipes: ReadonlyMap<string, Recipe> };
}
