import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** What is at each path; asked anew for every request. */
export type Routes = Readonly<Record<string, () => Promise<Answer>>>;

export function json(status: number, value: unknown): Answer {
  return { status, type: "application/json; charset=utf-8", body: `${JSON.stringify(value)}\n` };
}

/** A small HTTP server for machines that watch this one. It answers GET and HEAD only, and tells no secrets; whoever reaches it may read it. */
export class OperationServer {
  readonly #server: Server;

  constructor(
    private readonly routes: Routes,
    private readonly logger: Logger,
  ) {
    this.#server = createServer(
      { requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: 5_000 },
      (request, response) => {
        void this.#answer(request, response);
      },
    );
    this.#server.maxConnections = 100;
  }

  /** @returns its address, such as "http://127.0.0.1:9464". Rejects when the port cannot be had. */
  async listen(host: string, port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, host, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
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
      return json(500, { error: "It is in the log." });
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
    if (method !== "GET" && method !== "HEAD") return json(405, { error: "Only GET and HEAD are answered here." });
    const path = url.split("?", 1)[0] ?? "/";
    const route = Object.hasOwn(this.routes, path) ? this.routes[path] : undefined;
    return route ? route() : json(404, { error: `There is nothing here; there are ${paths}.` });
  }
}
