import type { FastifyReply, FastifyRequest } from "fastify";
import { ChatError } from "../../port/chat-error.js";
import { isLoopback, RateLimiter } from "./guard.js";
import type { PersonRow } from "./store.js";
import type { Users } from "./users.js";

const YEAR_S = 365 * 24 * 3600;

/** Knows visitors by a cookie with a random token that scripts cannot read and other sites' requests do not carry. */
export class Sessions {
  readonly #newcomers: RateLimiter;

  constructor(
    private readonly users: Users,
    private readonly cookie: string,
    newVisitorBurst: number,
  ) {
    this.#newcomers = new RateLimiter(newVisitorBurst, 0.5);
  }

  find(request: FastifyRequest): PersonRow | undefined {
    const token = readCookie(request.headers.cookie, this.cookie);
    return token === undefined ? undefined : this.users.byToken(token);
  }

  /**
   * The visitor, who may do this now. @throws ChatError "forbidden" without a session, "rate-limited" when that is too
   * much.
   */
  act(request: FastifyRequest, limiter: RateLimiter): PersonRow {
    const user = this.find(request);
    if (!user) throw new ChatError("forbidden", "web.session-unknown");
    const wait = limiter.take(user.id);
    if (wait > 0) throw new ChatError("rate-limited", "web.too-fast", { seconds: wait });
    return user;
  }

  /** The visitor, a new one if need be. @throws ChatError "rate-limited" when one address brings too many newcomers. */
  findOrCreate(request: FastifyRequest, reply: FastifyReply): PersonRow {
    const known = this.find(request);
    if (known) return known;
    const wait = this.#newcomers.take(request.socket.remoteAddress ?? "");
    if (wait > 0) throw new ChatError("rate-limited", "web.newcomers", { seconds: wait });
    const { user, token } = this.users.create(this.#ownsThisMachine(request) && !this.users.hasModerator());
    const secure =
      request.headers.origin?.startsWith("https:") || request.headers["x-forwarded-proto"] === "https"
        ? "; Secure"
        : "";
    reply.header("set-cookie", `${this.cookie}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${YEAR_S}${secure}`);
    return user;
  }

  /**
   * The first visitor from loopback is the moderator: who starts the bot opens it first, on the same machine. It has to
   * be loopback all the way, by a loopback name and with no proxy between, or a tunnel to the public would give the
   * right to a stranger. Everybody else needs the configured code.
   */
  #ownsThisMachine(request: FastifyRequest): boolean {
    const proxied = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"].some(
      (header) => header in request.headers,
    );
    const localName = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(request.headers.host ?? "");
    return isLoopback(request.socket.remoteAddress) && localName && !proxied;
  }
}

function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of header?.split(";") ?? []) {
    const [key, value] = part.trim().split("=", 2);
    if (key === name && value) return value;
  }
  return undefined;
}
