/** Preloaded with --require: a machine that reaches itself and the npm registry (REGISTRY_HOST), and nothing else. */
const dns = require("node:dns");
const Module = require("node:module");

const allowed = new Set(["localhost", "127.0.0.1", process.env.REGISTRY_HOST]);
const unknown = (host) =>
  Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: "ENOTFOUND", syscall: "getaddrinfo" });

const { lookup } = dns;
dns.lookup = (host, ...rest) => {
  if (allowed.has(host)) return lookup(host, ...rest);
  process.nextTick(rest.at(-1), unknown(host));
};
const promised = dns.promises.lookup;
dns.promises.lookup = async (host, ...rest) => {
  if (!allowed.has(host)) throw unknown(host);
  return promised(host, ...rest);
};
Module.syncBuiltinESMExports();
