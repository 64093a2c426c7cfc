/** One person, many browsers: a code lets another one in, and each can be shut out again. */
import { randomInt } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { ChatError } from "../../port/chat-error.js";
import { sentence } from "../../shared/sentences/sentence.js";
import type { WebServices } from "./api.js";
import { readBody } from "./guard.js";
import type { WireDevices, WireJoin, WireJoinCode } from "./wire.js";

/** Without letters and digits that are taken for each other. */
const LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789";
const LENGTH = 10;
const VALID_MS = 10 * 60_000;
/** Codes that may be waiting, of all people. */
const MOST = 1_000;

const joinBody = z.object({ code: z.string().max(40), sure: z.boolean() });

/** Whose a code is, and which of their browsers has made it. */
interface Maker {
  readonly person: string;
  readonly session: number | undefined;
}

/** Codes that were given out: each is good once, and not for long. A restart forgets them. */
export class JoinCodes {
  readonly #codes = new Map<string, Maker & { readonly until: number }>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** A new one; the person's earlier one is good no longer. */
  add({ person, session }: Maker): string {
    for (const [code, each] of this.#codes) if (each.person === person) this.#codes.delete(code);
    const code = Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join("");
    this.#codes.set(code, { person, session, until: this.now() + VALID_MS });
    for (const old of [...this.#codes.keys()].slice(0, -MOST)) this.#codes.delete(old);
    return code;
  }

  /** Who has made a code. @param spend it is good no longer */
  maker(typed: string, spend: boolean): Maker | undefined {
    const code = typed.toUpperCase().replace(/[^A-Z0-9]/g, "");
    const found = this.#codes.get(code);
    if (found && (spend || found.until <= this.now())) this.#codes.delete(code);
    return found && found.until > this.now() ? found : undefined;
  }
}

export function registerDevices(app: FastifyInstance, { sessions, hub }: WebServices): void {
  const codes = new JoinCodes();
  const { users, sockets } = hub.parts;

  app.get("/api/devices", async (request): Promise<WireDevices> => {
    const { id: person } = sessions.act(request, "clicks");
    const current = sessions.sessionOf(request);
    return { devices: users.sessions(person).map((row) => ({ ...row, current: row.id === current })) };
  });

  app.post("/api/devices/code", async (request): Promise<WireJoinCode> => {
    const { id: person } = sessions.act(request, "clicks");
    return { code: codes.add({ person, session: sessions.sessionOf(request) }), minutes: VALID_MS / 60_000 };
  });

  /** Tells whose a code is; when the visitor is sure, this browser is theirs from now on. */
  app.post("/api/devices/join", async (request, reply): Promise<WireJoin> => {
    const before = sessions.act(request, "codes");
    const { code, sure } = readBody(joinBody, request.body);
    const maker = codes.maker(code, sure);
    // A browser that was shut out lets no one in, itself least of all.
    const isIn = maker && users.sessions(maker.person).some(({ id }) => id === maker.session);
    const user = isIn ? users.get(maker.person) : undefined;
    if (!user || user.banned > 0) throw new ChatError("forbidden", "web.join-code");
    // Who they are is said by their proxy with each request.
    if (before.sign_in !== null || user.sign_in !== null) throw new ChatError("forbidden", "web.join-signed-in");
    if (sure && user.id !== before.id) sessions.enterAs(user.id, request, reply);
    return { name: user.name };
  });

  app.delete<{ Params: { id: string } }>("/api/devices/:id", async (request, reply) => {
    const { id: person } = sessions.act(request, "clicks");
    const session = Number(request.params.id);
    if (!Number.isSafeInteger(session) || !users.endOneSession(person, session))
      throw new ChatError("gone", "web.device-gone");
    sockets.shutOut((origin) => origin.session === session, sentence("web.device-ended"));
    return reply.code(204).send();
  });
}
