import {
  type APIGatewayBotInfo,
  type APIInteraction,
  type APIReaction,
  GatewayDispatchEvents,
  type GatewayMessageCreateDispatchData,
  type GatewayReadyDispatchData,
  SimpleShardingStrategy,
  type WebSocketOptions,
  WebSocketShardDestroyRecovery,
} from "discord.js";
import type { Logger } from "pino";
import { deferred } from "../../shared/async.js";
import { plain } from "./sharding.js";
import type { ReactingMember } from "./users.js";

type Manager = Parameters<NonNullable<WebSocketOptions["buildStrategy"]>>[0];

/** As much of a reaction's two events as the adapter reads. */
export interface GatewayReaction {
  readonly user_id: string;
  readonly channel_id: string;
  readonly message_id: string;
  readonly guild_id?: string;
  readonly member?: ReactingMember;
  readonly emoji: APIReaction["emoji"];
}

/** Of its two events, the one about a single emoji says which. */
export interface ClearedReactions extends Pick<GatewayReaction, "channel_id" | "message_id" | "guild_id"> {
  readonly emoji?: APIReaction["emoji"];
}

/** What the adapter reads itself, as it comes from the gateway. */
interface Received {
  [GatewayDispatchEvents.InteractionCreate]: APIInteraction;
  [GatewayDispatchEvents.MessageCreate]: GatewayMessageCreateDispatchData;
  [GatewayDispatchEvents.MessageReactionAdd]: GatewayReaction;
  [GatewayDispatchEvents.MessageReactionRemove]: GatewayReaction;
  [GatewayDispatchEvents.MessageReactionRemoveAll]: ClearedReactions;
  [GatewayDispatchEvents.MessageReactionRemoveEmoji]: ClearedReactions;
}

/**
 * What discord.js needs for its caches of servers, channels, roles and members. Servers other than Discord send more
 * than the bot has asked for.
 */
const KEPT: ReadonlySet<string> = new Set<GatewayDispatchEvents>([
  GatewayDispatchEvents.Ready,
  GatewayDispatchEvents.Resumed,
  GatewayDispatchEvents.UserUpdate,
  GatewayDispatchEvents.GuildCreate,
  GatewayDispatchEvents.GuildUpdate,
  GatewayDispatchEvents.GuildDelete,
  GatewayDispatchEvents.GuildRoleCreate,
  GatewayDispatchEvents.GuildRoleUpdate,
  GatewayDispatchEvents.GuildRoleDelete,
  GatewayDispatchEvents.GuildMemberUpdate,
  GatewayDispatchEvents.GuildEmojisUpdate,
  GatewayDispatchEvents.ChannelCreate,
  GatewayDispatchEvents.ChannelUpdate,
  GatewayDispatchEvents.ChannelDelete,
  GatewayDispatchEvents.ThreadCreate,
  GatewayDispatchEvents.ThreadUpdate,
  GatewayDispatchEvents.ThreadDelete,
  GatewayDispatchEvents.ThreadListSync,
]);

/** After so many breaks in the middle of a resumption the session is given up, and a new one begun. */
const RESUMPTIONS = 2;

interface GatewayOptions {
  readonly logger: Logger;
  /** The application's id, where the settings tell. */
  readonly appId: string | undefined;
  /** It is not Discord's own. */
  readonly foreign: boolean;
  /** A resumption without an answer is given up after this many milliseconds, and a new session begun. */
  readonly resumeMs: number;
}

/**
 * Stands between the gateway and discord.js, which takes for granted that a server says all that Discord says: it fills
 * in what other servers leave out, drops events that are not used, and contains what goes wrong about a single event.
 * Its listeners get the adapter's own events as they came.
 */
export class Gateway {
  readonly #listeners = new Map<string, ((data: never) => void)[]>();
  readonly #resuming = new Map<number, NodeJS.Timeout>();
  readonly #broken = new Map<number, number>();
  readonly #information = deferred<APIGatewayBotInfo>();
  #url = "";
  #namesApplication = true;
  #ready = false;

  constructor(private readonly options: GatewayOptions) {}

  on<E extends keyof Received>(event: E, listener: (data: Received[E]) => void): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
  }

  /** What the gateway has said about itself; discord.js connects as it says. */
  know(information: APIGatewayBotInfo): void {
    this.#url = information.url;
    this.#information.resolve(information);
  }

  /**
   * discord.js has its servers. From now on it gets reactions as well: the members in them need not be asked for then.
   */
  ready(): void {
    this.#ready = true;
  }

  /** No listener is called any more. */
  close(): void {
    this.#listeners.clear();
    for (const timer of this.#resuming.values()) clearTimeout(timer);
  }

  /** Whether the gateway has said which application the bot belongs to. */
  get namesApplication(): boolean {
    return this.#namesApplication;
  }

  /** For discord.js's options. */
  readonly buildStrategy: NonNullable<WebSocketOptions["buildStrategy"]> = (manager) => {
    const strategy = new Sharding(manager);
    // discord.js would ask several times in a row, and trips over what is left out.
    manager.fetchGatewayInformation = () => this.#information.promise;
    const update = manager.options.updateSessionInfo;
    manager.options.updateSessionInfo = (shard, session) =>
      update(shard, session && { ...session, resumeURL: this.#resumeUrl(session.resumeURL) });
    const emit = manager.emit.bind(manager) as (event: string, payload: Payload) => boolean;
    const passed = (event: string, payload: Payload): boolean => {
      try {
        this.#watch(event, payload, manager, strategy);
        return this.#pass(event, payload, emit);
      } catch (error) {
        this.options.logger.warn(
          { err: error, event: payload.data?.t ?? event },
          "an event of Discord's gateway could not be read",
        );
        return true;
      }
    };
    Object.assign(manager, { emit: passed });
    return strategy;
  };

  #pass(event: string, payload: Payload, emit: (event: string, payload: Payload) => boolean): boolean {
    // The data of "ready" comes by itself and again as an event; both are the same object.
    if (event === "ready" && payload.data) this.#fillIn(payload.data as Partial<GatewayReadyDispatchData>);
    if (event !== "dispatch") return emit(event, payload);
    const { t: name = "", d: data } = payload.data ?? {};
    for (const listener of this.#listeners.get(name) ?? []) listener(data as never);
    const reaction = name === GatewayDispatchEvents.MessageReactionAdd && this.#ready;
    return KEPT.has(name) || reaction ? emit(event, payload) : true;
  }

  #fillIn(ready: Partial<GatewayReadyDispatchData>): void {
    ready.guilds ??= [];
    this.#namesApplication = ready.application?.id !== undefined;
    // Since 2017 new applications' bots have the application's id.
    const id = ready.application?.id ?? this.options.appId ?? ready.user?.id ?? "";
    Object.assign(ready, { application: { flags: 0, ...ready.application, id } });
  }

  /** Where a session goes on: as the server says, else where it began. */
  #resumeUrl(said: string | undefined): string {
    if (!said) return this.#url;
    const url = plain(said);
    // An address copied from Discord's documentation leads away from a server that is not Discord.
    const astray = this.options.foreign && isDiscord(url) && !isDiscord(this.#url);
    return astray ? this.#url : url;
  }

  /** Gives up a session that a server does not resume: one without that ability may simply say nothing. */
  #watch(event: string, { shardId: shard }: Payload, manager: Manager, strategy: Sharding): void {
    if (event === "hello") {
      void Promise.resolve(manager.options.retrieveSessionInfo(shard)).then((session) => {
        if (!session) return;
        const late = () => {
          this.options.logger.warn({ shard }, "Discord did not resume the session; beginning another one");
          // discord.js has no other way to begin another session with one shard.
          const destroy = { reason: "Not resumed", recover: WebSocketShardDestroyRecovery.Reconnect };
          void strategy.shard(shard)?.destroy(destroy);
        };
        clearTimeout(this.#resuming.get(shard));
        this.#resuming.set(shard, setTimeout(late, this.options.resumeMs).unref());
      });
    } else if (event === "ready" || event === "resumed") {
      this.#noLongerResuming(shard);
      this.#broken.delete(shard);
    } else if (event === "closed" && this.#noLongerResuming(shard)) {
      const times = (this.#broken.get(shard) ?? 0) + 1;
      this.#broken.set(shard, times);
      if (times >= RESUMPTIONS) void manager.options.updateSessionInfo(shard, null);
    }
  }

  #noLongerResuming(shard: number): boolean {
    clearTimeout(this.#resuming.get(shard));
    return this.#resuming.delete(shard);
  }
}

interface Payload {
  readonly shardId: number;
  readonly data?: { readonly t?: string; readonly d?: unknown };
}

/** As much of a shard as is needed here. */
interface Shard {
  readonly connection: Connection | null;
  destroy(options?: { readonly reason: string; readonly recover: WebSocketShardDestroyRecovery }): Promise<void>;
}

/** A WebSocket of the package ws. */
interface Connection {
  readonly readyState: number;
  readonly CONNECTING: number;
  onclose: null;
  on(event: "error", listener: () => void): void;
  terminate(): void;
}

class Sharding extends SimpleShardingStrategy {
  shard(id: number): Shard | undefined {
    return (this as unknown as { readonly shards: ReadonlyMap<number, Shard> }).shards.get(id);
  }

  override async spawn(ids: number[]): Promise<void> {
    await super.spawn(ids);
    for (const id of ids) {
      const shard = this.shard(id);
      if (shard) giveUpCleanly(shard);
    }
  }
}

/**
 * discord.js leaves a connection alone that is still being opened when its shard is destroyed, and takes its listener
 * for errors away: an error later would end the program, and a greeting leave a connection that is not used.
 */
function giveUpCleanly(shard: Shard): void {
  const destroy = shard.destroy.bind(shard);
  shard.destroy = async (options) => {
    const { connection } = shard;
    if (connection && connection.readyState === connection.CONNECTING) {
      connection.onclose = null;
      connection.on("error", () => undefined);
      connection.terminate();
    }
    await destroy(options);
  };
}

function isDiscord(url: string): boolean {
  return URL.canParse(url) && /(^|\.)discord(app)?\.(gg|com|media)$/.test(new URL(url).hostname);
}
