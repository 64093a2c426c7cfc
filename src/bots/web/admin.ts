import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { ChatAdmin } from "../../port/admin.js";
import { ChatError } from "../../port/chat-error.js";
import { readBody } from "./guard.js";
import type { Sessions } from "./sessions.js";
import type { Opened } from "./sockets.js";
import { toUser, type Users } from "./users.js";

/** How often a watched page is sent its state at most and at least, in milliseconds: memory and disk have no events. */
const LEAST_MS = 1_000;
const MOST_MS = 5_000;

interface AdminServices {
  readonly admin: ChatAdmin;
  readonly users: Pick<Users, "get">;
  readonly sessions: Sessions;
}

const modeBody = z.object({ mode: z.enum(["open", "paused", "draining"]) });

/** The admin page's routes. Whether a person may use them is for the handlers to say. */
export function registerAdmin(
  app: FastifyInstance,
  services: AdminServices,
): { attach(user: string, send: Opened["send"]): Pick<AdminFeed, "set"> } {
  const { admin, sessions } = services;
  app.get("/api/admin", async (request) => admin.overview(toUser(sessions.act(request, "clicks"))));

  app.post("/api/admin/mode", async (request, reply) => {
    const user = toUser(sessions.act(request, "clicks"));
    await admin.setMode(user, readBody(modeBody, request.body).mode);
    return reply.code(204).send();
  });

  app.post<{ Params: { job: string } }>("/api/admin/jobs/:job/cancel", async (request, reply) => {
    await admin.cancel(toUser(sessions.act(request, "clicks")), request.params.job);
    return reply.code(204).send();
  });

  return { attach: (user, send) => new AdminFeed(user, send, services) };
}

/** One open page that shows the state of the program: sends it what changes, though not too often. */
class AdminFeed {
  #unwatch: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** By a clock that is never set back. */
  #sentAt = 0;
  #sending = false;
  /** Something has changed while the last state was on its way. */
  #stale = false;

  constructor(
    private readonly user: string,
    private readonly push: Opened["send"],
    private readonly services: AdminServices,
  ) {}

  set(on: boolean): void {
    if (on === (this.#unwatch !== undefined)) return;
    if (!on) {
      this.#end();
      return;
    }
    try {
      this.#unwatch = this.services.admin.watch(this.#who(), () => this.#soon(LEAST_MS));
    } catch {
      // Not a moderator, or no longer one.
      return;
    }
    this.#sentAt = 0;
    void this.#send();
  }

  #end(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
    clearTimeout(this.#timer);
  }

  #soon(interval: number): void {
    this.#stale = this.#sending;
    if (this.#sending) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#send(), Math.max(0, this.#sentAt + interval - performance.now()));
    this.#timer.unref();
  }

  async #send(): Promise<void> {
    if (this.#sending || this.#unwatch === undefined) return;
    this.#sending = true;
    this.#stale = false;
    try {
      await this.push({ kind: "admin", admin: await this.services.admin.overview(this.#who()) });
    } catch {
      this.#end();
    } finally {
      this.#sending = false;
      this.#sentAt = performance.now();
    }
    if (this.#unwatch !== undefined) this.#soon(this.#stale ? LEAST_MS : MOST_MS);
  }

  /** Read again each time: somebody who is no longer a moderator is shown nothing more. */
  #who() {
    const row = this.services.users.get(this.user);
    if (!row) throw new ChatError("forbidden", "web.session-unknown");
    return toUser(row);
  }
}
