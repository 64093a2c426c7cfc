import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import { sentence } from "../shared/sentences/sentence.js";

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** What is at each path, computed for every request. */
export type Routes = Readonly<Record<string, () => Promise<Answer>>>;

export function json(status: number, value: unknown): Answer {
  return { status, type: "application/json; charset=utf-8", body: `${JSON.stringify(value)}\n` };
}

/** A small HTTP server for machines that watch this one. It answers GET and HEAD only, without authentication. */
export class OperationServer {
  readonly #server: Server;

  constructor(
    private readonly routes: Routes,
    private readonly logger: Logger,
  ) {
    this.#server = createServer(
      { requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: 5_000 },
      (request, response) => void this.#answer(request, response),
    );
    this.#server.maxConnections = 100;
  }

  /** @returns its address, such as "http://127.0.0.1:9464". Rejects when the port cannot be had. */
  async listen(host: string, port: number): Promise<string> {
    // Rejects when the server emits "error" first.
    await once(this.#server.listen(port, host), "listening");
    this.#server.on("error", (error) => this.logger.error({ err: error }, "the operations server failed"));
    const { address, port: taken, family } = this.#server.address() as AddressInfo;
    return `http://${family === "IPv6" ? `[${address}]` : address}:${taken}`;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, type, body } = await this.#find(request).catch((error: unknown) => {
      this.logger.error({ err: error, url: request.url }, "an operations request failed");
      return json(500, { error: sentence("ops.failed") });
    });
    response.writeHead(status, {
      "content-type": type,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    });
    response.end(request.method === "HEAD" ? undefined : body);
  }

  async #find({ method, url = "/" }: IncomingMessage): Promise<Answer> {
    const paths = Object.keys(this.routes).join(", ");
    if (method !== "GET" && method !== "HEAD") return json(405, { error: sentence("ops.method") });
    const path = url.split("?", 1)[0] ?? "/";
    const route = Object.hasOwn(this.routes, path) ? this.routes[path] : undefined;
    return route ? route() : json(404, { error: sentence("ops.unknown", { paths }) });
  }
}
