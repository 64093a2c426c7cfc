/** Whose a picture is that the bot has posted: it was made by somebody, or was somebody's before. */
import { type Job, jobsInName, sameCommunity, type User } from "../../domain/model.js";
import type { PictureSource } from "../../port/messages.js";
import type { JobRepository } from "../../queue/job-repository.js";
import type { InteractiveMessage, InteractiveMessages } from "../../store/interactive-messages.js";

/** What tells which work a picture shows. */
export type ShownWorkServices = Pick<JobRepository, "ofMessage" | "get">;

export interface OwnerServices {
  readonly jobs: ShownWorkServices;
  readonly store: { readonly interactiveMessages: Pick<InteractiveMessages, "get"> };
}

/**
 * The works that a picture shows: the result of the job whose message it is on or, where the gallery shows it, those
 * that its name tells of. None for people's own pictures.
 */
export async function worksShown(
  { author, message, name }: Pick<PictureSource, "author" | "message" | "name">,
  jobs: ShownWorkServices,
): Promise<readonly Job[]> {
  const own = message && (await jobs.ofMessage(message));
  if (own) return [own];
  // A person may call a file as they like.
  if (author || !message) return [];
  const named = await Promise.all(jobsInName(name).map((id) => jobs.get(id)));
  return named.flatMap((job) => (job && sameCommunity(job.channel, message.channel) ? [job] : []));
}

/** Whose a picture is; of several, who works on it works on each one's. None where that is not known. */
export async function ownersOf(
  source: Pick<PictureSource, "author" | "message" | "name">,
  { jobs, store }: OwnerServices,
): Promise<readonly User[]> {
  const { author, message } = source;
  if (author) return [author];
  const works = await worksShown(source, jobs);
  if (works.length > 0) return works.map((job) => job.author);
  const interactive = message && store.interactiveMessages.get(message);
  return interactive ? photoOwners(interactive, jobs) : [];
}

/** Whose photo a palette or a vote shows: its opener's, unless it was taken from somebody. */
async function photoOwners(
  { author, payload }: Pick<InteractiveMessage, "author" | "payload">,
  jobs: Pick<JobRepository, "get">,
): Promise<readonly User[]> {
  const { provenance } = payload as { readonly provenance?: Pick<Job, "from" | "credits"> };
  // Not one of these: any message of an art channel.
  if (!provenance) return [];
  const { from, credits = [] } = provenance;
  const work = from === undefined ? undefined : await jobs.get(from);
  const owners = [...(work ? [work.author] : []), ...creditedOwners({ credits })];
  return owners.length > 0 ? owners : [author];
}

/** People whose own pictures something began with. */
export function creditedOwners({ credits = [] }: Pick<Job, "credits">): User[] {
  return credits.flatMap(({ person, by }) => (person === undefined ? [] : [{ id: person, name: by }]));
}
