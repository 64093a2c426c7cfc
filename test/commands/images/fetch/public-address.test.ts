import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { publicAddress } from "../../../../src/commands/images/fetch/public-address.js";

/** First and last address of each block that is not the public internet's, written out rather than computed. */
const SPECIAL4: readonly (readonly [what: string, first: string, last: string])[] = [
  ["this network", "0.0.0.0", "0.255.255.255"],
  ["private", "10.0.0.0", "10.255.255.255"],
  ["carrier-grade NAT", "100.64.0.0", "100.127.255.255"],
  ["loopback", "127.0.0.0", "127.255.255.255"],
  ["link-local", "169.254.0.0", "169.254.255.255"],
  ["private", "172.16.0.0", "172.31.255.255"],
  ["protocol assignments", "192.0.0.0", "192.0.0.255"],
  ["documentation", "192.0.2.0", "192.0.2.255"],
  ["AS112", "192.31.196.0", "192.31.196.255"],
  ["automatic multicast tunnels", "192.52.193.0", "192.52.193.255"],
  ["6to4 relays", "192.88.99.0", "192.88.99.255"],
  ["private", "192.168.0.0", "192.168.255.255"],
  ["AS112", "192.175.48.0", "192.175.48.255"],
  ["benchmarking", "198.18.0.0", "198.19.255.255"],
  ["documentation", "198.51.100.0", "198.51.100.255"],
  ["documentation", "203.0.113.0", "203.0.113.255"],
  ["multicast", "224.0.0.0", "239.255.255.255"],
  ["reserved and broadcast", "240.0.0.0", "255.255.255.255"],
  ["Azure's own", "168.63.129.16", "168.63.129.16"],
];

/** The same of IPv6. */
const SPECIAL6: readonly (readonly [what: string, first: string, last: string])[] = [
  ["unspecified, loopback, IPv4-compatible", "::", "::ffff:ffff"],
  ["IPv4-translated", "::ffff:0:0:0", "::ffff:0:ffff:ffff"],
  ["discard", "100::", "100::ffff:ffff:ffff:ffff"],
  ["local NAT64", "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"],
  ["Teredo", "2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["benchmarking", "2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff"],
  ["ORCHID", "2001:10::", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["documentation", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["6to4", "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["documentation", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["segment routing", "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["unique local", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["link-local", "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["site-local", "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["multicast", "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
];

const PUBLIC = [
  ...[
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
  ],
  ...[
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
  ],
  ...[
    "2606:4700:4700::1111",
    "2a00:1450:4001:80b::200e",
    "2001:200::1",
    "2001:4860:4860::8888",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
  ],
];

const toNumber = (ip: string): number => ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
const toDotted = (n: number): string => [24, 16, 8, 0].map((shift) => Math.floor(n / 2 ** shift) % 256).join(".");

/** The value of an IPv6 address without a dotted part. */
function toBig(ip: string): bigint {
  const [head = "", tail] = ip.split("::");
  const front = head === "" ? [] : head.split(":");
  const back = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups = [...front, ...Array.from({ length: 8 - front.length - back.length }, () => "0"), ...back];
  return groups.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
}

function toGroups(n: bigint): string[] {
  return [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((shift) => ((n >> shift) & 0xffffn).toString(16));
}

/** An IPv6 address in one of the ways in which it may be written. */
const written = (n: bigint) =>
  fc.constantFrom(
    toGroups(n).join(":"),
    toGroups(n).join(":").toUpperCase(),
    toGroups(n)
      .map((group) => group.padStart(4, "0"))
      .join(":"),
    new URL(`http://[${toGroups(n).join(":")}]/`).hostname.slice(1, -1),
    `${toGroups(n).slice(0, 6).join(":")}:${toDotted(Number(n & 0xffffffffn))}`,
  );

const special4 = fc
  .constantFrom(...SPECIAL4)
  .chain(([, first, last]) =>
    fc.oneof(fc.constantFrom(first, last), fc.integer({ min: toNumber(first), max: toNumber(last) }).map(toDotted)),
  );

const special6 = fc
  .constantFrom(...SPECIAL6)
  .chain(([, first, last]) =>
    fc.oneof(fc.constantFrom(toBig(first), toBig(last)), fc.bigInt({ min: toBig(first), max: toBig(last) })),
  )
  .chain(written);

/** Ways of carrying an IPv4 address inside an IPv6 one. */
const carried = special4.chain((ip) => {
  const low = BigInt(toNumber(ip));
  const flipped = low ^ 0xffffffffn;
  return fc
    .constantFrom(
      low,
      0xffff_0000_0000n + low,
      0xffff_0000_0000_0000n + low,
      (0x64_ff9bn << 96n) + low,
      (0x2002n << 112n) + (low << 80n),
      (0x2001n << 112n) + flipped,
    )
    .chain(written);
});

describe("public addresses", () => {
  it("are never inside a block of special purpose", () => {
    fc.assert(
      fc.property(fc.oneof(special4, special6, carried), (ip) => {
        expect(publicAddress(ip), ip).toBe(false);
      }),
      { numRuns: 5000 },
    );
  });

  it.each(PUBLIC)("%s is one", (ip) => {
    expect(publicAddress(ip)).toBe(true);
  });

  it("are all those of IPv4 outside the blocks, and those alone also where IPv6 carries them", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (n) => {
        const inside = SPECIAL4.some(([, first, last]) => n >= toNumber(first) && n <= toNumber(last));
        expect(publicAddress(toDotted(n))).toBe(!inside);
        expect(publicAddress(`::ffff:${toDotted(n)}`)).toBe(!inside);
        expect(publicAddress(`64:ff9b::${toDotted(n)}`)).toBe(!inside);
      }),
      { numRuns: 5000 },
    );
  });

  it("are addresses in the first place", () => {
    for (const text of [
      "",
      "localhost",
      "1.1.1",
      "1.1.1.1.1",
      "01.1.1.1",
      "0x8.8.8.8",
      "2606:4700::1%eth0",
      "[2606:4700::1]",
      "8.8.8.8 ",
      "::ffff:8.8.8",
    ])
      expect(publicAddress(text), text).toBe(false);
    fc.assert(fc.property(fc.string(), (text) => void publicAddress(text)));
  });
});
