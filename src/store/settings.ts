import { and, asc, eq, inArray, sql } from "drizzle-orm";
import type { Community } from "../domain/channel.js";
import type { Database } from "./database.js";
import { settingTable } from "./schema.js";

/** What a setting may hold: anything that JSON can say, but for null. */
export type SettingValue =
  | string
  | number
  | boolean
  | readonly SettingValue[]
  | { readonly [key: string]: SettingValue };

/** Where a setting holds: in one channel, or, without one, in a whole community. */
interface SettingScope extends Community {
  readonly channel?: string;
  /** A whole channel reference is no scope: its id goes into `channel`. */
  readonly id?: never;
}

interface EffectiveSetting {
  readonly value: SettingValue;
  readonly from: "channel" | "community";
}

const WHOLE = "";

/** What people who manage a channel or a community have set there. What the keys and values mean is the callers' business, who check what they read. */
export class Settings {
  constructor(
    private readonly database: Database,
    private readonly now: () => number,
  ) {}

  /** Sets a value in one scope; undefined takes it back, so that what is above holds again. */
  set(scope: SettingScope, key: string, value: SettingValue | undefined): void {
    const { platform, community, channel = WHOLE } = scope;
    const { orm } = this.database;
    this.database.write(() => {
      const where = and(this.#at(scope), eq(settingTable.key, key));
      if (value === undefined) orm.delete(settingTable).where(where).run();
      else {
        const row = { platform, community, channel, key, value, at: this.now() };
        const { platform: p, community: c, channel: ch, key: k } = settingTable;
        orm
          .insert(settingTable)
          .values(row)
          .onConflictDoUpdate({ target: [p, c, ch, k], set: { value, at: row.at } })
          .run();
      }
    });
  }

  /** What is set in this very scope. */
  get(scope: SettingScope, key: string): SettingValue | undefined {
    const where = and(this.#at(scope), eq(settingTable.key, key));
    return this.database.orm.select().from(settingTable).where(where).get()?.value as SettingValue | undefined;
  }

  /** Everything set in this very scope, by key. */
  all(scope: SettingScope): Readonly<Record<string, SettingValue>> {
    const rows = this.database.orm
      .select()
      .from(settingTable)
      .where(this.#at(scope))
      .orderBy(asc(settingTable.key))
      .all();
    return Object.fromEntries(rows.map(({ key, value }) => [key, value as SettingValue]));
  }

  /** What holds in a channel: the channel's value, else the community's; undefined where the program's default holds. */
  effective(scope: SettingScope, key: string): EffectiveSetting | undefined {
    const { platform, community, channel = WHOLE } = scope;
    const row = this.database.orm
      .select()
      .from(settingTable)
      .where(
        and(
          eq(settingTable.platform, platform),
          eq(settingTable.community, community),
          inArray(settingTable.channel, [channel, WHOLE]),
          eq(settingTable.key, key),
        ),
      )
      // The channel's comes first.
      .orderBy(sql`${settingTable.channel} = ${WHOLE}`)
      .get();
    return row && { value: row.value as SettingValue, from: row.channel === WHOLE ? "community" : "channel" };
  }

  #at({ platform, community, channel = WHOLE }: SettingScope) {
    return and(
      eq(settingTable.platform, platform),
      eq(settingTable.community, community),
      eq(settingTable.channel, channel),
    );
  }
}
