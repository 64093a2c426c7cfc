/**
 * Links that lead inside: private addresses in every notation, behind names, behind names that change their minds, and
 * behind redirects of a site that is public. Nothing but that site is ever connected to.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { fetchImage } from "../../src/commands/images/fetch/fetch-image.js";
import { publicAddress } from "../../src/commands/images/fetch/public-address.js";
import { readLink } from "../../src/commands/images/image-option.js";
import { UserError } from "../../src/commands/user-error.js";
import { type Random, randomInteger } from "../../src/engine/images/random.js";
import { serve } from "../engine/networks/support/file-server.js";
import { drawn } from "../support/pictures.js";
import type { Attack, Note } from "./attack.js";
import { pick } from "./generate.js";

/** An address of this machine that stands for a site of the public internet. */
const SITE = "127.0.0.77";
const LIMITS = { maxBytes: 1_000_000, seconds: 5 };

/** Of this machine, of its network, of its cloud, and of no one. */
const INSIDE = [
  ...["127.0.0.1", "127.0.0.2", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255"],
  ...["192.168.0.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "198.18.0.1", "168.63.129.16"],
  ...["224.0.0.1", "255.255.255.255", "192.0.2.1", "203.0.113.1"],
] as const;
const INSIDE_6 = [
  ...["::1", "::", "fe80::1", "fd00:ec2::254", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1", "100::1", "3fff::1"],
  ...["2001::1", "5f00::1"],
] as const;

const octets = (ip: string) => ip.split(".").map(Number) as [number, number, number, number];
const numberOf = (ip: string) => octets(ip).reduce((sum, part) => sum * 256 + part, 0);
const halves = (ip: string) => {
  const [a, b, c, d] = octets(ip);
  return [a * 256 + b, c * 256 + d].map((half) => half.toString(16)).join(":");
};
const digits = (text: string, zero: number) =>
  text.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)));

/** Ways of writing an IPv4 address as a link's host. */
const NOTATIONS: readonly ((ip: string) => string)[] = [
  (ip) => ip,
  (ip) => `${ip}.`,
  (ip) => String(numberOf(ip)),
  (ip) => `0x${numberOf(ip).toString(16)}`,
  (ip) => `0${numberOf(ip).toString(8)}`,
  (ip) =>
    octets(ip)
      .map((part) => `0x${part.toString(16)}`)
      .join("."),
  (ip) =>
    octets(ip)
      .map((part) => `0${part.toString(8)}`)
      .join("."),
  (ip) =>
    octets(ip)
      .map((part) => `0000${part.toString(8)}`)
      .join("."),
  (ip) =>
    octets(ip)
      .map((part, index) => (index % 2 === 0 ? `0x${part.toString(16)}` : part))
      .join("."),
  (ip) => `${octets(ip)[0]}.${numberOf(ip) % 2 ** 24}`,
  (ip) => `${octets(ip).slice(0, 2).join(".")}.${numberOf(ip) % 2 ** 16}`,
  (ip) => `0x${octets(ip)[0].toString(16)}.0${(numberOf(ip) % 2 ** 24).toString(8)}`,
  (ip) => ip.replaceAll(".", "。"),
  (ip) => ip.replaceAll(".", "．"),
  (ip) => ip.replaceAll(".", "｡"),
  (ip) => digits(ip, 0xff10),
  (ip) => digits(ip, 0x1d7d8),
  (ip) => ip.replace(/[1-9]/g, (digit) => String.fromCodePoint(0x2460 + Number(digit) - 1)).replaceAll("0", "⓪"),
  (ip) => ip.replace(/\d/g, (digit) => `%3${digit}`),
  (ip) => ip.replaceAll(".", "%2e"),
  (ip) => ip.replace(".", "\u00ad."),
  (ip) => ip.replace(".", "\t."),
  (ip) => ip.replace(".", ".\n"),
  (ip) => `[::ffff:${ip}]`,
  (ip) => `[::ffff:${halves(ip)}]`,
  (ip) => `[0:0:0:0:0:FFFF:${halves(ip)}]`,
  (ip) => `[::${ip}]`,
  (ip) => `[::ffff:0:${ip}]`,
  (ip) => `[64:ff9b::${ip}]`,
  (ip) => `[64:ff9b:1::${ip}]`,
  (ip) => `[2002:${halves(ip)}::]`,
  (ip) => `[2001:0:${halves(ip)}::1]`,
  (ip) => `[fe80::${ip}%25eth0]`,
];

/** Ways of writing a link to a host. */
const LINKS: readonly ((host: string, port: number) => string)[] = [
  (host, port) => `http://${host}:${port}/a.png`,
  (host, port) => `https://${host}:${port}/a.png`,
  (host) => `http://${host}/latest/meta-data/`,
  (host) => `https://${host}/`,
  (host, port) => `HTTP://${host}:${port}`,
  (host, port) => `http:/${host}:${port}/`,
  (host, port) => `http:${host}:${port}/`,
  (host, port) => `http:\\\\${host}:${port}\\a.png`,
  (host, port) => `http://site.example@${host}:${port}/`,
  (host, port) => `http://site.example:80@${host}:${port}/`,
  (host, port) => `http://site.example%40${host}:${port}/`,
  (host, port) => `http://${host}:${port}#@site.example/`,
  (host, port) => `http://${host}:${port}\\@site.example/`,
  (host, port) => `http://${host}:${port}?@site.example/`,
  (host, port) => `http:// ${host}:${port}/`,
  (host, port) => `http://\u200b${host}:${port}/`,
  (host, port) => `<http://${host}:${port}/a.png|http://site.example/a.png>`,
  (host, port) => `<http://${host}:${port}/?a=1&amp;b=2>`,
  (host) => `http://${host}:22/`,
  (host) => `http://${host}:6379/`,
  ...["ftp", "gopher", "file", "dict", "ldap", "ws", "jar:http", "view-source:http", "unix", "tftp"].map(
    (scheme) => (host: string, port: number) => `${scheme}://${host}:${port}/`,
  ),
];

/** What a name's servers say, the first and the second time that they are asked. */
type Answers = readonly [first: readonly string[], later: readonly string[]];

export const urls: Attack = {
  name: "urls",
  count: 20_000,
  atOnce: 8,
  // Links are made in the same process, and what is not collected yet counts.
  mostGrowth: 250,
  async open() {
    const png = await drawn(20, 20);
    const onward = new Map<string, string>();
    const site = await serve((request, response) => answer(request, response, onward, png), "0.0.0.0");
    const port = Number(new URL(site.url).port);
    const watched = watchConnections();
    let named = 0;
    return {
      pid: process.pid,
      async close() {
        watched.end();
        await site.close();
      },
      async attempt(next, note) {
        const names = new Map<string, Answers>([["site.example", [[SITE], [SITE]]]]);
        const name = `n${named++}.example`;
        const link = linkOf(next, port, { name, names, onward });
        let isSeen = false;
        const seen = (address: string) => {
          if (address === SITE) isSeen = true;
          else note.broke("nothing inside is connected to", { link, address, names: [...names] });
        };
        const isFetched = await watched.during(seen, () => follow(link, port, names, note));
        // Else what else it connects to would not be seen either.
        if (isFetched && !isSeen) throw new Error(`connected to the site without being seen: ${link}`);
        onward.delete(`/${name}`);
        site.requests.length = 0;
      },
    };
  },
};

interface Ways {
  /** One that no other link has, for a name and a path of its own. */
  readonly name: string;
  readonly names: Map<string, Answers>;
  /** Where the site sends on from a path. */
  readonly onward: Map<string, string>;
}

/** A link that leads inside by itself, by its name, or by way of the site. */
function linkOf(next: Random, port: number, { name, names, onward }: Ways): string {
  const inside = next() < 0.75 ? pick(next, NOTATIONS)(pick(next, INSIDE)) : `[${pick(next, INSIDE_6)}]`;
  const kind = next();
  if (kind < 0.5) return pick(next, LINKS)(inside, port);
  const bare = next() < 0.7 ? pick(next, INSIDE) : pick(next, INSIDE_6);
  const mapped = next() < 0.3 && !bare.includes(":") ? `::ffff:${bare}` : bare;
  if (kind < 0.65) names.set(name, [pick(next, [[mapped], [SITE, mapped], [mapped, SITE], ["", mapped]]), [SITE]]);
  // It is asked once: what it says afterwards is of no use.
  else if (kind < 0.75) names.set(name, [[SITE], [mapped]]);
  const target = kind < 0.75 ? pick(next, LINKS)(name, port) : pick(next, LINKS)(inside, port);
  if (kind < 0.75 && next() < 0.5) return target;
  onward.set(`/${name}`, next() < 0.1 ? `//${inside}:${port}/` : target);
  const hops = Array.from({ length: randomInteger(next, 0, 4) }, (_, hop) => `/${name}-${hop}`);
  return `http://site.example:${port}${[...hops].reverse()[0] ?? `/${name}`}`;
}

/** The site: `/x-2` sends on to `/x-1`, `/x-0` to `/x`, and that to where it is to lead. */
function answer(
  request: IncomingMessage,
  response: ServerResponse,
  onward: ReadonlyMap<string, string>,
  png: Uint8Array,
): void {
  const path = request.url ?? "/";
  const [, name = "", hop] = /^(\/[\w.]+)(?:-(\d))?$/.exec(path) ?? [];
  const location = hop === undefined ? onward.get(name) : `${name}${hop === "0" ? "" : `-${Number(hop) - 1}`}`;
  if (location === undefined) return void response.end(png);
  // As bytes: what is no header's text is no attack.
  const written = Buffer.from(location.replace(/[\r\n\0]/g, "")).toString("latin1");
  const status = [301, 302, 303, 307, 308][location.length % 5] ?? 302;
  response.writeHead(status, { location: written }).end();
}

/** @returns whether it led to a picture */
async function follow(typed: string, port: number, names: ReadonlyMap<string, Answers>, note: Note): Promise<boolean> {
  const link = readLink(typed);
  if (!link) {
    note.answered("no link");
    return false;
  }
  const asked = new Map<string, number>();
  const resolve = async (host: string) => {
    const times = asked.get(host) ?? 0;
    asked.set(host, times + 1);
    return names.get(host.replace(/\.$/, ""))?.[Math.min(times, 1)] ?? [];
  };
  const allows = (ip: string) => ip === SITE || publicAddress(ip);
  try {
    await fetchImage(link, { ...LIMITS, ports: [80, 443, port], allows, resolve });
    note.answered("fetched from the site");
    return true;
  } catch (error) {
    if (error instanceof UserError) note.answered(error.identifier);
    else note.broke("a link is refused in words", { typed, error: String(error) });
    return false;
  }
}

type Seen = (address: string) => void;

/** Tells each link, and no other that is followed beside it, every address that is tried to connect to for it. */
function watchConnections() {
  const links = new AsyncLocalStorage<Seen>();
  const { connect } = Socket.prototype;
  Socket.prototype.connect = function watched(this: Socket, ...to: unknown[]) {
    const seen = links.getStore();
    if (!seen) throw new Error("a connection for no link");
    this.on("connectionAttempt", seen);
    return (connect as (...given: unknown[]) => Socket).apply(this, to);
  } as typeof connect;
  return {
    during: <T>(seen: Seen, work: () => Promise<T>): Promise<T> => links.run(seen, work),
    end() {
      Socket.prototype.connect = connect;
    },
  };
}
