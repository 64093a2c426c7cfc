import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { fetchFile, type RemoteFile } from "../../../../src/engine/networks/download/http.js";
import { newFolder } from "../../../support/new-folder.js";
import { type Answer, type FileServer, rangeStart, send, serve } from "../support/file-server.js";

const BODY = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 251));
const md5 = createHash("md5").update(BODY).digest("hex");
const sha256 = createHash("sha256").update(BODY).digest("hex");
const SOON = { connect: 300, stall: 300, retry: 1 };

let server: FileServer | undefined;
afterEach(async () => {
  vi.unstubAllEnvs();
  await server?.close();
});

async function setup(answer: Answer): Promise<{ file: RemoteFile; part: string }> {
  server = await serve(answer);
  return { file: { url: `${server.url}/weights.h5`, size: BODY.length, md5 }, part: join(newFolder(), "x.part") };
}

describe("fetching a file", () => {
  it("fetches, reports progress and follows redirects", async () => {
    const { file, part } = await setup((request, response) => {
      if (request.url === "/weights.h5") response.writeHead(302, { location: "/elsewhere" }).end();
      else send(request, response, BODY);
    });
    const progress: number[] = [];
    await fetchFile({ ...file, sha256 }, part, { onProgress: (n) => progress.push(n) });
    expect(BODY.equals(await readFile(part))).toBe(true);
    expect(progress.at(-1)).toBe(BODY.length);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
  });

  it("goes on where an earlier run stopped", async () => {
    const { file, part } = await setup((request, response) => send(request, response, BODY));
    await writeFile(part, BODY.subarray(0, 100_000));
    await fetchFile(file, part);
    expect(server?.requests.map(rangeStart)).toEqual([100_000]);
    expect(BODY.equals(await readFile(part))).toBe(true);
  });

  it("goes on by itself when the connection breaks, and starts again where the server cannot resume", async () => {
    let hangUp = (): unknown => undefined;
    const { file, part } = await setup((request, response, nth) => {
      if (nth === 1) {
        response.writeHead(200, { "content-length": BODY.length });
        response.write(BODY.subarray(0, 50_000));
        hangUp = () => response.destroy();
      } else if (nth === 2) {
        response.writeHead(200, { "content-length": BODY.length });
        response.end(BODY);
      } else send(request, response, BODY);
    });
    await fetchFile(file, part, { onProgress: () => hangUp() });
    expect(server?.requests).toHaveLength(2);
    expect(rangeStart(server?.requests[1] ?? expect.fail())).toBeGreaterThan(0);
    expect(BODY.equals(await readFile(part))).toBe(true);
  });

  it("fetches again when a part of an earlier run belongs to another file", async () => {
    const { file, part } = await setup((request, response) => send(request, response, BODY));
    await writeFile(part, Buffer.alloc(200_000, 1));
    await fetchFile(file, part);
    expect(server?.requests.map(rangeStart)).toEqual([200_000, undefined]);
    expect(BODY.equals(await readFile(part))).toBe(true);
  });

  it("starts again when the server refuses to resume", async () => {
    const { file, part } = await setup((request, response) => {
      if (rangeStart(request) !== undefined) response.writeHead(416).end();
      else send(request, response, BODY);
    });
    await writeFile(part, BODY.subarray(0, 10));
    await fetchFile(file, part, { timeouts: SOON });
    expect(BODY.equals(await readFile(part))).toBe(true);
  });

  it("refuses a file of another checksum or size and leaves nothing behind", async () => {
    const { file, part } = await setup((request, response) =>
      send(request, response, request.url === "/long" ? Buffer.concat([BODY, BODY]) : BODY),
    );
    await expect(fetchFile({ ...file, md5: "0".repeat(32) }, part)).rejects.toThrow(/checksum differs/);
    expect(existsSync(part)).toBe(false);
    await expect(fetchFile({ ...file, url: `${server?.url}/long` }, part)).rejects.toThrow(
      /more than the file that is expected/,
    );
    expect(existsSync(part)).toBe(false);
  });

  it("ends a transfer that stalls, keeping what came", async () => {
    const { file, part } = await setup((request, response) => {
      const start = rangeStart(request) ?? 0;
      response.writeHead(
        start ? 206 : 200,
        start ? { "content-range": `bytes ${start}-${BODY.length - 1}/${BODY.length}` } : {},
      );
      if (start === 0) response.write(BODY.subarray(0, 1000));
      else response.flushHeaders();
    });
    await expect(fetchFile(file, part, { timeouts: SOON })).rejects.toThrow(/stopped sending/);
    expect((await stat(part)).size).toBe(1000);
  });

  it("tries a server in trouble again, but not one that says no", async () => {
    const { file, part } = await setup((request, response, nth) => {
      if (request.url === "/gone") response.writeHead(404).end();
      else if (nth === 1) response.writeHead(503).end();
      else send(request, response, BODY);
    });
    await fetchFile(file, part);
    expect(server?.requests).toHaveLength(2);
    await expect(fetchFile({ ...file, url: `${server?.url}/gone` }, `${part}2`)).rejects.toThrow(
      /answers 404 Not Found/,
    );
    expect(server?.requests).toHaveLength(3);
  });

  it("says which host cannot be reached", async () => {
    const { file, part } = await setup((_, response) => response.end());
    await server?.close();
    await expect(fetchFile(file, part, { timeouts: SOON })).rejects.toThrow(
      /127\.0\.0\.1:\d+ cannot be reached \(.*ECONNREFUSED/,
    );
  });

  it("gives up on a proxy that hangs up without a word", async () => {
    const { file, part } = await setup((request) => request.socket.destroy());
    for (const name of ["HTTP_PROXY", "http_proxy"]) vi.stubEnv(name, server?.url);
    for (const name of ["NO_PROXY", "no_proxy"]) vi.stubEnv(name, "");
    await expect(fetchFile({ ...file, url: "http://models.invalid/x" }, part, { timeouts: SOON })).rejects.toThrow(
      /models\.invalid cannot be reached/,
    );
  });

  it("stops at once when aborted", async () => {
    const controller = new AbortController();
    const { file, part } = await setup((_, response) => {
      response.writeHead(200);
      response.write(BODY.subarray(0, 1000));
    });
    const reason = new Error("enough");
    await expect(
      fetchFile(file, part, { signal: controller.signal, onProgress: () => controller.abort(reason) }),
    ).rejects.toBe(reason);
  });

  it("honours HTTP_PROXY", async () => {
    const { file, part } = await setup((request, response) => {
      // A proxy is asked for the whole address.
      expect(request.url).toBe("http://models.invalid/weights.h5");
      send(request, response, BODY);
    });
    vi.stubEnv("HTTP_PROXY", server?.url);
    vi.stubEnv("http_proxy", server?.url);
    vi.stubEnv("NO_PROXY", "");
    vi.stubEnv("no_proxy", "");
    await fetchFile({ ...file, url: "http://models.invalid/weights.h5" }, part, {
      timeouts: { connect: 2000, stall: 2000, retry: 1 },
    });
    expect(BODY.equals(await readFile(part))).toBe(true);
  });
});
