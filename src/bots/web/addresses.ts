import { BlockList, isIP } from "node:net";

/** Whether an address, or the network that it counts as, is this machine's own. */
export function isLoopback(address: string | undefined): boolean {
  return (
    address === "::1" ||
    address === "0:0:0:0::/64" ||
    address?.startsWith("127.") === true ||
    address?.startsWith("::ffff:127.") === true
  );
}

/**
 * The address that a visitor counts as: an IPv4 address, or an IPv6 network of 64 bits, since a household has as many
 * addresses in its network as it likes.
 *
 * @param address as a socket or a proxy gives it, perhaps with a port
 * @example networkOf("2001:db8:1:2:aaaa::7"); // "2001:db8:1:2::/64"
 */
export function networkOf(address: string): string {
  const bare = address.replace(/%.*$/, "").replace(/^\[([^\]]*)\](?::\d+)?$|^([\d.]+):\d+$/, "$1$2");
  if (isIP(bare) !== 6) return bare;
  const [head = "", tail = ""] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split("::");
  const [front, back] = [head, tail].map((part) => part.split(":").filter((group) => group !== ""));
  const [first, last] = [front ?? [], back ?? []];
  const groups = [...first, ...Array<string>(8 - first.length - last.length).fill("0"), ...last];
  if (groups.slice(0, 6).join(":") !== "0:0:0:0:0:ffff") return `${groups.slice(0, 4).join(":")}::/64`;
  // An IPv4 address written as an IPv6 one.
  return groups
    .slice(6)
    .map((group) => Number.parseInt(group, 16))
    .flatMap((number) => [number >> 8, number & 255])
    .join(".");
}

/** Which addresses belong to a list of addresses and networks such as "10.0.0.0/8". */
export function memberOf(networks: readonly string[]): (address: string | undefined) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", bits] = network.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    list.addSubnet(address, bits === undefined ? (family === "ipv6" ? 128 : 32) : Number(bits), family);
  }
  return (address = "") => isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}
