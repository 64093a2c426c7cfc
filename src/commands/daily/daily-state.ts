/** What is remembered of a channel's dream of the day, beside its setting. */
import { z } from "zod";
import type { User } from "../../domain/model.js";
import { type SettingScope, type Settings, stateKey } from "../../store/settings.js";
import { type DailyTime, lastDue } from "./daily-time.js";

const STATE = stateKey("daily");

const schema = z.object({
  /** Who has set it: the jobs are theirs. */
  by: z.object({ id: z.string(), name: z.string() }),
  /** The last day that is dealt with, in the setting's zone. */
  done: z.string(),
});

type DailyState = z.output<typeof schema>;
type Kept = Pick<Settings, "get" | "set">;

export function dailyState(scope: SettingScope, settings: Kept): DailyState | undefined {
  const read = schema.safeParse(settings.get(scope, STATE));
  return read.success ? read.data : undefined;
}

export function keepDailyState(scope: SettingScope, state: DailyState, settings: Kept): void {
  settings.set(scope, STATE, { by: { id: state.by.id, name: state.by.name }, done: state.done });
}

/** A new setting: what was due before is not made up for. */
export function startDaily(scope: SettingScope, time: DailyTime, by: User, at: number, settings: Kept): void {
  keepDailyState(scope, { by, done: lastDue(time, at).day }, settings);
}

/** There is none any more: nothing is remembered of who had set it. */
export function endDaily(scope: SettingScope, settings: Kept): void {
  settings.set(scope, STATE, undefined);
}
