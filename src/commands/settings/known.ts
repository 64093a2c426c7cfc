/** What can be set in a channel, how it is written, and what applies where nothing is set. */
import { sentence } from "../../shared/sentences/sentence.js";
import { listed } from "../../shared/text.js";
import type { SettingValue } from "../../store/schema.js";
import type { BotOptions } from "../bot-options.js";
import { printDailyTime, readDailyTime } from "../daily/daily-time.js";
import { ALWAYS_ANSWERED, STARTING_NOTHING } from "../moderation/exempt.js";
import { choiceOption, integerOption, type Option, type Options, textOption } from "../parsing/options.js";

/** The lower bound of a size, in pixels, as in every command. */
const MIN_SIZE = 64;

/** One setting of a channel or of a whole community. */
export interface KnownSetting {
  /** How its value is written, with its bounds: never more than the installation allows. */
  readonly option: Option;
  /** What applies where nothing is set, in words. */
  fallback(): string;
  /** What is said of a value that does not say all by itself. */
  readonly shown?: (value: SettingValue) => string;
  /** It names one channel of the whole community, and is given there: "here" is stored as that channel's id. */
  readonly namesChannel?: true;
  /** It is set in single channels only. */
  readonly ofChannel?: true;
}

/** Every setting by its key. */
export function knownSettings({ caps, dream, paint, neuron, looks, networks }: BotOptions) {
  const maximum = Math.max(dream.maxSize, paint.maxSize, neuron.maxSize);
  const size = (help: string, fallback: () => string): KnownSetting => ({
    option: integerOption({ help, unit: "px", minimum: MIN_SIZE, maximum }),
    fallback,
  });
  const choice = (help: string, fallback: string, choices: Option["choices"] = []): KnownSetting => ({
    option: choiceOption({ help, choices }),
    fallback: () => fallback,
  });
  return {
    art: choice("An art channel: a style's emoji on any picture paints it, 👁 dreams it", "off", [
      { value: "on", label: "Anyone may react to any picture" },
      { value: "off", label: "Reactions on pictures mean nothing" },
    ]),
    bot: choice(
      "Whether I do anything here; off with everywhere:yes and on in some channels allows those alone",
      "on",
      [
        { value: "on", label: "Commands, buttons and reactions work here" },
        { value: "off", label: `Only ${stillAnswered()} do` },
      ],
    ),
    reports: {
      ...choice("The moderators' channel, where works that people report are posted; for the whole community", "off", [
        { value: "here", label: "In this channel" },
        { value: "off", label: "Works cannot be reported" },
      ]),
      namesChannel: true,
    },
    marks: choice("Whether the files of results say how they were made", "on", [
      { value: "on", label: "Their line, seed, network, credits and job, for `/again` and `/made`" },
      { value: "off", label: "Nothing is written into them" },
    ]),
    daily: {
      option: textOption({
        help: "When to dream this channel's picture of the day with the most hearts; with a time zone or in UTC",
        expected: 'off, or a time such as 18:00 or "18:00 Europe/Berlin"',
        read: (typed) => {
          const time = readDailyTime(typed);
          return time ? printDailyTime(time) : /^off$/i.exec(typed.trim())?.[0].toLowerCase();
        },
      }),
      fallback: () => "off",
      shown: (time) => (time === "off" ? time : sentence("settings.every-day", { time: String(time) })),
      ofChannel: true,
    },
    perPerson: cap("Unfinished jobs per person here", caps.perPerson),
    perHour: cap("Jobs per person and hour here", caps.perHour),
    perChannel: cap("Unfinished jobs per channel", caps.perChannel),
    perChannelHour: cap("Jobs per channel and hour", caps.perChannelHour),
    largest: size("Largest picture that may be asked for, by its longer side", () =>
      sentence("settings.default-largest", { maximum }),
    ),
    size: size("Size of pictures when none is given", () =>
      sentence("settings.default-size", { dream: dream.size, paint: paint.size }),
    ),
    look: choice(
      "Look of dreams when none is given",
      dream.look,
      looks.map(({ name, help }) => ({ value: name, label: help })),
    ),
    network: choice(
      "Network of dreams when none is given",
      dream.network,
      networks.map(({ id, help }) => ({ value: id, label: help })),
    ),
  } as const satisfies Readonly<Record<string, KnownSetting>>;
}

export type SettingKey = keyof ReturnType<typeof knownSettings>;

/** "/help, /settings and /moderate" */
function stillAnswered(): string {
  return listed([...ALWAYS_ANSWERED, ...STARTING_NOTHING].map((name) => `/${name}`));
}

function cap(help: string, maximum: number): KnownSetting {
  return { option: integerOption({ help, minimum: 1, maximum }), fallback: () => String(maximum) };
}

/** Every setting as an option of `/settings`. */
export function settingOptions(botOptions: BotOptions): Options {
  return Object.fromEntries(Object.entries(knownSettings(botOptions)).map(([key, { option }]) => [key, option]));
}

/**
 * A stored value as it applies today: the installation may allow less, or offer other looks, than when it was set.
 * Undefined when it means nothing any more.
 */
export function readStored({ option }: KnownSetting, stored: SettingValue): string | number | undefined {
  if (typeof stored === "number") {
    const { minimum = stored, maximum = stored } = option;
    return Math.min(maximum, Math.max(minimum, stored));
  }
  const read = option.schema.safeParse(stored);
  return read.success && typeof read.data === "string" ? read.data : undefined;
}
