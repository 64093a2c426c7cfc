/** The gateway of the fake Discord: sessions over WebSocket, with heartbeats, intents, replay. */
import type { IncomingMessage, Server } from "node:http";
import {
  GatewayDispatchEvents as E,
  GatewayCloseCodes,
  GatewayIntentBits as I,
  GatewayOpcodes as Op,
} from "discord-api-types/v10";
import { type WebSocket, WebSocketServer } from "ws";

export interface GatewayOptions {
  readonly token: string;
  readonly heartbeatMs: number;
  /** The privileged intents that are switched on in the portal. */
  granted(): number;
  /** READY's payload but for the session and the servers. */
  ready(): Readonly<Record<string, unknown>>;
  /** What follows READY: every server. */
  guilds(): readonly { readonly id: string }[];
  readonly offend: (what: string) => void;
  readonly url: () => string;
}

interface Session {
  readonly id: string;
  readonly shard: Shard;
  readonly intents: number;
  sequence: number;
  /** Everything since the beginning, for clients that resume. */
  readonly events: { readonly op: Op.Dispatch; readonly t: string; readonly s: number; readonly d: unknown }[];
  socket: WebSocket | undefined;
}

/** A shard's number, and how many there are. */
type Shard = readonly [id: number, count: number];

interface Identify {
  readonly token: string;
  readonly intents: number;
  readonly shard?: Shard;
}

/** So long after an identify no other one of its bucket may come: 5 s, less what a busy machine holds up the first. */
const IDENTIFY_MS = 5_000 - 1_000;

/** Whether a shard gets what happens in a server; the first one gets direct messages. */
function holds([shard, count]: Shard, guild: string | undefined): boolean {
  return shard === (guild === undefined ? 0 : Number((BigInt(guild) >> 22n) % BigInt(count)));
}

const PRIVILEGED = I.GuildMembers | I.GuildPresences | I.MessageContent;
const ALL = Object.values(I).reduce<number>((sum, bit) => (typeof bit === "number" ? sum | bit : sum), 0);

/** Which intent an event needs, in servers and in direct messages. */
const NEEDS: Readonly<Partial<Record<string, readonly [guild: number, direct: number]>>> = {
  [E.GuildCreate]: [I.Guilds, 0],
  [E.ThreadCreate]: [I.Guilds, 0],
  [E.ThreadUpdate]: [I.Guilds, 0],
  [E.ThreadDelete]: [I.Guilds, 0],
  [E.ChannelCreate]: [I.Guilds, 0],
  [E.ChannelUpdate]: [I.Guilds, 0],
  [E.ChannelDelete]: [I.Guilds, 0],
  [E.GuildEmojisUpdate]: [I.GuildExpressions, 0],
  [E.MessageReactionAdd]: [I.GuildMessageReactions, I.DirectMessageReactions],
  [E.MessageReactionRemove]: [I.GuildMessageReactions, I.DirectMessageReactions],
  [E.MessageReactionRemoveAll]: [I.GuildMessageReactions, I.DirectMessageReactions],
  [E.MessageReactionRemoveEmoji]: [I.GuildMessageReactions, I.DirectMessageReactions],
  [E.MessageCreate]: [I.GuildMessages, I.DirectMessages],
};

export class Gateway {
  readonly #sockets: WebSocketServer;
  readonly #sessions = new Map<string, Session>();
  identified = 0;
  resumed = 0;
  /** The number of shards that is recommended; fewer are turned down with 4011. */
  shards = 1;
  /**
   * Shards whose numbers differ modulo this may identify at the same time, others 5 s apart. Where one shard will do,
   * programs that a test starts again need not wait.
   */
  maxConcurrency = 1;
  /** Sessions that may still be begun today. */
  sessionsLeft = 1_000;
  /** When each session was begun, with its shard. */
  readonly identifies: { readonly shard: Shard; readonly at: number }[] = [];
  /** The next attempts to go on with a session are turned down. */
  refusesResume = false;
  /** Attempts to go on with a session get no answer at all. */
  ignoresResume = false;
  /** What another server of the protocol would say instead; undefined: nothing. */
  dialect: (event: E, data: unknown) => unknown = (_event, data) => data;
  /** New connections are turned down, as in an outage. */
  down = false;
  /** Closes connections with this code when they identify. */
  refusesWith: GatewayCloseCodes | undefined;

  constructor(
    server: Server,
    private readonly options: GatewayOptions,
  ) {
    this.#sockets = new WebSocketServer({ noServer: true });
    server.on("upgrade", (request: IncomingMessage, socket, head) => {
      // A client may leave in the middle of it.
      socket.on("error", () => undefined);
      if (this.down || !request.url?.startsWith("/gateway")) return socket.destroy();
      const query = new URL(request.url, "http://local").searchParams;
      if (
        [...query.keys()].length > new Set(query.keys()).size ||
        query.get("v") !== "10" ||
        query.get("encoding") !== "json"
      )
        options.offend(`the gateway was asked for with ${query}`);
      this.#sockets.handleUpgrade(request, socket, head, (connected) => this.#serve(connected));
    });
  }

  get connected(): boolean {
    return [...this.#sessions.values()].some(({ socket }) => socket !== undefined);
  }

  /** Sends an event to the shard that asked for its kind; one that is cut off gets it when it resumes. */
  dispatch(event: E, data: unknown, direct = false): void {
    const need = NEEDS[event]?.[direct ? 1 : 0] ?? 0;
    const { guild_id: guild } = Object(data) as { readonly guild_id?: string };
    for (const session of this.#sessions.values())
      if (holds(session.shard, guild) && (need === 0 || (session.intents & need) !== 0))
        this.#send(session, event, data);
  }

  /** The same event once more, as after a break whose bounds are not sure. */
  repeatLast(event: E): void {
    for (const session of this.#sessions.values()) {
      const last = session.events.filter(({ t }) => t === event).at(-1);
      if (last) this.#send(session, event, last.d);
    }
  }

  /** Breaks all connections, or one shard's; the sessions can be resumed. */
  drop(code?: number, shard?: number): void {
    for (const session of this.#sessions.values()) {
      if (shard !== undefined && session.shard[0] !== shard) continue;
      if (code === undefined) session.socket?.terminate();
      else session.socket?.close(code);
      session.socket = undefined;
    }
  }

  /** Asks all clients to reconnect, as Discord does some times a day. */
  askToReconnect(): void {
    for (const { socket } of this.#sessions.values()) socket?.send(JSON.stringify({ op: Op.Reconnect, d: null }));
  }

  close(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
  }

  #serve(socket: WebSocket): void {
    let session: Session | undefined;
    let beat = Date.now();
    const { heartbeatMs, offend } = this.options;
    socket.send(JSON.stringify({ op: Op.Hello, d: { heartbeat_interval: heartbeatMs } }));
    const watch = setInterval(() => {
      if (Date.now() - beat < heartbeatMs * 2.5) return;
      offend("the client missed its heartbeats");
      socket.close(GatewayCloseCodes.SessionTimedOut);
    }, heartbeatMs);
    watch.unref();
    socket.on("close", () => {
      clearInterval(watch);
      if (session?.socket === socket) session.socket = undefined;
    });
    socket.on("error", () => undefined);
    socket.on("message", (data) => {
      const { op, d } = JSON.parse(String(data)) as { op: Op; d: unknown };
      if (op === Op.Heartbeat) {
        beat = Date.now();
        if (session && typeof d === "number" && d > session.sequence) offend("a heartbeat of the future");
        socket.send(JSON.stringify({ op: Op.HeartbeatAck }));
      } else if (op === Op.Identify) session = this.#identify(socket, d as Identify, session);
      else if (op === Op.Resume)
        session = this.#resume(socket, d as { token: string; session_id: string; seq: number });
      else if (!session) socket.close(GatewayCloseCodes.NotAuthenticated);
    });
  }

  #identify(
    socket: WebSocket,
    { token, intents, shard = [0, 1] }: Identify,
    before: Session | undefined,
  ): Session | undefined {
    const refuse = (code: GatewayCloseCodes): undefined => {
      socket.close(code);
    };
    const [number, count] = shard;
    if (before) return refuse(GatewayCloseCodes.AlreadyAuthenticated);
    if (this.refusesWith !== undefined) return refuse(this.refusesWith);
    if (token !== this.options.token) return refuse(GatewayCloseCodes.AuthenticationFailed);
    if (!(number >= 0 && number < count)) return refuse(GatewayCloseCodes.InvalidShard);
    if (count < this.shards) return refuse(GatewayCloseCodes.ShardingRequired);
    if ((intents & ~ALL) !== 0) return refuse(GatewayCloseCodes.InvalidIntents);
    if ((intents & PRIVILEGED & ~this.options.granted()) !== 0) return refuse(GatewayCloseCodes.DisallowedIntents);
    if (this.#isTooSoon(shard)) {
      this.options.offend(`shard ${number} identified before its turn`);
      socket.send(JSON.stringify({ op: Op.InvalidSession, d: false }));
      return undefined;
    }
    if (this.sessionsLeft-- <= 0) this.options.offend("more sessions were begun than a day allows");
    this.identified++;
    this.identifies.push({ shard, at: Date.now() });
    const session: Session = { id: `session-${this.identified}`, shard, intents, sequence: 0, events: [], socket };
    this.#sessions.set(session.id, session);
    const guilds = this.options.guilds().filter(({ id }) => holds(shard, id));
    this.#send(session, E.Ready, {
      ...this.options.ready(),
      guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
      shard,
      session_id: session.id,
      resume_gateway_url: this.options.url(),
    });
    if ((intents & I.Guilds) !== 0) for (const guild of guilds) this.#send(session, E.GuildCreate, guild);
    return session;
  }

  #isTooSoon([shard, count]: Shard): boolean {
    const bucket = shard % this.maxConcurrency;
    const last = this.identifies.findLast((other) => other.shard[0] % this.maxConcurrency === bucket);
    return count > 1 && last !== undefined && Date.now() - last.at < IDENTIFY_MS;
  }

  #resume(
    socket: WebSocket,
    { token, session_id, seq }: { token: string; session_id: string; seq: number },
  ): Session | undefined {
    if (token !== this.options.token) {
      socket.close(GatewayCloseCodes.AuthenticationFailed);
      return undefined;
    }
    if (this.ignoresResume) return undefined;
    const session = this.#sessions.get(session_id);
    if (!session || this.refusesResume) {
      this.#sessions.delete(session_id);
      socket.send(JSON.stringify({ op: Op.InvalidSession, d: false }));
      return undefined;
    }
    if (seq > session.sequence) {
      socket.close(GatewayCloseCodes.InvalidSeq);
      return undefined;
    }
    this.resumed++;
    session.socket = socket;
    for (const event of session.events) if (event.s > seq) socket.send(JSON.stringify(event));
    this.#send(session, E.Resumed, {});
    return session;
  }

  #send(session: Session, t: E, data: unknown): void {
    const d = this.dialect(t, data);
    if (d === undefined) return;
    const event = { op: Op.Dispatch as const, t, s: ++session.sequence, d };
    session.events.push(event);
    session.socket?.send(JSON.stringify(event));
  }
}
