import type { WebSocket } from "@fastify/websocket";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import type { ChatAdmin } from "../../port/admin.js";
import { ChatError } from "../../port/chat-error.js";
import type { Hub } from "./hub.js";
import type { PersonRow } from "./rows.js";
import { toUser, type Users } from "./users.js";

/** A watched page is sent its state this often at most, and this often at least, in milliseconds: memory and disk have no events. */
const LEAST_MS = 1_000;
const MOST_MS = 5_000;

interface AdminServices {
  readonly admin: ChatAdmin;
  readonly users: Pick<Users, "get">;
  readonly hub: Pick<Hub, "sendTo">;
  /** Who asks. @throws ChatError when that is nobody, or somebody who asks too much. */
  act(request: FastifyRequest): PersonRow;
}

const watchMessage = z.object({ watch: z.enum(["admin", "nothing"]) });
const modeBody = z.object({ mode: z.enum(["open", "paused", "draining"]) });

/** The admin page's routes. Whether a person may use them is for the handlers to say. */
export function registerAdmin(
  app: FastifyInstance,
  services: AdminServices,
): { attach(socket: WebSocket, user: string): void } {
  const { admin, act } = services;
  app.get("/api/admin", async (request) => admin.overview(toUser(act(request))));

  app.post("/api/admin/mode", async (request, reply) => {
    const body = modeBody.safeParse(request.body);
    const user = toUser(act(request));
    if (!body.success) throw new ChatError("forbidden", "web.bad-request");
    await admin.setMode(user, body.data.mode);
    return reply.code(204).send();
  });

  app.post<{ Params: { job: string } }>("/api/admin/jobs/:job/cancel", async (request, reply) => {
    await admin.cancel(toUser(act(request)), request.params.job);
    return reply.code(204).send();
  });

  return {
    attach(socket, user) {
      const watching = new Watching(socket, user, services);
      socket.on("message", (data) => {
        const message = watchMessage.safeParse(parse(String(data)));
        if (message.success) watching.set(message.data.watch === "admin");
      });
      socket.on("close", () => watching.set(false));
    },
  };
}

/** One open page that shows the state of the program: sends it what changes, though not too often. */
class Watching {
  #unwatch: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sentAt = 0;
  #sending = false;
  /** Something has changed while the last state was on its way. */
  #stale = false;

  constructor(
    private readonly socket: WebSocket,
    private readonly user: string,
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
      // Not a moderator, or not any more: there is nothing to see.
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
    if (this.#sending) {
      this.#stale = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#send(), Math.max(0, this.#sentAt + interval - Date.now()));
    this.#timer.unref();
  }

  async #send(): Promise<void> {
    if (this.#sending || this.#unwatch === undefined) return;
    this.#sending = true;
    this.#stale = false;
    try {
      this.services.hub.sendTo(this.socket, { kind: "admin", admin: await this.services.admin.overview(this.#who()) });
    } catch {
      this.#end();
    } finally {
      this.#sending = false;
      this.#sentAt = Date.now();
    }
    if (this.#unwatch !== undefined) this.#soon(this.#stale ? LEAST_MS : MOST_MS);
  }

  /** Read anew each time: whoever is no moderator any more is shown nothing more. */
  #who() {
    const row = this.services.users.get(this.user);
    if (!row) throw new ChatError("forbidden", "web.session-unknown");
    return toUser(row);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
