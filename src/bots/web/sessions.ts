import type { FastifyReply, FastifyRequest } from "fastify";
import { LRUCache } from "lru-cache";
import { ChatError } from "../../port/chat-error.js";
import { isLoopback, networkOf } from "./addresses.js";
import type { Budgets } from "./budgets.js";
import type { BudgetName } from "./limits.js";
import type { SignIn } from "./sign-in.js";
import type { PersonRow } from "./store.js";
import type { Users } from "./users.js";

/** People whose address is remembered. */
const REMEMBERED = 10_000;
const YEAR_S = 365 * 24 * 3600;

/** Knows visitors by a cookie with a random token that scripts cannot read and other sites' requests do not carry. */
export class Sessions {
  /** Where people were last, by their ids. In memory only. */
  readonly #addresses = new LRUCache<string, string>({ max: REMEMBERED });

  constructor(
    private readonly users: Users,
    private readonly cookie: string,
    readonly budgets: Budgets,
    /** Where the operator has set it up: then a cookie counts together with it only. */
    private readonly signIn?: SignIn,
    /** The settings name a place at which others find the chat. */
    private readonly isPublic = false,
  ) {}

  /** The visitor, if they are known. @throws ChatError "forbidden" for who is kept out */
  find(request: FastifyRequest): PersonRow | undefined {
    return this.#known(request)?.user;
  }

  /** Which of a person's browsers this is. */
  sessionOf(request: FastifyRequest): number | undefined {
    return this.#known(request)?.session;
  }

  #known(request: FastifyRequest): ReturnType<Users["byToken"]> {
    const token = readCookie(request.headers.cookie, this.cookie);
    const found = token === undefined ? undefined : this.users.byToken(token);
    const isSame = !this.signIn || found?.user.sign_in === (this.signIn(request) ?? null);
    const known = isSame ? found : undefined;
    const user = known?.user;
    const address = addressOf(request);
    // What others do at a moderator's address keeps no moderator out.
    if (user?.moderator !== 1 && this.users.addressIsBanned(address))
      throw new ChatError("forbidden", "web.address-banned");
    if (user && user.banned > 0) throw new ChatError("forbidden", "web.banned");
    if (user) this.#addresses.set(user.id, address);
    return known;
  }

  /** Lets the browser that asks in as a person, in place of who it was. */
  enterAs(person: string, request: FastifyRequest, reply: FastifyReply): void {
    this.#setCookie(this.users.addSession(person, browserOf(request)), request, reply);
  }

  /** Where a person was last, whose acts count for that address; undefined for a moderator, as in {@link spend}. */
  countedAddress(id: string): string | undefined {
    return this.users.get(id)?.moderator === 1 ? undefined : this.#addresses.get(id) || undefined;
  }

  /** Where a person was last; undefined where that is not known, this machine's own, or a moderator's as well. */
  bannableAddress(id: string): string | undefined {
    const address = this.#addresses.get(id);
    if (address === undefined || address === "" || isLoopback(address)) return undefined;
    const moderators = this.users.moderators().map((moderator) => this.#addresses.get(moderator.id));
    return moderators.includes(address) ? undefined : address;
  }

  /**
   * The visitor, who may do this now. @throws ChatError "forbidden" without a session, and for who is kept out,
   * "rate-limited" when that is too much.
   */
  act(request: FastifyRequest, what: BudgetName): PersonRow {
    const user = this.find(request);
    if (!user) throw new ChatError("forbidden", "web.session-unknown");
    this.spend(what, request, user);
    return user;
  }

  /** The visitor, who is a moderator. @throws ChatError as {@link act}, and "forbidden" for everybody else */
  moderate(request: FastifyRequest): PersonRow {
    const user = this.act(request, "moderation");
    if (user.moderator !== 1) throw new ChatError("forbidden", "admin.forbidden");
    return user;
  }

  /**
   * Takes some of something from the budgets of a visitor and of their address. What others do at a moderator's address
   * must not keep the moderator from acting.
   * @throws ChatError "rate-limited"
   */
  spend(what: BudgetName, request: FastifyRequest, user?: PersonRow, count?: number): void {
    const address = user?.moderator === 1 ? undefined : addressOf(request);
    const seconds = this.budgets.take(what, { person: user?.id, address }, count);
    if (seconds > 0) throw new ChatError("rate-limited", "web.too-fast", { seconds });
  }

  /** The visitor, a new one if need be. @throws ChatError "rate-limited" when one address brings too many newcomers. */
  findOrCreate(request: FastifyRequest, reply: FastifyReply): PersonRow {
    const known = this.find(request);
    if (known) {
      this.spend("clicks", request, known);
      return known;
    }
    const wait = this.budgets.take("visitors", { address: addressOf(request) });
    if (wait > 0) throw new ChatError("rate-limited", "web.newcomers", { seconds: wait });
    const signIn = this.signIn?.(request);
    const signedIn = signIn === undefined ? undefined : this.users.bySignIn(signIn);
    if (signedIn) {
      if (signedIn.banned > 0) throw new ChatError("forbidden", "web.banned");
      this.enterAs(signedIn.id, request, reply);
      return signedIn;
    }
    const owns = signIn === undefined && this.#ownsThisMachine(request) && this.users.moderators().length === 0;
    const { user, token } = this.users.create(owns, browserOf(request), signIn);
    this.#setCookie(token, request, reply);
    return user;
  }

  #setCookie(token: string, { headers }: FastifyRequest, reply: FastifyReply): void {
    const isSecure = headers.origin?.startsWith("https:") || headers["x-forwarded-proto"] === "https";
    const value = `${this.cookie}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${YEAR_S}`;
    reply.header("set-cookie", isSecure ? `${value}; Secure` : value);
  }

  /**
   * The first visitor from loopback is the moderator: who starts the bot opens it first, on the same machine. It has to
   * be loopback all the way, by a loopback name and with no proxy between, or a tunnel to the public would give the
   * right to a stranger. Everybody else needs the configured code, as everybody does where the settings name the place
   * at which others find the chat.
   */
  #ownsThisMachine(request: FastifyRequest): boolean {
    const localName = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(request.headers.host ?? "");
    return !this.isPublic && isLoopback(request.socket.remoteAddress) && localName && !isHandedOn(request);
  }
}

/** What proxies add to a request that they hand on. */
const HANDED_ON =
  /^(?:forwarded|via|x-(?:forwarded-.+|real-.+|original-.+|client-ip|envoy-.+)|true-client-ip|cf-.+|cdn-loop)$/;

/**
 * Whether a request has come through a proxy, as far as that shows: one that hands on the visitor's own bytes leaves no
 * trace. Until version 1.29 nginx by itself adds nothing and gives the chat's own address for the host, but speaks
 * HTTP 1.0 and closes each connection, which no browser does.
 */
function isHandedOn({ headers, raw: { httpVersion } }: FastifyRequest): boolean {
  const closes = headers.connection?.toLowerCase() === "close";
  return httpVersion === "1.0" || closes || Object.keys(headers).some((header) => HANDED_ON.test(header));
}

/** What a visitor's address counts as; behind a trusted proxy it is the one that the proxy tells. */
export function addressOf({ ip }: FastifyRequest): string {
  // Of a connection that has just broken there is none.
  return networkOf(ip ?? "");
}

function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of header?.split(";") ?? []) {
    const [key, value] = part.trim().split("=", 2);
    if (key === name && value) return value;
  }
  return undefined;
}

const BROWSERS = [/\b(Edg)/, /\b(OPR)\//, /\b(Firefox|FxiOS)\//, /\b(Chrome|CriOS)\//, /\b(Safari)\//];
const SYSTEMS = [/\b(iPhone|iPad|Android|Windows)\b/, /\b(Mac) OS X/, /\b(Linux|CrOS)\b/];
const NAMES: Readonly<Record<string, string>> = { Edg: "Edge", OPR: "Opera", FxiOS: "Firefox", CriOS: "Chrome" };

/** By what people know their browsers apart, such as "Firefox, Linux"; empty where it says nothing known. */
function browserOf({ headers }: FastifyRequest): string {
  const said = headers["user-agent"] ?? "";
  const first = (patterns: readonly RegExp[]) => patterns.map((pattern) => pattern.exec(said)?.[1]).find(Boolean);
  const [browser, system] = [first(BROWSERS), first(SYSTEMS)];
  return [browser && (NAMES[browser] ?? browser), system].filter(Boolean).join(", ");
}
