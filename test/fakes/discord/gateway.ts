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
  /** READY's payload but for the session. */
  ready(): Readonly<Record<string, unknown>>;
  /** What follows READY: every server. */
  guilds(): readonly object[];
  readonly offend: (what: string) => void;
  readonly url: () => string;
}

interface Session {
  readonly id: string;
  readonly intents: number;
  sequence: number;
  /** Everything since the beginning, for clients that resume. */
  readonly events: { readonly op: Op.Dispatch; readonly t: string; readonly s: number; readonly d: unknown }[];
  socket: WebSocket | undefined;
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
  [E.MessageReactionAdd]: [I.GuildMessageReactions, I.DirectMessageReactions],
  [E.MessageReactionRemove]: [I.GuildMessageReactions, I.DirectMessageReactions],
  [E.MessageCreate]: [I.GuildMessages, I.DirectMessages],
};

export class Gateway {
  readonly #sockets: WebSocketServer;
  readonly #sessions = new Map<string, Session>();
  identified = 0;
  resumed = 0;
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

  /** Sends an event to every session that asked for its kind; those that are cut off get it when they resume. */
  dispatch(event: E, data: unknown, direct = false): void {
    const need = NEEDS[event]?.[direct ? 1 : 0] ?? 0;
    for (const session of this.#sessions.values())
      if (need === 0 || (session.intents & need) !== 0) this.#send(session, event, data);
  }

  /** The same event once more, as after a break whose bounds are not sure. */
  repeatLast(event: E): void {
    for (const session of this.#sessions.values()) {
      const last = session.events.filter(({ t }) => t === event).at(-1);
      if (last) this.#send(session, event, last.d);
    }
  }

  /** Breaks all connections; the sessions can be resumed. */
  drop(code?: number): void {
    for (const session of this.#sessions.values()) {
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
      } else if (op === Op.Identify) session = this.#identify(socket, d as { token: string; intents: number }, session);
      else if (op === Op.Resume)
        session = this.#resume(socket, d as { token: string; session_id: string; seq: number });
      else if (!session) socket.close(GatewayCloseCodes.NotAuthenticated);
    });
  }

  #identify(
    socket: WebSocket,
    { token, intents }: { token: string; intents: number },
    before: Session | undefined,
  ): Session | undefined {
    const refuse = (code: GatewayCloseCodes): undefined => {
      socket.close(code);
    };
    if (before) return refuse(GatewayCloseCodes.AlreadyAuthenticated);
    if (this.refusesWith !== undefined) return refuse(this.refusesWith);
    if (token !== this.options.token) return refuse(GatewayCloseCodes.AuthenticationFailed);
    if ((intents & ~ALL) !== 0) return refuse(GatewayCloseCodes.InvalidIntents);
    if ((intents & PRIVILEGED & ~this.options.granted()) !== 0) return refuse(GatewayCloseCodes.DisallowedIntents);
    this.identified++;
    const session: Session = { id: `session-${this.identified}`, intents, sequence: 0, events: [], socket };
    this.#sessions.set(session.id, session);
    this.#send(session, E.Ready, {
      ...this.options.ready(),
      session_id: session.id,
      resume_gateway_url: this.options.url(),
    });
    if ((intents & I.Guilds) !== 0)
      for (const guild of this.options.guilds()) this.#send(session, E.GuildCreate, guild);
    return session;
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
