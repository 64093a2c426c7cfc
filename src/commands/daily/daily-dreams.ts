import type { ChannelRef, Job } from "../../domain/model.js";
import { dreamDefinition } from "../../engine/recipes/dream/definition.js";
import type { Chat } from "../../port/adapter.js";
import { ChatError, mayPass } from "../../port/chat-error.js";
import type { JobRepository } from "../../queue/job-repository.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { plain } from "../../shared/text.js";
import { DAY_MS } from "../../shared/time.js";
import type { Store } from "../../store/open.js";
import { checkMayUse, checkNotWithheld } from "../images/may-use.js";
import { provenanceOfJob } from "../images/provenance.js";
import { isLasting, type RefusalServices, refusal } from "../moderation/refusal.js";
import type { RepeatServices } from "../recipes/repeat.js";
import { startJob } from "../recipes/start-job.js";
import type { ChannelSettings } from "../settings/channel-settings.js";
import { UserError } from "../user-error.js";
import { dailyState, keepDailyState } from "./daily-state.js";
import { type DailyTime, daysAfter, lastDue } from "./daily-time.js";

/** How often it is looked whether one is due. */
const LOOK_MS = 20_000;
/** What could not be made within so many minutes, as the program or the chat was away, is left for tomorrow. */
const LATEST_MINUTES = 60;

type DailyServices = RepeatServices &
  RefusalServices & {
    readonly jobs: RepeatServices["jobs"] & Pick<JobRepository, "result">;
    readonly settings: RepeatServices["settings"] & RefusalServices["settings"] & Pick<ChannelSettings, "daily">;
    readonly store: Pick<Store, "gallery" | "jobs" | "looks" | "settings" | "interactiveMessages">;
    readonly logger: { warn(what: object, message: string): void };
  };

/** Dreams each channel's picture of the last day with the most hearts, at the hour that is set there. */
export class DailyDreams {
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(
    private readonly chat: Chat,
    private readonly app: DailyServices,
    private readonly now: () => number,
  ) {}

  /** Begins to look; again after an outage of the chat, too. */
  resume(): void {
    this.stop();
    this.#timer = setInterval(() => void this.look(), LOOK_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Resolves when nothing is being looked for. */
  async idle(): Promise<void> {
    await this.#looking;
  }

  /** Makes what is due. One look at a time. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    try {
      for (const { channel, time } of this.app.settings.daily(this.chat.platform)) await this.#tryDue(channel, time);
    } catch (err) {
      this.app.logger.warn({ err }, "the hours of channels could not be read");
    }
  }

  async #tryDue(channel: ChannelRef, time: DailyTime): Promise<void> {
    try {
      await this.#makeDue(channel, time);
    } catch (err) {
      this.app.logger.warn({ err, channel: channel.id }, "the dream of the day could not be made");
    }
  }

  async #makeDue(channel: ChannelRef, time: DailyTime): Promise<void> {
    const { platform, community, id } = channel;
    const { settings } = this.app.store;
    const scope = { platform, community, channel: id };
    const state = dailyState(scope, settings);
    const { day, late } = lastDue(time, this.now());
    if (!state || isDone(day, state.done) || late > LATEST_MINUTES) return;
    // What a full queue or an absent chat refuses is tried again within the hour, what is archived or deleted is not; a
    // stop in between skips the day.
    keepDailyState(scope, { ...state, done: day }, settings);
    try {
      await this.#make(channel, state.by);
    } catch (error) {
      const isOver = isLasting(error) || (error instanceof ChatError && !mayPass(error));
      if (!isOver) keepDailyState(scope, state, settings);
      throw error;
    }
  }

  async #make(channel: ChannelRef, by: { readonly id: string; readonly name: string }): Promise<void> {
    const { chat, app } = this;
    if (refusal({ channel, user: by }, app)) return;
    const requester = { chat, channel, user: by };
    const job = this.#favourite(channel, requester);
    const image = job && (await app.jobs.result(job.id));
    const recipe = app.recipes.get(dreamDefinition.name);
    if (!job || !image || !recipe) return;
    const title = plain(app.recipes.get(job.recipe)?.title(job.params) ?? job.recipe);
    const provenance = provenanceOfJob(job, by);
    const images = { image: { bytes: image.bytes } };
    const text = sentence("daily.begins", { title, author: plain(job.author.name), hearts: job.favourites });
    await startJob({ recipe, given: {}, images, provenance }, requester, app);
    // The job is there: a heading that cannot be posted must not make another one.
    await chat.post(channel, { text }).catch((err: unknown) => {
      app.logger.warn({ err, channel: channel.id }, "the dream of the day could not be announced");
    });
  }

  /** The one of the last day with the most hearts that may be used; none where there are no hearts. */
  #favourite(channel: ChannelRef, requester: { readonly user: { readonly id: string }; readonly channel: ChannelRef }) {
    const { platform, community, id } = channel;
    const hearted = this.app.store.gallery.mostHearted({ platform, community, channel: id }, this.now() - DAY_MS);
    return hearted.find((job) => mayBeUsed(job, requester, this.app));
  }
}

/** A clock that has been set back by a day makes no second dream; one that was years ahead does not end them. */
function isDone(day: string, done: string): boolean {
  return day === done || daysAfter(day, 1) === done;
}

function mayBeUsed(job: Job, requester: Parameters<typeof checkMayUse>[1], app: DailyServices): boolean {
  try {
    checkNotWithheld(job);
    checkMayUse(job.author, requester, app);
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}
