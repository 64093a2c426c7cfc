/** Socket Mode: connections by ticket, envelopes that must be acknowledged within 3 s, and requests to reconnect. */
import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import { type WebSocket, WebSocketServer } from "ws";
import type { FakeSlack } from "./server.js";

export interface Envelope {
  readonly type: "events_api" | "slash_commands" | "interactive";
  readonly payload: object;
  readonly acceptsResponse: boolean;
}

/** https://docs.slack.dev/apis/events-api/using-socket-mode */
const MOST_CONNECTIONS = 10;

interface Sent {
  readonly envelope: Envelope;
  readonly connection: WebSocket | undefined;
  readonly resolve: (payload: unknown) => void;
  readonly timer: NodeJS.Timeout;
}

export class Socket {
  readonly #server: WebSocketServer;
  readonly #connections = new Set<WebSocket>();
  readonly #tickets = new Set<string>();
  readonly #sent = new Map<string, Sent>();
  readonly #waiting: (() => void)[] = [];
  #deafSince: number | undefined;
  /** The longest time without a connection that takes envelopes, in milliseconds. */
  longestGapMs = 0;
  /** How often a bot has connected. */
  connected = 0;
  /** The next envelopes come twice, as after an acknowledgement that was lost. */
  twice = 0;
  /** The next connections are asked to be replaced together with the greeting. */
  shortLived = 0;
  /** Connections are accepted, but never greeted. */
  silent = false;

  constructor(
    private readonly fake: FakeSlack,
    server: Server,
    private readonly ackMs: number,
  ) {
    this.#server = new WebSocketServer({ noServer: true });
    server.on("upgrade", (request, socket, head) => {
      const ticket = new URL(request.url ?? "/", "http://localhost").searchParams.get("ticket") ?? "";
      if (!this.#tickets.delete(ticket)) return void socket.destroy();
      this.#server.handleUpgrade(request, socket, head, (connection) => {
        // Slack answers a close frame and leaves TCP open: a client that waits for its end waits in vain.
        socket.end = () => socket;
        this.#greet(connection);
      });
    });
  }

  newUrl(): string {
    const ticket = randomUUID();
    this.#tickets.add(ticket);
    return `${this.fake.url.replace("http", "ws")}/link/?ticket=${ticket}&app_id=A1`;
  }

  get open(): boolean {
    return this.#connections.size > 0;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /**
   * Sends an envelope as soon as there is a connection, and again when it is not acknowledged; resolves to the answer.
   */
  async send(envelope: Envelope, attempt = 0): Promise<unknown> {
    while (this.#connections.size === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    // The newest connection gets what comes.
    const connection = [...this.#connections].at(-1);
    const id = randomUUID();
    const times = this.twice > 0 ? 2 : 1;
    this.twice = Math.max(0, this.twice - 1);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#sent.delete(id);
        if (envelope.type === "events_api" && attempt < 3) {
          this.send(envelope, attempt + 1).then(resolve);
          return;
        }
        this.fake.violate(`${envelope.type} was not acknowledged within ${this.ackMs} ms`);
        resolve(undefined);
      }, this.ackMs);
      this.#sent.set(id, { envelope, connection, resolve, timer });
      const text = JSON.stringify({
        envelope_id: id,
        type: envelope.type,
        payload: envelope.payload,
        accepts_response_payload: envelope.acceptsResponse,
        ...(attempt === 0 ? {} : { retry_attempt: attempt, retry_reason: "timeout" }),
      });
      for (let time = 0; time < times; time++) connection?.send(text);
    });
  }

  /**
   * Asks the bot to come again, as Slack does every few hours; "cut" cuts the line without a word. Returns the
   * connections that were told.
   */
  disconnect(
    reason: "refresh_requested" | "warning" | "cut",
    connections: readonly WebSocket[] = [...this.#connections],
  ): readonly WebSocket[] {
    for (const connection of connections) {
      if (reason === "cut") connection.terminate();
      else connection.send(JSON.stringify({ type: "disconnect", reason, debug_info: { host: "fake" } }));
    }
    return connections;
  }

  /** Sends something as it is. */
  say(text: string): void {
    for (const connection of this.#connections) connection.send(text);
  }

  close(): void {
    for (const { timer } of this.#sent.values()) clearTimeout(timer);
    for (const connection of this.#server.clients) connection.terminate();
    this.#server.close();
  }

  #greet(connection: WebSocket): void {
    this.connected += 1;
    connection.on("message", (data) => this.#acknowledged(String(data), connection));
    connection.on("close", () => this.#ended(connection));
    connection.on("error", () => undefined);
    // A client's close frame is answered so; nothing is sent after it.
    const close = connection.close.bind(connection);
    connection.close = (...args) => {
      this.#ended(connection);
      close(...args);
    };
    if (this.silent) return;
    this.#connections.add(connection);
    if (this.#connections.size > MOST_CONNECTIONS) this.fake.violate(`more than ${MOST_CONNECTIONS} connections`);
    if (this.#deafSince !== undefined)
      this.longestGapMs = Math.max(this.longestGapMs, performance.now() - this.#deafSince);
    this.#deafSince = undefined;
    connection.send(
      JSON.stringify({
        type: "hello",
        num_connections: this.#connections.size,
        connection_info: { app_id: "A1" },
        debug_info: { host: "fake" },
      }),
    );
    if (this.shortLived-- > 0) this.disconnect("warning", [connection]);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #ended(connection: WebSocket): void {
    if (this.#connections.delete(connection) && this.#connections.size === 0) this.#deafSince = performance.now();
  }

  #acknowledged(text: string, connection: WebSocket): void {
    const { envelope_id: id, payload } = JSON.parse(text) as { envelope_id?: string; payload?: object };
    const sent = this.#sent.get(id ?? "");
    if (!sent) return;
    if (sent.connection !== connection) {
      this.fake.violate(`${sent.envelope.type} was acknowledged by another connection than it came by`);
      return;
    }
    clearTimeout(sent.timer);
    this.fake.onAcknowledged(sent.envelope.type);
    if (payload && Object.keys(payload).length > 0 && !sent.envelope.acceptsResponse) {
      this.fake.violate(`an answer with a payload to ${sent.envelope.type}, which takes none`);
    }
    this.#sent.delete(id ?? "");
    sent.resolve(payload);
  }
}
