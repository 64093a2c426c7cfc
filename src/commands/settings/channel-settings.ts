import type { ChannelRef, Community, Member } from "../../domain/model.js";
import type { JobCaps } from "../../queue/job-request.js";
import { defined } from "../../shared/defined.js";
import { sentence } from "../../shared/sentences/sentence.js";
import type { SettingValue } from "../../store/schema.js";
import type { SettingScope, Settings } from "../../store/settings.js";
import type { BotOptions } from "../bot-options.js";
import { type DailyTime, readDailyTime } from "../daily/daily-time.js";
import type { Params, Recipe } from "../recipes/recipe.js";
import { UserError } from "../user-error.js";
import { type KnownSetting, knownSettings, readStored, type SettingKey } from "./known.js";

/** One setting as it applies in a channel. */
export interface EffectiveSetting {
  readonly key: SettingKey;
  readonly known: KnownSetting;
  /** Undefined where nothing is set. */
  readonly value: string | number | undefined;
  readonly from: "channel" | "community" | "installation";
}

/** What those who manage channels have set, and what it means for jobs. */
export class ChannelSettings {
  readonly known: Readonly<Record<SettingKey, KnownSetting>>;

  constructor(
    private readonly botOptions: BotOptions,
    private readonly settings: Settings,
  ) {
    this.known = knownSettings(botOptions);
  }

  /** Every setting as it applies in a channel. A thread has its channel's. */
  all(channel: ChannelRef): EffectiveSetting[] {
    return (Object.keys(this.known) as SettingKey[]).map((key) => this.#held(channel, key));
  }

  isArtChannel(channel: ChannelRef): boolean {
    return this.#held(channel, "art").value === "on";
  }

  /** Whether the bot does anything in a channel. */
  answersIn(channel: ChannelRef): boolean {
    return this.#held(channel, "bot").value !== "off";
  }

  /** Whether the files of results say how they were made. */
  marksFiles(channel: ChannelRef): boolean {
    return this.#held(channel, "marks").value !== "off";
  }

  /** The channels of a platform that have a dream of the day, and when. */
  daily(platform: string): { readonly channel: ChannelRef; readonly time: DailyTime }[] {
    return this.settings.channelsWith(platform, "daily" satisfies SettingKey).flatMap(({ channel, value }) => {
      const time = typeof value === "string" ? readDailyTime(value) : undefined;
      return time ? [{ channel, time }] : [];
    });
  }

  /** The channel of a community's moderators for reports; undefined where they want none. */
  reportsChannel({ platform, community }: Community): ChannelRef | undefined {
    const id = this.settings.get({ platform, community }, "reports" satisfies SettingKey);
    return typeof id === "string" ? { platform, community, id } : undefined;
  }

  /**
   * Sets a value in a channel or, without one, in its whole community.
   * @param here the channel that "here" names
   */
  set(scope: SettingScope, key: SettingKey, value: SettingValue, here: ChannelRef): void {
    const { platform, community } = scope;
    const isNamed = this.known[key].namesChannel;
    if (isNamed) this.settings.set({ platform, community }, key, value === "here" ? here.id : undefined);
    else this.settings.set(scope, key, value);
  }

  /** Takes back what is set in a channel or, without one, in its whole community. Returns whether anything was. */
  reset({ platform, community, channel }: SettingScope, key: SettingKey): boolean {
    const isWhole = channel === undefined || this.known[key].namesChannel;
    const scope = { platform, community, ...(!isWhole && { channel }) };
    const was = this.settings.get(scope, key) !== undefined;
    if (was) this.settings.set(scope, key, undefined);
    return was;
  }

  /** The caps that are set in a channel; the others are the installation's, which the queue knows. */
  caps(channel: ChannelRef): JobCaps {
    return defined({
      perPerson: this.#number(channel, "perPerson"),
      perPersonHour: this.#number(channel, "perHour"),
      perChannel: this.#number(channel, "perChannel"),
      perChannelHour: this.#number(channel, "perChannelHour"),
    });
  }

  /**
   * The longest side that a recipe may make in a channel, in pixels; undefined where it has no size.
   * @param user who moderates the whole community may go on to the size for print
   */
  largest(recipe: Recipe, channel: ChannelRef, user?: Partial<Pick<Member, "moderatesAll">>): number | undefined {
    const { maximum, forModerators } = recipe.options.size ?? recipe.options.width ?? {};
    if (maximum === undefined) return undefined;
    const largest = Math.min(maximum, this.#number(channel, "largest") ?? maximum);
    return user?.moderatesAll === true ? Math.max(largest, forModerators ?? 0) : largest;
  }

  /** @throws UserError when a job would be larger than the channel, or any channel, allows */
  checkSize(recipe: Recipe, params: Params, channel: ChannelRef, user?: Partial<Pick<Member, "moderatesAll">>): void {
    const largest = this.largest(recipe, channel, user) ?? this.#number(channel, "largest");
    const asked = recipe.side(params);
    if (largest === undefined || asked <= largest) return;
    const print = user?.moderatesAll === true ? undefined : recipe.options.size?.forModerators;
    throw new UserError("settings.too-large", { asked, largest, print });
  }

  /** Parameters of a new job in a channel, before anything is chosen: the recipe's, with what is set here. */
  defaults(recipe: Recipe, channel: ChannelRef): Params {
    const params = recipe.defaults();
    const largest = this.largest(recipe, channel);
    const size = this.#number(channel, "size");
    const sized = Object.fromEntries(
      ["size", "width"].flatMap((side) => {
        const own = params[side];
        if (typeof own !== "number" || largest === undefined) return [];
        return [[side, Math.min(largest, side === "size" ? (size ?? own) : own)]];
      }),
    );
    return { ...params, ...sized, ...(recipe.options.look ? this.#dreams(channel, params) : {}) };
  }

  /** The network and look that are set, as far as they go together. */
  #dreams(channel: ChannelRef, params: Params): Params {
    const network = this.#held(channel, "network").value ?? params.network;
    const look = this.#held(channel, "look").value;
    const fits =
      look !== undefined &&
      this.botOptions.looks.some(({ name, networks }) => name === look && networks.includes(String(network)));
    return { network, ...(fits ? { look } : {}) };
  }

  #number(channel: ChannelRef, key: SettingKey): number | undefined {
    const { value } = this.#held(channel, key);
    return typeof value === "number" ? value : undefined;
  }

  #held({ platform, community, id }: ChannelRef, key: SettingKey): EffectiveSetting {
    const known = this.known[key];
    const set = this.settings.effective({ platform, community, channel: id }, key);
    const place = set?.value === id ? "here" : sentence("settings.elsewhere");
    const value = set && (known.namesChannel ? place : readStored(known, set.value));
    return { key, known, value, from: set && value !== undefined ? set.from : "installation" };
  }
}
