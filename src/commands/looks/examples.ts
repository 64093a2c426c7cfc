/** The pictures that come with a command, to teach a look from. */
import { FEWEST_EXAMPLES, MOST_CHAT_EXAMPLES } from "../../engine/recipes/teach/definition.js";
import type { PictureSource } from "../../port/messages.js";
import { plain } from "../../shared/text.js";
import type { CommandContext } from "../command.js";
import { downloadImage } from "../images/find-image.js";
import type { WantedImage } from "../images/image-option.js";
import { ownersOf, worksShown } from "../images/shown-works.js";
import { UserError } from "../user-error.js";
import { type ExamplePicture, exampleOf, ownersOfWork } from "./example-pictures.js";

/**
 * The pictures that come with a command: attached to it, on the message that it answers, or on the one that its link
 * names. They are the person's own.
 * @throws UserError for too few, hidden ones, and other people's
 */
export async function givenExamples(
  context: CommandContext,
  wanted: WantedImage | undefined,
): Promise<readonly ExamplePicture[]> {
  const sources = (await sourcesOf(context, wanted)).slice(0, MOST_CHAT_EXAMPLES);
  if (sources.length < FEWEST_EXAMPLES)
    throw new UserError("teach.too-few", { count: sources.length, least: FEWEST_EXAMPLES });
  const examples: ExamplePicture[] = [];
  for (const source of sources) {
    if (source.spoiler) throw new UserError("teach.spoiler");
    await checkOwn(source, context);
    const { bytes, name } = await downloadImage(source, context, context.app.botOptions.pictures, context.app);
    examples.push(await exampleOf(bytes, name));
  }
  return examples;
}

async function sourcesOf(
  { chat, event, user, channel }: CommandContext,
  wanted: WantedImage | undefined,
): Promise<readonly PictureSource[]> {
  if (event.attachments.length > 0) return event.attachments;
  if (event.repliesTo) return event.pointedAt ?? chat.picturesOf(event.repliesTo);
  if (!(wanted instanceof URL)) return [];
  const behind = await chat.picturesBehind?.(wanted, { user, channel });
  if (!behind) throw new UserError("teach.link");
  return behind;
}

/** @throws UserError for a picture that is, or was made from, somebody else's: they were not asked */
async function checkOwn(source: PictureSource, { app, user }: CommandContext): Promise<void> {
  const works = await worksShown(source, app.jobs);
  const owners =
    works.length > 0 ? works.flatMap((job) => ownersOfWork(job, app.store.jobs)) : await ownersOf(source, app);
  const other = owners.find(({ id }) => id !== user.id);
  if (other) throw new UserError("teach.foreign", { owner: plain(other.name) });
}
