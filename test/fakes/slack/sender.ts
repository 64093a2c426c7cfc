/** Slack's requests to a bot's own server: signed, answered within 3 s, events repeated otherwise. */
import { createHmac } from "node:crypto";
import { type FakeSlack, SIGNING_SECRET } from "./server.js";
import type { Envelope } from "./socket.js";

const ATTEMPTS = 3;

export interface Raw {
  readonly body: string;
  readonly contentType: string;
  readonly secret?: string;
  /** Seconds since the epoch. */
  readonly at?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export class HttpSender {
  /** The next requests are sent twice, the second as a retry. */
  twice = 0;
  readonly #stop = new AbortController();

  constructor(
    private readonly fake: FakeSlack,
    private readonly ackMs: number,
  ) {}

  close(): void {
    this.#stop.abort();
  }

  /** Sends an envelope's payload; resolves to the body of the answer. */
  async send(envelope: Envelope): Promise<unknown> {
    const raw = encode(envelope);
    const event = envelope.type === "events_api";
    const again = this.twice > 0;
    this.twice = Math.max(0, this.twice - 1);
    for (let attempt = 0; attempt <= (event ? ATTEMPTS : 0); attempt++) {
      const headers: Record<string, string> =
        attempt === 0 ? {} : { "x-slack-retry-num": String(attempt), "x-slack-retry-reason": "http_timeout" };
      const response = await this.raw({ ...raw, headers }).catch((error: unknown) => {
        // A bot that is not there breaks no rule.
        if (JSON.stringify((error as Error).cause ?? {}).includes("ECONNREFUSED")) return "away" as const;
        return undefined;
      });
      if (response === "away") return undefined;
      if (response?.status === 200) {
        this.fake.onAcknowledged(envelope.type);
        const text = await response.text();
        if (again)
          await this.raw({ ...raw, headers: { "x-slack-retry-num": "1", "x-slack-retry-reason": "http_timeout" } });
        return text === "" ? undefined : JSON.parse(text);
      }
      if (this.#stop.signal.aborted) return undefined;
    }
    this.fake.violate(`${envelope.type} was not answered with 200 within ${this.ackMs} ms`);
    return undefined;
  }

  /** One request as given. */
  async raw({
    body,
    contentType,
    secret = SIGNING_SECRET,
    at = Math.floor(Date.now() / 1000),
    headers = {},
  }: Raw): Promise<Response> {
    if (this.fake.requestUrl === undefined) throw new Error("the fake does not know where the bot listens");
    const signature = `v0=${createHmac("sha256", secret).update(`v0:${at}:${body}`).digest("hex")}`;
    return fetch(this.fake.requestUrl, {
      method: "POST",
      headers: {
        "content-type": contentType,
        "x-slack-signature": signature,
        "x-slack-request-timestamp": String(at),
        ...headers,
      },
      body,
      signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(this.ackMs)]),
    });
  }
}

/** How a payload travels by HTTP. */
export function encode({ type, payload }: Envelope): Raw {
  if (type === "events_api") return { body: JSON.stringify(payload), contentType: "application/json" };
  const form = type === "slash_commands" ? (payload as Record<string, string>) : { payload: JSON.stringify(payload) };
  return { body: new URLSearchParams(form).toString(), contentType: "application/x-www-form-urlencoded" };
}
