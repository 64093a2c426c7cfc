import { type Community, type Mentioned, sameCommunity } from "../../domain/model.js";
import { ChatError } from "../../port/chat-error.js";
import { plain } from "../../shared/text.js";
import type { CommandContext } from "../command.js";
import { calledBy } from "../people.js";
import { UserError } from "../user-error.js";

/**
 * Whom a moderator means: a mention, else the id or the name of a person or role that is barred, or of a person who has
 * works or jobs here.
 *
 * @throws UserError for those of whom nothing is known, and for a name that several have
 */
export async function findSubject(typed: string, context: CommandContext): Promise<Mentioned> {
  const mentioned = await findMentioned(typed, context);
  if (mentioned) return mentioned;
  const known = calledBy(typed, knownIn(context.channel, context));
  const [only, another] = new Map(known.map((each) => [`${each.kind} ${each.id}`, each])).values();
  const name = plain(typed);
  if (!only) throw new UserError("moderate.unknown", { name });
  if (another) throw new UserError("person.ambiguous", { name });
  return only;
}

async function findMentioned(typed: string, { chat, channel }: CommandContext): Promise<Mentioned | undefined> {
  try {
    return await chat.findMentioned(typed, channel);
  } catch (error) {
    if (error instanceof ChatError) throw new UserError(error);
    throw error;
  }
}

/**
 * People and roles that the program knows of itself, of hidden works and closed channels too: they may have left the
 * community.
 */
function knownIn({ platform, community }: Community, { app }: CommandContext): Mentioned[] {
  const here = { platform, community };
  const authors = app.store.jobs.authors(here);
  const waiting = app.queue.positions().filter(({ job }) => sameCommunity(job.channel, here));
  const people = [...authors, ...waiting.map(({ job }) => job.author)];
  return [...app.moderation.bars(here), ...people.map(({ id, name }) => ({ kind: "person" as const, id, name }))];
}
