import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { npmConnection, npmRegistry } from "../../../../src/engine/networks/download/npm.js";
import { transferFailure } from "../../../../src/engine/networks/download/transfer.js";
import { newFolder } from "../../../support/new-folder.js";

function file(name: string, content: string): string {
  const folder = newFolder();
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const certificate = (body: string): string => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----`;

describe("npm's own settings", () => {
  it("say which registry, in the environment or in the user's file", async () => {
    expect(await npmRegistry({ npm_config_registry: "https://npm.example.org/" })).toBe("https://npm.example.org/");
    const userconfig = file(".npmrc", "save-exact=true\nregistry = https://mirror.example.org/npm/\n");
    expect(await npmRegistry({ NPM_CONFIG_USERCONFIG: userconfig })).toBe("https://mirror.example.org/npm/");
    expect(await npmRegistry({ NPM_CONFIG_USERCONFIG: join(tmpdir(), "no-such-npmrc") })).toMatch(
      /^https:\/\/registry\.npmjs\.org\/$/,
    );
  });

  it("say which certificates and proxies, so that a download works where npm install does", async () => {
    expect(await npmConnection({})).toEqual({});
    const cafile = file("ca.pem", `# ours\n${certificate("AAAA")}\n\n${certificate("BBBB")}\n`);
    expect(await npmConnection({ npm_config_cafile: cafile })).toEqual({
      ca: [certificate("AAAA"), certificate("BBBB")],
    });
    expect(await npmConnection({ npm_config_cafile: "/no/such/file" })).toEqual({});
    const environment = {
      npm_config_https_proxy: "http://proxy:1",
      npm_config_proxy: "http://proxy:2",
      npm_config_noproxy: "localhost",
    };
    expect(await npmConnection(environment)).toEqual({
      httpsProxy: "http://proxy:1",
      proxy: "http://proxy:2",
      noProxy: "localhost",
    });
    // npm hands `false` down as an empty text.
    expect(await npmConnection({ npm_config_strict_ssl: "" })).toEqual({ strictSSL: false });
  });
});

describe("a transfer that fails", () => {
  it("knows by the code of its innermost cause that a certificate is not trusted", () => {
    const untrusted = Object.assign(new Error("x"), { code: "SELF_SIGNED_CERT_IN_CHAIN" });
    const failure = transferFailure(new Error("fetch failed", { cause: untrusted }), "npm.example.org");
    expect(failure.message).toContain("NODE_EXTRA_CA_CERTS");
    expect(transferFailure(new Error("certificate"), "npm.example.org").identifier).toBe("transfer.unreachable");
  });
});
