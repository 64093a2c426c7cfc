import type { Place } from "../../port/chat.js";
import type { JobCaps } from "../../queue/job.js";
import type { Settings } from "../../store/settings.js";
import type { House } from "../bot-options.js";
import { Mistake } from "../command.js";
import type { Params, Recipe } from "../recipes/recipe.js";
import { type KnownSetting, knownSettings, readStored, type SettingKey } from "./known.js";

/** One setting as it holds in a place. */
export interface Held {
  readonly key: SettingKey;
  readonly known: KnownSetting;
  /** Undefined where nothing is set. */
  readonly value: string | number | undefined;
  readonly from: "channel" | "community" | "installation";
}

/** What those who manage channels have set, and what it means for jobs. */
export class PlaceSettings {
  readonly known: Readonly<Record<SettingKey, KnownSetting>>;

  constructor(
    private readonly house: House,
    private readonly settings: Settings,
  ) {
    this.known = knownSettings(house);
  }

  /** Everything that holds in a place. A thread has what its channel has. */
  all(place: Place): Held[] {
    return (Object.keys(this.known) as SettingKey[]).map((key) => this.#held(place, key));
  }

  isArtChannel(place: Place): boolean {
    return this.#held(place, "art").value === "on";
  }

  /** The caps that are set in a place; those that are not are the installation's, which the queue knows. */
  caps(place: Place): JobCaps {
    const caps = {
      perPerson: this.#number(place, "perPerson"),
      perPersonHour: this.#number(place, "perHour"),
      perChannel: this.#number(place, "perChannel"),
      perChannelHour: this.#number(place, "perChannelHour"),
    };
    return Object.fromEntries(Object.entries(caps).filter(([, cap]) => cap !== undefined));
  }

  /** The longest side that a recipe may make in a place, in pixels; undefined where it has no size. */
  largest(recipe: Recipe, place: Place): number | undefined {
    const maximum = (recipe.options.size ?? recipe.options.width)?.maximum;
    return maximum === undefined ? undefined : Math.min(maximum, this.#number(place, "largest") ?? maximum);
  }

  /** @throws Mistake when a job would be larger than the place allows. */
  checkSize(params: Params, place: Place): void {
    const largest = this.#number(place, "largest");
    const asked = Math.max(...["size", "width", "height"].map((side) => Number(params[side] ?? 0)));
    if (largest === undefined || asked <= largest) return;
    throw new Mistake(
      `${asked} px is more than this channel allows: the largest here is ${largest} px. For example: \`size:${largest}\``,
    );
  }

  /** Parameters of a new job in a place, before anything is chosen: the recipe's, with what is set here. */
  defaults(recipe: Recipe, place: Place): Params {
    const params = recipe.defaults();
    const largest = this.largest(recipe, place);
    const size = this.#number(place, "size");
    const sized = Object.fromEntries(
      ["size", "width"].flatMap((side) => {
        const own = params[side];
        if (typeof own !== "number" || largest === undefined) return [];
        return [[side, Math.min(largest, side === "size" ? (size ?? own) : own)]];
      }),
    );
    return { ...params, ...sized, ...(recipe.options.look ? this.#dreams(place, params) : {}) };
  }

  /** The network and look that are set, as far as they go together. */
  #dreams(place: Place, params: Params): Params {
    const network = this.#held(place, "network").value ?? params.network;
    const look = this.#held(place, "look").value;
    const fits =
      look !== undefined &&
      this.house.looks.some(({ name, networks }) => name === look && networks.includes(String(network)));
    return { network, ...(fits ? { look } : {}) };
  }

  #number(place: Place, key: SettingKey): number | undefined {
    const { value } = this.#held(place, key);
    return typeof value === "number" ? value : undefined;
  }

  #held(place: Place, key: SettingKey): Held {
    const { platform, community, channel } = place;
    const known = this.known[key];
    const set = this.settings.effective({ platform, community, channel }, key);
    const value = set && readStored(known, set.value);
    return { key, known, value, from: set && value !== undefined ? set.from : "installation" };
  }
}
