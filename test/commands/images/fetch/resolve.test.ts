import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { resolveHost } from "../../../../src/commands/images/fetch/resolve.js";

const A = 1;
const AAAA = 28;
const NO_SUCH_NAME = 3;
const REFUSED = 5;

/** What a name server says to a question: addresses as bytes, an error code, or nothing at all. */
type Says = (name: string, type: number) => readonly Buffer[] | number | undefined;

/** A name server on this machine that speaks as much DNS as a test needs. */
async function nameServer(says: Says): Promise<{ servers: string[]; asked: string[] }> {
  const socket = createSocket("udp4");
  onTestFinished(async () => void socket.close());
  const asked: string[] = [];
  socket.on("message", (query, { port, address }) => {
    const end = query.indexOf(0, 12);
    const type = query.readUInt16BE(end + 1);
    const name = nameIn(query.subarray(12, end));
    asked.push(`${name} ${type}`);
    const answer = says(name, type);
    if (answer !== undefined) send(socket, query.subarray(0, end + 5), type, answer, port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { servers: [`127.0.0.1:${socket.address().port}`], asked };
}

function nameIn(labels: Buffer): string {
  const parts: string[] = [];
  for (let at = 0; at < labels.length; at += (labels[at] ?? 0) + 1)
    parts.push(labels.toString("latin1", at + 1, at + 1 + (labels[at] ?? 0)));
  return parts.join(".").toLowerCase();
}

function send(
  socket: Socket,
  question: Buffer,
  type: number,
  answer: readonly Buffer[] | number,
  port: number,
  address: string,
): void {
  const head = Buffer.from(question);
  const records = typeof answer === "number" ? [] : answer;
  head.writeUInt16BE(0x8180 + (typeof answer === "number" ? answer : 0), 2);
  head.writeUInt16BE(records.length, 6);
  head.writeUInt32BE(0, 8);
  const body = records.flatMap((record) => [
    Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, record.length]),
    record,
  ]);
  socket.send(Buffer.concat([head, ...body]), port, address);
}

const never = new AbortController().signal;

describe("looking up a host", () => {
  it("gives every address of both kinds", async () => {
    const six = Buffer.from("26064700000000000000000000001111", "hex");
    const { servers, asked } = await nameServer((_, type) =>
      type === A ? [Buffer.from([1, 1, 1, 1]), Buffer.from([10, 0, 0, 1])] : [six],
    );
    expect(await resolveHost("example.org", never, servers)).toEqual(["1.1.1.1", "10.0.0.1", "2606:4700::1111"]);
    expect(asked.sort()).toEqual([`example.org ${A}`, `example.org ${AAAA}`]);
  });

  it("gives those of one kind where there are no others", async () => {
    const { servers } = await nameServer((_, type) => (type === A ? [Buffer.from([1, 1, 1, 1])] : []));
    expect(await resolveHost("example.org", never, servers)).toEqual(["1.1.1.1"]);
  });

  it("gives none for an unknown name", async () => {
    const { servers } = await nameServer(() => NO_SUCH_NAME);
    expect(await resolveHost("unknown.example", never, servers)).toEqual([]);
  });

  it("does not ask this machine's own list of hosts", async () => {
    const { servers } = await nameServer((name, type) =>
      name === "localhost" && type === A ? [Buffer.from([9, 9, 9, 9])] : NO_SUCH_NAME,
    );
    expect(await resolveHost("localhost", never, servers)).toEqual(["9.9.9.9"]);
  });

  it("rejects when the name server cannot say", async () => {
    const { servers } = await nameServer(() => REFUSED);
    await expect(resolveHost("example.org", never, servers)).rejects.toThrow(/EREFUSED/);
  });

  it("ends at once when it is no longer wanted", async () => {
    const { servers } = await nameServer(() => undefined);
    await expect(resolveHost("example.org", AbortSignal.timeout(100), servers)).rejects.toThrow(/ECANCELLED/);
    await expect(resolveHost("example.org", AbortSignal.abort(new Error("never")), servers)).rejects.toThrow("never");
  });
});
