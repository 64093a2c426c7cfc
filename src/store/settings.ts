import { and, asc, sql } from "drizzle-orm";
import { LRUCache } from "lru-cache";
import type { ChannelRef, Community, UserKey } from "../domain/model.js";
import { type Database, matching } from "./database.js";
import { type SettingValue, settingTable } from "./schema.js";

/** Where a setting applies: in one channel or, without one, in a whole community. */
export interface SettingScope extends Community {
  readonly channel?: string;
  /** A whole channel reference is no scope: its id goes into `channel`. */
  readonly id?: never;
}

interface EffectiveSetting {
  readonly value: SettingValue;
  readonly from: "channel" | "community";
}

/** A setting that acts in the name of who has set it, where that is remembered beside it. */
export interface NamedSetting {
  readonly channel: ChannelRef;
  readonly key: string;
}

const WHOLE = "";
/** What is remembered beside a setting: its `by` is the person in whose name it acts. */
const STATE = "-state";

/** The key under which that is remembered. */
export function stateKey(key: string): string {
  return key + STATE;
}

/** Scopes whose settings are remembered. */
const SCOPES = 1_000;

/** What people who manage a channel or a community have set there. Callers check what they read. */
export class Settings {
  /** What is set, by scope: each job asks for ten values, and nothing else writes them. */
  readonly #known = new LRUCache<string, Readonly<Record<string, SettingValue>>>({ max: SCOPES });

  constructor(
    private readonly database: Database,
    private readonly now: () => number,
  ) {}

  /** Sets a value in one scope; undefined takes it back, so that the outer one applies again. */
  set(scope: SettingScope, key: string, value: SettingValue | undefined): void {
    const { platform, community, channel = WHOLE } = scope;
    const { orm } = this.database;
    this.database.write(() => {
      if (value === undefined) return orm.delete(settingTable).where(at(scope, key)).run();
      const set = { value, at: this.now() };
      const target = [settingTable.platform, settingTable.community, settingTable.channel, settingTable.key];
      const insert = orm.insert(settingTable).values({ platform, community, channel, key, ...set });
      return insert.onConflictDoUpdate({ target, set }).run();
    });
    this.#known.clear();
  }

  /** What is set in this very scope. */
  get(scope: SettingScope, key: string): SettingValue | undefined {
    return this.all(scope)[key];
  }

  /** Everything set in this very scope, by key. */
  all(scope: SettingScope): Readonly<Record<string, SettingValue>> {
    const { platform, community, channel = WHOLE } = scope;
    const name = JSON.stringify([platform, community, channel]);
    const known = this.#known.get(name) ?? this.#read(scope);
    this.#known.set(name, known);
    return known;
  }

  /** The channels where something is set, and to what. */
  channelsWith(platform: string, key: string): { readonly channel: ChannelRef; readonly value: SettingValue }[] {
    const rows = this.database.orm.select().from(settingTable).where(matching(settingTable, { platform, key })).all();
    return rows
      .filter(({ channel }) => channel !== WHOLE)
      .map(({ community, channel: id, value }) => ({ channel: { platform, community, id }, value }));
  }

  /** What is set in channels in a person's name. */
  of({ platform, user }: UserKey): NamedSetting[] {
    const isTheirs = sql`json_extract(${settingTable.value}, '$.by.id') = ${user}`;
    const where = and(matching(settingTable, { platform }), isTheirs);
    const rows = this.database.orm.select().from(settingTable).where(where).all();
    return rows
      .filter(({ key }) => key.endsWith(STATE))
      .map(({ community, channel: id, key }) => ({
        channel: { platform, community, id },
        key: key.slice(0, -STATE.length),
      }));
  }

  /** Takes back what is set in a person's name, and what is remembered beside it. Returns how much that was. */
  removeOf(person: UserKey): number {
    return this.database.write(() => {
      const theirs = this.of(person);
      for (const { channel, key } of theirs) {
        const { platform, community, id } = channel;
        for (const each of [key, stateKey(key)]) this.set({ platform, community, channel: id }, each, undefined);
      }
      return theirs.length;
    });
  }

  #read(scope: SettingScope): Readonly<Record<string, SettingValue>> {
    const rows = this.database.orm.select().from(settingTable).where(at(scope)).orderBy(asc(settingTable.key)).all();
    return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
  }

  /** What applies in a channel: its own value, else the community's; undefined where the program's default does. */
  effective({ platform, community, channel }: SettingScope, key: string): EffectiveSetting | undefined {
    const own = channel === undefined ? undefined : this.get({ platform, community, channel }, key);
    if (own !== undefined) return { value: own, from: "channel" };
    const value = this.get({ platform, community }, key);
    return value === undefined ? undefined : { value, from: "community" };
  }
}

function at({ platform, community, channel = WHOLE }: SettingScope, key?: string) {
  return matching(settingTable, { platform, community, channel, key });
}
