/** What can be set in a place, how it is written, and what holds where nothing is set. */
import type { SettingValue } from "../../store/settings.js";
import type { BotOptions } from "../bot-options.js";
import { choiceOption, integerOption, type Option, type Options } from "../parsing/options.js";

/** The least bound of a size, in pixels, as in every command. */
const LEAST_SIZE = 64;

/** One setting of a channel or of a whole community. */
export interface KnownSetting {
  /** How its value is written, with its bounds: never more than the installation allows. */
  readonly option: Option;
  /** What holds where nothing is set, in words. */
  readonly fallback: string;
}

/** Every setting by its key. */
export function knownSettings(botOptions: BotOptions) {
  const { caps, dream } = botOptions;
  const maxSize = Math.max(dream.maxSize, botOptions.paint.maxSize, botOptions.neuron.maxSize);
  const cap = (help: string, maximum: number): KnownSetting => ({
    option: integerOption({ help, minimum: 1, maximum }),
    fallback: String(maximum),
  });
  return {
    art: {
      option: choiceOption({
        help: "An art channel: a style's emoji on any picture paints it, 👁 dreams it",
        choices: [
          { value: "on", label: "Anyone may react to any picture" },
          { value: "off", label: "Reactions on pictures mean nothing" },
        ],
      }),
      fallback: "off",
    },
    perPerson: cap("Unfinished jobs per person here", caps.perPerson),
    perHour: cap("Jobs per person and hour here", caps.perHour),
    perChannel: cap("Unfinished jobs per channel", caps.perChannel),
    perChannelHour: cap("Jobs per channel and hour", caps.perChannelHour),
    largest: {
      option: integerOption({
        help: "Largest picture that may be asked for, by its longer side",
        unit: "px",
        minimum: LEAST_SIZE,
        maximum: maxSize,
      }),
      fallback: `${maxSize} px, or what the command allows`,
    },
    size: {
      option: integerOption({
        help: "Size of pictures when none is given",
        unit: "px",
        minimum: LEAST_SIZE,
        maximum: maxSize,
      }),
      fallback: `${dream.size} px for dreams, ${botOptions.paint.size} px for paintings`,
    },
    look: {
      option: choiceOption({
        help: "Look of dreams when none is given",
        choices: botOptions.looks.map(({ name, help }) => ({ value: name, label: help })),
      }),
      fallback: dream.look,
    },
    network: {
      option: choiceOption({
        help: "Network of dreams when none is given",
        choices: botOptions.networks.map(({ id, help }) => ({ value: id, label: help })),
      }),
      fallback: dream.network,
    },
  } as const satisfies Readonly<Record<string, KnownSetting>>;
}

export type SettingKey = keyof ReturnType<typeof knownSettings>;

/** Every setting as an option of `/settings`. */
export function settingOptions(botOptions: BotOptions): Options {
  return Object.fromEntries(Object.entries(knownSettings(botOptions)).map(([key, { option }]) => [key, option]));
}

/**
 * A stored value as it holds today: the installation may allow less, or offer other looks, than when it was set. Undefined when it means
 * nothing any more.
 */
export function readStored({ option }: KnownSetting, stored: SettingValue): string | number | undefined {
  if (typeof stored === "number") {
    const { minimum = stored, maximum = stored } = option;
    return Math.min(maximum, Math.max(minimum, stored));
  }
  if (typeof stored !== "string") return undefined;
  const read = option.schema.safeParse(stored);
  return read.success && typeof read.data === "string" ? read.data : undefined;
}
