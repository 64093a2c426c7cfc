/** Works that a look may be taught from, if their makers agree. */
import type { ChannelRef, User } from "../../domain/model.js";
import { MOST_CHAT_EXAMPLES, teachDefinition } from "../../engine/recipes/teach/definition.js";
import { distinctById } from "../../shared/distinct.js";
import type { StoredJob } from "../../store/job-rows.js";
import type { Store } from "../../store/open.js";
import type { MayUseServices } from "../images/may-use.js";
import type { Recipe } from "../recipes/recipe.js";
import { ownersOfWork } from "./example-pictures.js";

/** Works that are looked through, those with the most hearts first. */
const MOST_LOOKED_AT = 200;
/** People who are asked about one look: a message notifies no crowd. */
const MOST_ASKED = 12;

/** A work, and those who must agree. */
export interface HeartedWork {
  readonly job: StoredJob;
  readonly owners: readonly User[];
}

export interface HeartedServices extends MayUseServices {
  readonly recipes: ReadonlyMap<string, Recipe>;
  readonly store: Pick<Store, "gallery" | "jobs">;
}

type Person = Pick<User, "id">;

/** A channel's works with the most hearts, as many as one look is taught from and a few people can be asked about. */
export function heartedWorks(
  { platform, community, id }: ChannelRef,
  user: Person,
  services: HeartedServices,
): HeartedWork[] {
  const hearted = services.store.gallery.mostHearted({ platform, community, channel: id }, 0, MOST_LOOKED_AT);
  const chosen: HeartedWork[] = [];
  for (const work of hearted.flatMap((job) => usableWork(job, user, services) ?? [])) {
    if (chosen.length === MOST_CHAT_EXAMPLES) break;
    if (askedOf([...chosen, work], user).length <= MOST_ASKED) chosen.push(work);
  }
  return chosen;
}

/** Undefined of what is no still picture for everybody here, and where somebody lets no one else use theirs. */
export function usableWork(job: StoredJob, user: Person, services: HeartedServices): HeartedWork | undefined {
  const { recipes, store, optOuts } = services;
  const { withheld, hidden, spoiler, audience = "community", recipe, params, channel } = job;
  const still = recipe !== teachDefinition.name && recipes.get(recipe)?.film(params) === false;
  if (!still || withheld || hidden || spoiler || audience !== "community" || !job.picture) return undefined;
  const owners = ownersOfWork(job, store.jobs);
  const refused = owners.some(({ id }) => id !== user.id && optOuts.has({ platform: channel.platform, user: id }));
  return refused ? undefined : { job, owners };
}

/** Those who must be asked, each once. */
export function askedOf(works: readonly HeartedWork[], user: Person): User[] {
  return distinctById(works.flatMap((work) => work.owners).filter(({ id }) => id !== user.id));
}
