import pino from "pino";
import sharp from "sharp";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { WebChat } from "../../../src/bots/web/chat.js";
import { defaultWebChatLimits, type WebChatLimits } from "../../../src/bots/web/limits.js";
import type { WebChatOptions } from "../../../src/bots/web/options.js";
import type { WireFrame, WireMessage, WirePage, WireSession } from "../../../src/bots/web/wire.js";
import type { ChatHandlers } from "../../../src/port/adapter.js";
import type { ChatEvent } from "../../../src/port/events.js";
import { newFolder } from "../../support/new-folder.js";
import { patience } from "../../support/patience.js";

/** A photo-like JPEG: a gradient with a shape in it. */
export async function photo(width = 320, height = 200, colour = "#3a6ea5"): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <defs><linearGradient id="g" x2="0" y2="1"><stop stop-color="${colour}"/>
    <stop offset="1" stop-color="#e8b27a"/></linearGradient></defs>
    <rect width="100%" height="100%" fill="url(#g)"/><circle cx="60%" cy="45%" r="22%" fill="#f7ecd0"/></svg>`;
  return sharp(Buffer.from(svg)).jpeg().toBuffer();
}

/** Handlers that note every event and answer as the test says. */
export function handlers(
  onEvent: (event: ChatEvent) => Promise<void> = async () => {},
  extra: Partial<ChatHandlers> = {},
): ChatHandlers & { readonly events: ChatEvent[] } {
  const events: ChatEvent[] = [];
  return {
    events,
    commands: [],
    shortcuts: [],
    complete: async () => [],
    works: async () => [],
    accepted: async () => false,
    ...extra,
    event: async (event: ChatEvent) => {
      events.push(event);
      await onEvent(event);
    },
  };
}

export async function startChat(
  given: ChatHandlers = handlers(),
  options: Partial<WebChatOptions> = {},
): Promise<WebChat> {
  const dataDir = options.dataDir ?? newFolder();
  const chat = new WebChat({ logger: pino({ level: "silent" }), port: 0, ...options, dataDir });
  await chat.start(given);
  onTestFinished(() => chat.stop());
  return chat;
}

/** The budgets, some of them others. */
export function budgets(changed: Partial<WebChatLimits["budgets"]>): WebChatLimits["budgets"] {
  return { ...defaultWebChatLimits.budgets, ...changed };
}

export interface Said {
  readonly channel?: string;
  readonly thread?: string;
  readonly repliesTo?: string;
  readonly nonce?: string;
  readonly files?: readonly { readonly bytes: Uint8Array; readonly name: string }[];
}

/** One visitor with a cookie, speaking the protocol as the page does. */
export class Visitor {
  cookie = "";
  /** What a proxy says of the visitor's address, on the way to a chat that trusts it. */
  forwarded: string | undefined;
  /** @param base The chat's address; may be set again after a restart. */
  constructor(public base: string) {}

  static async enter(chat: Pick<WebChat, "address">, forwarded?: string): Promise<Visitor> {
    const visitor = new Visitor(chat.address);
    visitor.forwarded = forwarded;
    const response = await visitor.request("GET", "/api/session");
    visitor.cookie = response.headers.get("set-cookie")?.split(";")[0] ?? "";
    return visitor;
  }

  get headers(): Record<string, string> {
    const { cookie, forwarded } = this;
    return { ...(cookie && { cookie }), ...(forwarded && { "x-forwarded-for": forwarded }) };
  }

  request(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Response> {
    const form = body instanceof FormData;
    return fetch(new URL(path, `${this.base}/`), {
      method,
      headers: {
        ...this.headers,
        ...(method === "GET" ? {} : { origin: this.base }),
        ...(body && !form ? { "content-type": "application/json" } : {}),
        ...headers,
      },
      ...(body ? { body: form ? body : JSON.stringify(body) } : {}),
    });
  }

  async session(): Promise<WireSession> {
    return (await this.request("GET", "/api/session")).json() as Promise<WireSession>;
  }

  async page(channel = "art", query = ""): Promise<WirePage> {
    return (await this.request("GET", `/api/channels/${channel}/messages?${query}`)).json() as Promise<WirePage>;
  }

  say(
    text: string,
    { channel = "art", files = [], nonce = crypto.randomUUID(), ...rest }: Said = {},
  ): Promise<Response> {
    const form = new FormData();
    for (const [name, value] of Object.entries({ channel, text, nonce, ...rest })) form.append(name, value);
    for (const { bytes, name } of files) form.append("file", new Blob([new Uint8Array(bytes)]), name);
    return this.request("POST", "/api/messages", form);
  }

  async said(text: string, options: Said = {}): Promise<WireMessage> {
    const response = await this.say(text, options);
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    return response.json() as Promise<WireMessage>;
  }

  async listen(since?: number): Promise<Ear> {
    const url = `${this.base.replace("http", "ws")}/api/live${since === undefined ? "" : `?since=${since}`}`;
    const ear = new Ear(new WebSocket(url, { headers: { ...this.headers, origin: this.base } }));
    onTestFinished(() => ear.socket.terminate());
    await ear.until((frame) => frame.kind === "synced" || frame.kind === "reset");
    return ear;
  }
}

/** What becomes of a WebSocket: "open", "closed 4001" or "refused 403". */
export function socketStatus(url: string, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, { headers });
    socket.on("unexpected-response", (_request, response) => resolve(`refused ${response.statusCode}`));
    socket.on("close", (code) => resolve(`closed ${code}`));
    socket.on("message", () => {
      resolve("open");
      socket.terminate();
    });
    socket.on("error", () => {});
  });
}

/** An open socket and all it has brought. */
export class Ear {
  readonly frames: WireFrame[] = [];
  /** Writes to the socket in which they came. */
  writes = 0;
  readonly #waiting = new Set<() => void>();

  constructor(readonly socket: WebSocket) {
    socket.on("message", (data) => {
      this.writes += 1;
      this.frames.push(...[JSON.parse(String(data)) as WireFrame | WireFrame[]].flat());
      for (const wake of this.#waiting) wake();
    });
    socket.on("error", () => {});
  }

  /** The first frame, come or yet to come, that fits. */
  async until(fits: (frame: WireFrame) => boolean): Promise<WireFrame> {
    const signal = patience();
    for (;;) {
      const found = this.frames.find(fits);
      if (found) return found;
      await new Promise<void>((resolve, reject) => {
        const wake = () => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
        signal.addEventListener("abort", () =>
          reject(new Error(`no such frame among ${JSON.stringify(this.frames).slice(0, 2000)}`)),
        );
      });
    }
  }

  async message(fits: (message: WireMessage) => boolean): Promise<WireMessage> {
    const frame = await this.until((each) => each.kind === "message" && fits(each.message));
    if (frame.kind !== "message") throw new Error("not a message");
    return frame.message;
  }

  messages(): WireMessage[] {
    return this.frames.flatMap((frame) => (frame.kind === "message" ? [frame.message] : []));
  }
}
