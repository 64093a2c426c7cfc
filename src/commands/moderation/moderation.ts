import type { Logger } from "pino";
import {
  type Community,
  type Job,
  type Member,
  type Mentioned,
  NO_COMMUNITY,
  type User,
  type UserKey,
} from "../../domain/model.js";
import { ChatError } from "../../port/chat-error.js";
import type { ActKind, ChatModeration, ModerationAct } from "../../port/moderation.js";
import type { JobQueue } from "../../queue/queue.js";
import { sentence } from "../../shared/sentences/sentence.js";
import type { Bar } from "../../store/bars.js";
import type { Store } from "../../store/open.js";
import type { Recipe } from "../recipes/recipe.js";
import { UserError } from "../user-error.js";

/** What is done to one work. */
type WorkAct = Extract<
  ActKind,
  "cancel-job" | "delete-work" | "dismiss-report" | "hide-work" | "remove-work" | "show-work"
>;
type WorkOf = Pick<Job, "id" | "author" | "channel" | "audience"> & Titled;

/** What a work's title is made of. */
type Titled = Pick<Job, "recipe" | "params">;

/** Whether everybody in its community may read of a work: what is made elsewhere is told by no title. */
export function isForAll({ audience = "community" }: Pick<Job, "audience">): boolean {
  return audience === "community";
}

/**
 * What a work is called where people are told of it who may not see it.
 * @param isTold whether they may know the title
 */
export function titleFor({ recipe, params }: Titled, isTold: boolean, recipes: ReadonlyMap<string, Recipe>): string {
  return isTold ? (recipes.get(recipe)?.title(params) ?? recipe) : sentence("report.untold");
}

/** Where what moderators do to a person reaches: one community, or, without it, all of a platform. */
interface ModerationScope {
  readonly platform: string;
  readonly community?: string;
}

/** Most people and roles that a community may bar. */
const MOST_BARS = 1_000;

interface ModerationServices {
  readonly recipes: ReadonlyMap<string, Recipe>;
  readonly queue: Pick<JobQueue, "positions" | "cancel">;
  readonly store: Pick<Store, "bars" | "acts" | "jobs">;
  readonly logger: Logger;
}

/** What moderators do to people and their works. Callers check whether they may. */
export class Moderation {
  constructor(private readonly services: ModerationServices) {}

  /** Whether a person, or one of their roles, is barred in a community. */
  isBarred({ id, roles }: Pick<Member, "id" | "roles">, community: Community): boolean {
    return this.services.store.bars.has(community, id, roles);
  }

  /**
   * Returns whether that is new.
   * @throws UserError where somebody would bar themselves, and where too many are barred
   */
  bar(by: User, community: Community, subject: Mentioned): boolean {
    const { bars } = this.services.store;
    if (subject.kind === "person" && subject.id === by.id) throw new UserError("moderate.oneself");
    if (bars.count(community) >= MOST_BARS) throw new UserError("moderate.too-many", { most: MOST_BARS });
    const isNew = bars.add(community, subject, by);
    const detail = sentence("moderate.from-bot");
    if (isNew) this.note(by, { ...placeOf(community), kind: "bar", subject: subject.name, detail });
    return isNew;
  }

  /** Returns whether there was a bar. */
  lift(by: User, community: Community, subject: Mentioned): boolean {
    const was = this.services.store.bars.remove(community, subject);
    const detail = sentence("moderate.from-bot");
    if (was) this.note(by, { ...placeOf(community), kind: "unbar", subject: subject.name, detail });
    return was;
  }

  /** What a chat does that keeps the person out itself: it notes it, and no number of others prevents it. */
  setBarred(by: User, community: Community, subject: Mentioned, barred: boolean): void {
    const { bars } = this.services.store;
    if (barred) bars.add(community, subject, by);
    else bars.remove(community, subject);
  }

  bars(community: Community): readonly Bar[] {
    return this.services.store.bars.of(community);
  }

  /** Cancels all that a person has waiting or running. Returns how many jobs. */
  cancelJobs(by: User, { platform, community }: ModerationScope, person: string): number {
    const { queue } = this.services;
    const theirs = ({ author, channel }: Job) =>
      author.id === person &&
      channel.platform === platform &&
      (community === undefined || channel.community === community);
    const jobs = queue.positions().filter(({ job }) => theirs(job));
    return jobs.filter(({ job }) => queue.cancel(job.id, { by: "person", name: by.name })).length;
  }

  /** Takes a person's works out of the gallery, or puts them back. Returns how many. */
  hideWorks({ platform, community }: ModerationScope, person: string, hidden: boolean): number {
    const scope = { platform, author: person, ...(community !== undefined && { community }) };
    return this.services.store.jobs.setAllHidden(scope, hidden);
  }

  /** Writes into the log what was done to a work, unless its author did it. */
  noteOnOthers(by: User, kind: WorkAct, job: WorkOf): void {
    if (by.id !== job.author.id) this.noteOnWork(by, kind, job);
  }

  /** Writes into the log what a moderator has done about a work. */
  noteOnWork(by: User, kind: WorkAct, job: WorkOf): void {
    const { id, author, channel } = job;
    if (channel.community === NO_COMMUNITY) return;
    const title = titleFor(job, isForAll(job), this.services.recipes);
    const subject = sentence("work.by", { title, author: author.name });
    this.note(by, { ...placeOf(channel), kind, subject, detail: id });
  }

  /** Writes an act into the log. */
  note(by: User, act: Omit<ModerationAct, "at" | "by">): void {
    const { id, name } = by;
    this.services.store.acts.add({ ...act, by: { id, name } });
    this.services.logger.info({ ...placeOf(act), act: act.kind, person: id }, "a moderator has acted");
  }

  /** The newest first. */
  acts(of: Community, limit: number): readonly ModerationAct[] {
    return this.services.store.acts.of(of, limit).map((act) => ({ ...act, kind: act.kind as ActKind }));
  }
}

/** A channel is a community, too: its own id does not belong into the log. */
function placeOf({ platform, community }: Community): Community {
  return { platform, community };
}

/** What an adapter is given: acts of its own platform's moderators alone. */
export function chatModeration(platform: string, moderation: Moderation): ChatModeration {
  const check = (by: Member, where: ModerationScope | UserKey): void => {
    if (by.moderatesAll !== true || where.platform !== platform) throw new ChatError("forbidden", "admin.forbidden");
  };
  return {
    note(by, act) {
      check(by, act);
      moderation.note(by, act);
    },
    acts(by, of, limit) {
      check(by, of);
      return moderation.acts(of, limit);
    },
    bars(by, of) {
      check(by, of);
      const people = moderation.bars(of).filter(({ kind }) => kind === "person");
      return people.map(({ id, name, by, at }) => ({ id, name, by, at })).reverse();
    },
    setBarred(by, where, { id, name }, barred) {
      check(by, where);
      moderation.setBarred(by, where, { kind: "person", id, name }, barred);
    },
    cancelJobs(by, person) {
      check(by, person);
      return moderation.cancelJobs(by, { platform }, person.user);
    },
    hideWorks(by, person, hidden) {
      check(by, person);
      return moderation.hideWorks({ platform }, person.user, hidden);
    },
  };
}
