/**
 * What a visitor can repeat: floods of frames, bytes that are no frames, sockets opened again and again that ask for
 * what was missed, first visits, channels, and guesses at the moderators' code. Budgets hold whatever addresses the
 * strangers make up, floods are cut off, and others post as ever.
 */
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { WebSocket } from "ws";
import { BUDGETS, type BudgetName } from "../../src/bots/web/limits.js";
import { type Random, randomInteger } from "../../src/engine/images/random.js";
import type { CrowdMember } from "../support/crowd.js";
import type { Attack, Note } from "./attack.js";
import { mutated, noise, oddText, oddValue, pick } from "./generate.js";
import { type Program, startProgram, strangers } from "./program.js";

const CODE = "warp and weft and shuttle";
/** How long it may take until who floods is cut off, and a socket that has ended is closed, in milliseconds. */
const PATIENCE_MS = 15_000;
const FRAMES_A_TURN = 200;

interface Stranger {
  readonly person: CrowdMember;
  /** Five strangers share one. */
  readonly address: number;
}

/** What strangers have got of what is budgeted by address. */
class Gains {
  readonly #begun = performance.now();
  readonly #counts = new Map<string, number>();

  /** Whether an address has got no more of something than its budget. */
  add(what: BudgetName, address: number): boolean {
    const key = `${what} ${address}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    const budget = BUDGETS[what];
    const { burst, perMinute } = "address" in budget ? budget.address : { burst: 0, perMinute: 0 };
    return count <= burst + 1 + (perMinute * (performance.now() - this.#begun)) / 60_000;
  }
}

interface Visit {
  readonly next: Random;
  readonly program: Program;
  readonly stranger: Stranger;
  readonly gains: Gains;
  readonly note: Note;
}

export const frames: Attack = {
  name: "frames",
  count: 1_500,
  atOnce: 4,
  mostGrowth: 250,
  async open() {
    const program = await startProgram({ WEB_MODERATOR_CODE: CODE });
    const people = (await strangers(program.port, 60)).map((person, n) => ({ person, address: Math.floor(n / 5) }));
    const gains = new Gains();
    return {
      ...program,
      async attempt(next, note) {
        const act = pick(next, [flood, flood, comeBack, comeBack, noFrames, arrive, openChannel, guess]);
        await act({ next, program, stranger: pick(next, people), gains, note });
      },
    };
  },
};

type Send = (socket: WebSocket) => number;

/** Frames of one kind; each gives its bytes. */
const KINDS: Readonly<Record<string, (next: Random) => Send>> = {
  watches: () => (socket) => text(socket, '{"watch":"admin"}'),
  "ends of watches": () => (socket) => text(socket, '{"watch":"nothing"}'),
  // Each is answered.
  threads: (next) => (socket) =>
    text(socket, JSON.stringify({ watch: "nothing", thread: pick(next, ["0", "1", "7", "999999999999999", null]) })),
  "odd threads": (next) => {
    const watch = JSON.stringify({ watch: "nothing", thread: oddValue(next) }).slice(0, 1_000);
    return (socket) => text(socket, watch);
  },
  texts: (next) => {
    const said = oddText(next, 1_000);
    return (socket) => text(socket, said);
  },
  noise: (next) => {
    const bytes = noise(next, randomInteger(next, 1, 1_000));
    return (socket) => text(socket, bytes);
  },
  brackets: (next) => {
    const nested = "[".repeat(randomInteger(next, 1, 1_000));
    return (socket) => text(socket, nested);
  },
  pings: () => (socket) => {
    socket.ping();
    return 6;
  },
  pongs: () => (socket) => {
    socket.pong("x".repeat(100));
    return 106;
  },
  pieces: () => (socket) => {
    socket.send("", { fin: false });
    return 6;
  },
  "large frames": (next) => {
    const large = "x".repeat(randomInteger(next, 1_025, 70_000));
    return (socket) => text(socket, large);
  },
};

function text(socket: WebSocket, content: string | Buffer): number {
  socket.send(content);
  return 6 + Buffer.byteLength(content);
}

async function opened(socket: WebSocket): Promise<boolean> {
  return Promise.race([
    once(socket, "open").then(() => true),
    once(socket, "close").then(() => false),
    once(socket, "unexpected-response").then(() => false),
  ]).catch(() => false);
}

/** Sends frames of one kind: a few, or as many as no socket takes, at once or until it is cut off. */
async function flood({ next, stranger: { person }, note }: Visit): Promise<void> {
  const begun = performance.now();
  const socket = person.listen(() => undefined);
  // One that is refused ends with an error.
  const end = () => true;
  const closed = once(socket, "close").then(end, end);
  if (!(await opened(socket))) {
    note.answered("socket refused");
    return socket.terminate();
  }
  const [kind, make] = pick(next, Object.entries(KINDS));
  const send = make(next);
  const least = randomInteger(next, 10, pick(next, [100, 1_000, 20_000]));
  const goesOn = next() < 0.7;
  // Also where the last of it is read as late as may be.
  const isTooMuch = () => bytes > mostBytes(performance.now() - begun + PATIENCE_MS);
  let [sent, bytes] = [0, 0];
  while (socket.readyState === WebSocket.OPEN && (sent < least || (goesOn && !isTooMuch()))) {
    bytes += send(socket);
    sent += 1;
    if (sent % FRAMES_A_TURN === 0) await nextTurn();
  }
  note.answered("frame sent", sent);
  if (socket.readyState === WebSocket.OPEN && !isTooMuch()) note.answered("few frames");
  else if (await Promise.race([closed, delay(PATIENCE_MS, false, { ref: false })])) note.answered(`${kind} cut off`);
  else note.broke("a flood is cut off", { kind, bytes });
  socket.terminate();
}

/** How many bytes a socket takes at most within so many milliseconds. */
function mostBytes(ms: number): number {
  const { burst, perMinute } = BUDGETS.socketBytes.connection;
  return burst + (perMinute * ms) / 60_000;
}

/** Opens a socket that asks for what was missed, without an end in sight. */
async function comeBack({ next, stranger: { person, address }, gains, note }: Visit): Promise<void> {
  const since = () => pick(next, ["0", "1", "-1", "999999999999999", "1e9", "%00", encodeURIComponent("𝟙"), ""]);
  for (let left = randomInteger(next, 1, 30); left > 0; left--) {
    const socket = person.listen(() => undefined, next() < 0.8 ? `?since=${since()}` : `?since=1&since=${since()}`);
    const open = await opened(socket);
    note.answered(open ? "came back" : "socket refused");
    if (open && !gains.add("sockets", address)) note.broke("sockets are budgeted by address", { address });
    socket.terminate();
  }
}

/** Bytes over an open socket that are no frames, or not such as a client may send. */
async function noFrames({ next, program: { port }, stranger: { person }, note }: Visit): Promise<void> {
  const socket = connect({ host: "127.0.0.1", port, localAddress: "127.1.2.1" });
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("error", () => undefined).resume();
  const handshake = [
    ...["GET /api/live HTTP/1.1", `host: 127.0.0.1:${port}`, `origin: http://127.0.0.1:${port}`],
    ...[`cookie: ${person.cookie}`, "connection: Upgrade", "upgrade: websocket", "sec-websocket-version: 13"],
    ...["sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==", "sec-websocket-extensions: permessage-deflate"],
  ].join("\r\n");
  const frame = Buffer.concat([Buffer.of(0x81, 0x92, 1, 2, 3, 4), noise(next, 18)]);
  const bytes = next() < 0.5 ? noise(next, randomInteger(next, 1, 3_000)) : mutated(next, frame);
  socket.write(`${handshake}\r\n\r\n`);
  for (let left = randomInteger(next, 1, 50); left > 0 && !socket.destroyed; left--) socket.write(bytes);
  socket.end();
  const over = await Promise.race([closed.then(() => true), delay(PATIENCE_MS, false, { ref: false })]);
  note.answered("bytes sent");
  if (!over) note.broke("a socket that has ended is closed", bytes.toString("hex"));
  socket.destroy();
}

/** A first visit that says to come from elsewhere; the program trusts its own machine's proxy alone. */
async function arrive({ next, stranger: { person, address }, gains, note }: Visit): Promise<void> {
  for (let left = randomInteger(next, 1, 40); left > 0; left--) {
    const forged = `203.0.113.${randomInteger(next, 0, 255)}`;
    const names = ["x-forwarded-for", "forwarded", "x-real-ip", "cf-connecting-ip", "true-client-ip"];
    const headers = { cookie: "", [pick(next, names)]: forged };
    const status = await ask(person, "GET", "/api/session", undefined, headers);
    note.answered(`first visit: ${status}`);
    if (status === 200 && !gains.add("visitors", address)) note.broke("visits are budgeted by address", { headers });
  }
}

async function openChannel({ next, stranger: { person, address }, gains, note }: Visit): Promise<void> {
  const name = next() < 0.6 ? `c${randomInteger(next, 0, 2 ** 40)}` : oddText(next, 60);
  const status = await ask(person, "POST", "/api/channels", { name, topic: oddText(next, 300) });
  note.answered(`channel: ${status}`);
  if (status === 201 && !gains.add("channels", address)) note.broke("channels are budgeted by address", { address });
}

async function guess({ next, stranger: { person, address }, gains, note }: Visit): Promise<void> {
  for (let left = randomInteger(next, 1, 20); left > 0; left--) {
    const tries = [
      oddText(next, 100),
      CODE.toUpperCase(),
      `${CODE} `,
      CODE.slice(0, -1),
      `${CODE}\0`,
      [CODE],
      { CODE },
    ];
    const moderatorCode = pick<unknown>(next, tries);
    const status = await ask(person, "POST", "/api/session", { moderatorCode });
    note.answered(`code: ${status}`);
    // An empty one is none.
    if (status === 200 && moderatorCode !== "") note.broke("no wrong code is taken", { moderatorCode });
    if (status === 403 && !gains.add("codes", address)) note.answered("codes beyond the address's budget");
  }
}

/** The status of an answer; 0 where the connection broke. */
function ask(
  person: CrowdMember,
  method: string,
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const content = body && JSON.stringify(body);
  return new Promise((resolve) => {
    const request = person.begin(method, path, { ...(content && { "content-type": "application/json" }), ...headers });
    request.on("response", (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
      response.on("error", () => resolve(0));
    });
    request.on("error", () => resolve(0));
    request.end(content);
  });
}
