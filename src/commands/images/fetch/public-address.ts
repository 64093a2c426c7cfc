import { BlockList, isIPv4, isIPv6 } from "node:net";

/**
 * IPv4 blocks that are not public: the IANA registry of special-purpose addresses (RFC 6890), multicast, reserved ones,
 * and the address at which Azure answers its virtual machines, which looks public.
 */
const IPV4_BLOCKS = `
  0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24
  192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4
  240.0.0.0/4 168.63.129.16/32`;

/**
 * IPv6 blocks inside 2000::/3, the only public part, that are not public: protocol assignments with Teredo and ORCHID,
 * documentation, 6to4, and AS112.
 */
const IPV6_BLOCKS = "2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20";

const special4 = blockList(IPV4_BLOCKS, "ipv4");
const special6 = blockList(IPV6_BLOCKS, "ipv6");
const given6 = blockList("2000::/3", "ipv6");

function blockList(blocks: string, family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const block of blocks.trim().split(/\s+/)) {
    const [net = "", prefix] = block.split("/");
    list.addSubnet(net, Number(prefix), family);
  }
  return list;
}

/**
 * Whether an IP address, as text, belongs to the public internet. An IPv6 address that stands for an IPv4 one (mapped,
 * NAT64) is checked as that. False for what is no address, and for one with a zone (`fe80::1%eth0`).
 */
export function publicAddress(ip: string): boolean {
  if (isIPv4(ip)) return !special4.check(ip, "ipv4");
  if (!isIPv6(ip) || ip.includes("%")) return false;
  const embedded = embeddedIPv4(groupsOf(ip));
  if (embedded !== undefined) return !special4.check(embedded, "ipv4");
  return given6.check(ip, "ipv6") && !special6.check(ip, "ipv6");
}

/** The IPv4 address inside ::ffff:0:0/96 or 64:ff9b::/96, else undefined. */
function embeddedIPv4(groups: readonly number[]): string | undefined {
  const [a = 0, b = 0] = groups.slice(6);
  const prefix = groups
    .slice(0, 6)
    .map((group) => group.toString(16))
    .join(":");
  if (prefix !== "0:0:0:0:0:ffff" && prefix !== "64:ff9b:0:0:0:0") return undefined;
  return [a >> 8, a & 255, b >> 8, b & 255].join(".");
}

/** The eight groups of a valid IPv6 address. */
function groupsOf(ip: string): number[] {
  const hexadecimal = ip.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...quad: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = quad.map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = [], tail] = hexadecimal.split("::").map((half) => (half === "" ? [] : half.split(":")));
  const filling = tail ? Array.from({ length: 8 - head.length - tail.length }, () => "0") : [];
  return [...head, ...filling, ...(tail ?? [])].map((group) => Number.parseInt(group, 16));
}
