/**
 * HTTP as strangers may write it: odd methods, paths, headers and bodies, messages that are broken off, doubled or
 * changed, and bytes that are no HTTP at all. No answer is an error of the program's own, none shows what is another's
 * or of the inside, and others post as ever.
 */
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { defaultWebChatLimits } from "../../src/bots/web/limits.js";
import { type Random, randomInteger } from "../../src/engine/images/random.js";
import type { CrowdMember } from "../support/crowd.js";
import { drawn } from "../support/pictures.js";
import type { Attack, Note } from "./attack.js";
import { mutated, noise, oddText, oddValue, pick, some } from "./generate.js";
import { type Program, startProgram, strangers } from "./program.js";

/** Stands in a line that only its author and the bot may see. */
const SECRET = "the hidden staircase";
/** How long a whole message's answer is waited for, and what a broken one may still bring, in milliseconds. */
const PATIENCE_MS = 30_000;
const IDLE_MS = 100;
const MOST_KEPT = 200_000;
/** Messages that are tried side by side, and so the connections that one address may have open. */
const AT_ONCE = 16;

interface Route {
  readonly method: string;
  readonly path: string;
}

/** The web chat's own files: routes and fields that are added there are attacked as well. */
const folder = new URL("../../src/bots/web/", import.meta.url);
const sources = readdirSync(folder).filter((name) => name.endsWith(".ts"));
const source = sources.map((name) => readFileSync(new URL(name, folder), "utf8")).join("\n");
const declared = [...source.matchAll(/\bapp\.(get|post|put|patch|delete)(?:<[^(]*>)?\(\s*"(\/[^"]*)"/g)];
const ROUTES: readonly Route[] = [
  { method: "GET", path: "/assets/:odd" },
  ...declared.map(([, method = "", path = ""]) => ({ method: method.toUpperCase(), path })),
];
const FIELDS = [...new Set([...source.matchAll(/\b(\w+): (?:z\.|idText)/g)].map(([, name = ""]) => name))];
const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", ""];
const QUERIES = [...FIELDS, "since", "__proto__", "limit[]"];
const TYPES = [
  "application/json",
  "text/plain",
  "application/x-www-form-urlencoded",
  "application/json; charset=x",
  "",
];
/** Lines that people send; without a picture the program makes its own. */
const LINES = [
  "/help",
  "/queue",
  "/dream picture:none size:64",
  "/stylize winter",
  "/gallery",
  "/settings",
  "@Dreamloom hi",
];

/** Headers that programs and proxies trust more than they should. */
const HEADERS = [
  ...["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded", "x-real-ip", "via", "x-original-url"],
  ...["if-none-match", "range", "accept-encoding", "accept-language", "expect", "authorization", "referer", "te"],
  ...["content-encoding", "transfer-encoding", "content-length", "content-type", "connection", "upgrade", "host"],
  ...[
    "origin",
    "cookie",
    "sec-websocket-key",
    "sec-websocket-version",
    "sec-websocket-extensions",
    "x-http-method-override",
  ],
] as const;
const VALUES = [
  ...[
    "chunked",
    "identity, chunked",
    "gzip",
    "100-continue",
    "websocket",
    "h2c",
    "close",
    "keep-alive",
    "13",
    "0",
    "-1",
  ],
  ...[
    "bytes=0-",
    "bytes=9-1,0-99999999999",
    "*",
    "127.0.0.1",
    "::1",
    "203.0.113.7, 127.0.0.1",
    "https",
    "evil.example",
  ],
  ...["null", "dGhlIHNhbXBsZSBub25jZQ==", "permessage-deflate; client_max_window_bits=99", "18446744073709551616"],
] as const;

/** A message, and whether it is whole: then there must be an answer. */
interface Sent {
  readonly bytes: Buffer;
  readonly whole: boolean;
}

interface Body {
  readonly type: string;
  readonly bytes: Buffer;
}

export const requests: Attack = {
  name: "requests",
  count: 100_000,
  atOnce: AT_ONCE,
  mostGrowth: 250,
  async open() {
    if (ROUTES.length < 20 || FIELDS.length < 15) throw new Error("the web chat's routes were not found");
    // Above that, connections are closed without an answer, which breaks no promise.
    if (AT_ONCE * 2 > defaultWebChatLimits.connectionsPerAddress) throw new Error("connections would be refused");
    const program = await startProgram();
    const people = await strangers(program.port, 100);
    const picture = await drawn(24, 24);
    // What a command's line says is seen by its author alone as long as it was answered to them alone.
    const { status } = await program.victim.say(`/${SECRET}`);
    if (status !== 200) throw new Error(`the victim's line was not taken: ${status}`);
    return {
      ...program,
      async attempt(next, note) {
        const sent = messageOf(next, program, pick(next, people), picture);
        // The first address is a proxy's that is trusted, as it is by default.
        const address = next() < 0.1 ? "127.0.0.1" : `127.1.1.${randomInteger(next, 1, 250)}`;
        const answer = await exchange(sent, program.port, address);
        judge(answer, sent, program, note);
      },
    };
  },
};

/** What breaks a promise in an answer, and what it counts as. */
function judge(answer: string, { bytes, whole }: Sent, { dir }: Program, note: Note): void {
  const input = bytes.toString("latin1");
  const statuses = [...answer.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
  note.answered(String(statuses[0] ?? (answer === "" ? "closed" : "other")));
  for (const status of statuses)
    if (status >= 500 && status !== 503 && status !== 504)
      note.broke("no error of the program's own", `${status}: ${input}`);
  if (whole && statuses.length === 0) note.broke("each whole message is answered", `${answer || "closed"}: ${input}`);
  for (const inside of [SECRET, dir, "SQLite format 3", "node_modules", "    at "])
    if (answer.includes(inside)) note.broke(`no answer shows ${JSON.stringify(inside)}`, input);
}

/** Sends bytes, and gives what comes back until the connection ends: "" for nothing, "late" for nothing in time. */
function exchange({ bytes, whole }: Sent, port: number, localAddress: string): Promise<string> {
  return new Promise((resolve) => {
    let [answer, ending] = ["", false];
    const socket = connect({ host: "127.0.0.1", port, localAddress });
    socket.setTimeout(whole ? PATIENCE_MS : IDLE_MS);
    socket.on("data", (chunk) => {
      if (answer.length < MOST_KEPT) answer += chunk.toString("latin1");
      socket.setTimeout(IDLE_MS);
    });
    // What waits for more gets an end, and then a hard one.
    socket.on("timeout", () => {
      if (whole && answer === "") answer = "late";
      if (ending) socket.destroy();
      else socket.end();
      ending = true;
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(answer));
    socket.write(bytes);
  });
}

function messageOf(next: Random, program: Program, person: CrowdMember, picture: Buffer): Sent {
  const kind = next();
  if (kind < 0.02) return { bytes: noise(next, randomInteger(next, 1, 2_000)), whole: false };
  const one = request(next, program, person, picture);
  if (kind < 0.2) return { bytes: mutated(next, one.bytes), whole: false };
  if (kind < 0.25) {
    const after = request(next, program, person, picture);
    return { bytes: Buffer.concat([one.bytes, after.bytes]), whole: false };
  }
  return one;
}

/** One request, mostly of the kind that a page sends, with something odd about it. */
function request(next: Random, { port }: Program, { cookie }: CrowdMember, picture: Buffer): Sent {
  const { method: usual, path: pattern } = pick(next, ROUTES);
  const method = next() < 0.9 ? usual : pick(next, METHODS);
  const path = pathOf(next, pattern);
  const body = method === "GET" || method === "HEAD" ? undefined : bodyOf(next, pattern, picture);
  const host = `127.0.0.1:${port}`;
  const headers: (readonly [name: string, value: string])[] = [];
  const mostly = (share: number, name: string, value: string) => {
    if (next() < share) headers.push([name, value]);
  };
  mostly(0.97, "host", host);
  mostly(0.95, "origin", `http://${host}`);
  mostly(0.92, "cookie", cookie);
  if (body) mostly(0.97, "content-type", body.type);
  if (body) mostly(0.97, "content-length", String(body.bytes.length));
  const usualHeaders = headers.length === (body ? 5 : 3);
  const extra = next() < 0.75 ? [] : some(next, 4, () => [pick(next, HEADERS), headerValue(next)] as const);
  headers.push(...extra, ["connection", "close"]);
  const head = [`${method} ${path} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)].join("\r\n");
  const bytes = Buffer.concat([Buffer.from(`${head}\r\n\r\n`), body?.bytes ?? Buffer.alloc(0)]);
  // One for a socket is answered over that, and others are only as whole as their headers.
  return { bytes, whole: usualHeaders && extra.length === 0 && method === usual };
}

function pathOf(next: Random, pattern: string): string {
  const path = pattern.replace(/:(\w+)/g, (_, what: string) => {
    if (next() < 0.5) {
      if (what === "id") return String(randomInteger(next, 0, 400));
      if (what === "job") return some(next, 8, () => pick(next, [..."7KQ4M9XA"])).join("");
      if (what === "channel") return pick(next, ["art", "art", "lab", "ART"]);
    }
    return next() < 0.9 ? encoded(oddText(next, 300)) : oddText(next, 300).replace(/[\s\0]/g, "");
  });
  const parts = next() < 0.6 ? [] : some(next, 3, () => `${pick(next, QUERIES)}=${encoded(oddText(next, 100))}`);
  return parts.length === 0 ? path : `${path}?${parts.join("&")}`;
}

function encoded(text: string): string {
  // Half of a character cannot be written so.
  return encodeURIComponent(Buffer.from(text).toString());
}

function headerValue(next: Random): string {
  return next() < 0.7 ? pick(next, VALUES) : oddText(next).replace(/[\r\n\0]/g, "");
}

function bodyOf(next: Random, path: string, picture: Buffer): Body {
  if (path === "/api/messages" && next() < 0.9) return formOf(next, picture);
  if (next() < 0.05) return { type: pick(next, TYPES), bytes: noise(next, randomInteger(next, 0, 300)) };
  // A route takes the fields that it knows; where these say too much, nothing is found.
  const isThere = (field: string) => next() < (field === "thread" || field === "moderatorCode" ? 0.3 : 0.85);
  const entries = FIELDS.filter(isThere).map((field) => [field, fieldValue(next, field)] as const);
  const odd = next() < 0.8 ? [] : some(next, 2, () => [oddText(next, 40), oddValue(next)] as const);
  const value = next() < 0.9 ? Object.fromEntries([...entries, ...odd]) : oddValue(next);
  const type = next() < 0.92 ? "application/json" : pick(next, TYPES);
  return { type, bytes: Buffer.from(JSON.stringify(value)) };
}

/** Most values are of the kind that is asked for, so that what comes after the first check is reached. */
function fieldValue(next: Random, field: string): unknown {
  if (next() < 0.15) return oddValue(next);
  if (field === "message" || field === "thread" || field === "before") return String(randomInteger(next, 0, 400));
  if (field === "channel") return "art";
  if (field === "emoji") return pick(next, ["❤️", "🔁", "👍", "🗑️", "1️⃣"]);
  if (field === "command") return pick(next, ["dream", "stylize", "gallery", "settings"]);
  return /^(on|hidden|is\w+)$/.test(field) ? next() < 0.5 : oddText(next, 60);
}

function formOf(next: Random, picture: Buffer): Body {
  const boundary = next() < 0.95 ? "loom" : oddText(next, 80).replace(/[\r\n\0]/g, "");
  const names = ["channel", "nonce", "text", "thread", "repliesTo", "description-0", "spoiler-0"];
  const value = (name: string): string => {
    if (name === "channel" && next() < 0.9) return "art";
    if (name === "nonce" && next() < 0.9) return `nonce-${randomInteger(next, 0, 2 ** 40)}`;
    if (name === "text" && next() < 0.3) return pick(next, LINES);
    if (/^(thread|repliesTo)$/.test(name)) return next() < 0.7 ? "" : String(randomInteger(next, 0, 400));
    return oddText(next);
  };
  const part = (about: string, content: Buffer) =>
    Buffer.concat([Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; ${about}\r\n\r\n`), content, CRLF]);
  const parts = names.filter((name) => next() < (name === "channel" || name === "nonce" ? 0.95 : 0.5));
  const written = parts.map((name) => part(`name="${name}"`, Buffer.from(value(name))));
  if (next() < 0.25) {
    const name = next() < 0.5 ? "photo.png" : oddText(next, 300).replace(/["\r\n]/g, "");
    written.push(part(`name="file"; filename="${name}"`, next() < 0.5 ? picture : mutated(next, picture)));
  }
  const end = next() < 0.95 ? `--${boundary}--\r\n` : "";
  return { type: `multipart/form-data; boundary=${boundary}`, bytes: Buffer.concat([...written, Buffer.from(end)]) };
}

const CRLF = Buffer.from("\r\n");
