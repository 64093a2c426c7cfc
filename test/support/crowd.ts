/** People who use the program's web chat over the network, each from an address of this machine that is given. */
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { WebSocket } from "ws";
import type { WireFrame } from "../../src/bots/web/wire.js";

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface Said {
  readonly nonce?: string;
  readonly channel?: string;
  readonly picture?: Uint8Array;
}

/** How long an answer is waited for, in milliseconds. */
const PATIENCE_MS = 120_000;

export class CrowdMember {
  #cookie = "";

  /** @param address one of 127.0.0.0/8 */
  constructor(
    private readonly port: number,
    private readonly address: string,
  ) {}

  /** What tells the program who asks; empty before {@link enter}. */
  get cookie(): string {
    return this.#cookie;
  }

  /** Becomes a visitor. @throws when there is no program, or it takes no more */
  async enter(): Promise<void> {
    const response = await this.#send("GET", "/api/session");
    const { status } = await read(response);
    this.#cookie = response.headers["set-cookie"]?.[0]?.split(";")[0] ?? this.#cookie;
    if (status !== 200 || this.#cookie === "") throw new Error(`no session: ${status}`);
  }

  /** Sends a message. Rejects when the connection breaks. */
  async say(text: string, { nonce = crypto.randomUUID(), channel = "art", picture }: Said = {}): Promise<Answer> {
    const form = new FormData();
    for (const [name, value] of Object.entries({ channel, text, nonce })) form.append(name, value);
    if (picture) form.append("file", new Blob([new Uint8Array(picture)]), "photo.png");
    const encoded = new Response(form);
    const body = Buffer.from(await encoded.arrayBuffer());
    const type = encoded.headers.get("content-type") ?? "";
    return read(await this.#send("POST", "/api/messages", { body, type }));
  }

  /** Begins a request whose body the caller writes, or never ends. */
  begin(method: string, path: string, headers: Readonly<Record<string, string>>): ClientRequest {
    const origin = `http://127.0.0.1:${this.port}`;
    return request({
      host: "127.0.0.1",
      port: this.port,
      localAddress: this.address,
      method,
      path,
      agent: false,
      headers: { origin, cookie: this.#cookie, ...headers },
      timeout: PATIENCE_MS,
    });
  }

  /**
   * Opens a socket; `hear` gets all that comes.
   * @param query of its address, such as "?since=7"
   */
  listen(hear: (frame: WireFrame) => void, query = ""): WebSocket {
    const socket = this.open(query);
    socket.on("message", (data) => {
      for (const frame of [JSON.parse(String(data)) as WireFrame | WireFrame[]].flat()) hear(frame);
    });
    return socket;
  }

  /** Opens a socket. */
  open(query = ""): WebSocket {
    const origin = `http://127.0.0.1:${this.port}`;
    const socket = new WebSocket(`ws://127.0.0.1:${this.port}/api/live${query}`, {
      headers: { cookie: this.#cookie, origin },
      localAddress: this.address,
    });
    socket.on("error", () => undefined);
    return socket;
  }

  #send(
    method: string,
    path: string,
    { body, type }: { readonly body?: Buffer; readonly type?: string } = {},
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const about = body && { "content-type": type ?? "", "content-length": String(body.length) };
      const sent = this.begin(method, path, { ...about });
      sent.on("response", resolve);
      sent.on("error", reject);
      sent.on("timeout", () => sent.destroy(new Error("no answer in time")));
      sent.end(body);
    });
  }
}

async function read(response: IncomingMessage): Promise<Answer> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString();
  const isJson = response.headers["content-type"]?.includes("json");
  return { status: response.statusCode ?? 0, body: isJson ? JSON.parse(text) : text };
}
