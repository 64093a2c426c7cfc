import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { LinkRules } from "../../../../src/commands/images/fetch/download.js";
import { type FetchOptions, fetchImage } from "../../../../src/commands/images/fetch/fetch-image.js";
import { UserError } from "../../../../src/commands/user-error.js";
import { serve } from "../../../engine/networks/support/file-server.js";
import { claims, drawn } from "../../../support/pictures.js";

const HOSTS: Readonly<Record<string, readonly string[]>> = {
  "pictures.example": ["127.0.0.1"],
  "inside.example": ["127.0.0.2"],
  "both.example": ["127.0.0.1", "127.0.0.2"],
  "metadata.example": ["169.254.169.254"],
};

/** A site on this machine; what the rules allow is its one address, and nothing else of this machine. */
async function site(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = await serve(answer, "0.0.0.0");
  onTestFinished(() => server.close());
  const port = Number(new URL(server.url).port);
  const resolve = vi.fn(async (host: string) => HOSTS[host.replace(/\.$/, "")] ?? []);
  const rules: LinkRules = { ports: [port], allows: (ip) => ip === "127.0.0.1", resolve };
  return {
    server,
    resolve,
    at: (path: string, host = "pictures.example") => `http://${host}:${port}${path}`,
    fetch: (link: string, options: Partial<FetchOptions> = {}) =>
      fetchImage(new URL(link), { maxBytes: 1_000_000, seconds: 5, ...rules, ...options }),
  };
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).message;
}

const respond = (body: Uint8Array | string, headers: Record<string, string | number> = {}, status = 200) =>
  site((_, response) => void response.writeHead(status, headers).end(body));

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("a link to a picture", () => {
  it("is fetched, with its own name, and nothing about us but who asks", async () => {
    const png = await drawn(40, 30);
    const { fetch, at, server } = await respond(png, { "content-type": "image/png", "set-cookie": "a=b" });
    for (const name of ["HTTP_PROXY", "http_proxy", "ALL_PROXY"]) vi.stubEnv(name, "http://127.0.0.1:9");
    const picture = await fetch(at("/some/where/sea%20side.png?size=large#top"));
    expect(picture).toEqual({ bytes: new Uint8Array(png), name: "sea side.png", type: "image/png" });
    const [request] = server.requests;
    expect(request?.url).toBe("/some/where/sea%20side.png?size=large");
    expect(Object.keys(request?.headers ?? {}).sort()).toEqual([
      "accept",
      "accept-encoding",
      "connection",
      "host",
      "user-agent",
    ]);
    expect(request?.headers["accept-encoding"]).toBe("identity");
  });

  it.each(["jpeg", "png", "webp", "gif", "avif", "tiff"] as const)(
    "may be %s, whatever the site calls it",
    async (format) => {
      const { fetch, at } = await respond(await drawn(40, 30, format), { "content-type": "application/octet-stream" });
      const { name, type } = await fetch(at("/picture.php"));
      expect([name, type]).toEqual([`picture.${format === "jpeg" ? "jpg" : format}`, `image/${format}`]);
    },
  );

  it("gets a name that cannot be taken for anything else", async () => {
    const { fetch, at } = await respond(await drawn(20, 20));
    const names = [
      "/",
      "/..%2f..%2fetc%2fpasswd",
      "/%00%0a%3Cb%3E.png",
      "/%E0%A4%A.jpg",
      "/.htaccess",
      `/${"x".repeat(300)}.png`,
    ];
    const given = await Promise.all(names.map(async (path) => (await fetch(at(path))).name));
    expect(given).toEqual([
      "picture.png",
      "etcpasswd.png",
      "b.png",
      "E0A4A.png",
      "htaccess.png",
      `${"x".repeat(56)}.png`,
    ]);
  });

  it("is followed to where the site passes it on, five times at most, without its body being read", async () => {
    const png = await drawn(20, 20);
    const { fetch, at, server } = await site((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end(png);
      else
        response
          .writeHead([301, 302, 303, 307, 308][left % 5] ?? 302, { location: `/${left - 1}`, "set-cookie": "a=b" })
          .end("x".repeat(500_000));
    });
    expect((await fetch(at("/5"), { maxBytes: 10_000 })).bytes).toEqual(new Uint8Array(png));
    expect(server.requests.map((request) => request.headers.cookie)).toEqual(Array(6).fill(undefined));
    expect(await refusal(fetch(at("/6")))).toBe(
      "That link is redirected more than 5 times; please attach the picture instead.",
    );
    expect(server.requests).toHaveLength(12);
  });

  it("fills no log with warnings on its way", async () => {
    const warned = vi.fn();
    process.on("warning", warned);
    onTestFinished(() => void process.off("warning", warned));
    const { fetch, at } = await site((request, response) => {
      const left = Number(request.url?.slice(1));
      response.writeHead(left === 0 ? 404 : 302, { location: `/${left - 1}` }).end();
    });
    await refusal(fetch(at("/5")));
    await setImmediate();
    expect(warned).not.toHaveBeenCalled();
  });

  it("is given up when it leads in a circle", async () => {
    const { fetch, at, server } = await site(
      (_, response) => void response.writeHead(302, { location: "/round" }).end(),
    );
    expect(await refusal(fetch(at("/round")))).toMatch(/redirected more than 5 times/);
    expect(server.requests).toHaveLength(6);
  });
});

describe("a link that leads inside", () => {
  const NOWHERE =
    /is not on the public internet, and I fetch pictures only from there; please attach the picture instead\.$/;

  it.each([
    ["a private name", "http://inside.example:PORT/"],
    ["a private address", "http://127.0.0.2:PORT/"],
    ["an address as one number", "http://2130706434:PORT/"],
    ["a mapped address", "http://[::ffff:127.0.0.2]:PORT/"],
    ["a name with one private address among others", "http://both.example:PORT/"],
  ])("by a redirect to %s is never connected to", async (_what, target) => {
    const { fetch, at, server } = await site((request, response) => {
      const location = target.replace("PORT", String(request.socket.localPort));
      if (request.url === "/start") response.writeHead(302, { location }).end();
      else response.end("secret");
    });
    expect(await refusal(fetch(at("/start")))).toMatch(NOWHERE);
    expect(server.requests.map((request) => request.url)).toEqual(["/start"]);
  });

  it.each([
    ...[
      "http://127.0.0.1/",
      "http://2130706433/",
      "http://0x7f.1/",
      "http://0177.0.0.1/",
      "http://127.1/",
      "http://0/",
      "http://[::1]/",
    ],
    ...[
      "http://[::ffff:127.0.0.1]/",
      "http://[::ffff:7f00:1]/",
      "http://[::127.0.0.1]/",
      "http://[64:ff9b::10.0.0.1]/",
      "http://[::]/",
    ],
    ...[
      "http://[2002:7f00:1::]/",
      "http://[fe80::1]/",
      "http://[fd00:ec2::254]/",
      "http://169.254.169.254/latest/meta-data/",
    ],
    ...[
      "http://10.0.0.1/",
      "http://192.168.1.1/",
      "http://100.64.0.1/",
      "http://①②⑦.⓪.⓪.①/",
      "http://127。0。0。1/",
      "https://127.0.0.1/",
    ],
  ])("%s is refused by its address", async (link) => {
    const resolve = vi.fn(async () => ["1.1.1.1"]);
    expect(await refusal(fetchImage(new URL(link), { maxBytes: 1000, seconds: 5, resolve }))).toMatch(NOWHERE);
    expect(resolve).not.toHaveBeenCalled();
  });

  it.each(["localhost", "localhost.", "metadata.example", "mixed.example", "mixed6.example"])(
    "%s is refused by what DNS says",
    async (host) => {
      const addresses: Record<string, string[]> = {
        localhost: ["127.0.0.1"],
        "localhost.": ["::1"],
        "metadata.example": ["169.254.169.254"],
        "mixed.example": ["1.1.1.1", "10.0.0.1"],
        "mixed6.example": ["2606:4700::1111", "::ffff:10.0.0.1"],
      };
      const options = { maxBytes: 1000, seconds: 5, resolve: async (asked: string) => addresses[asked] ?? [] };
      expect(await refusal(fetchImage(new URL(`http://${host}/a.png`), options))).toMatch(NOWHERE);
    },
  );

  it("connects to the address that was checked, whatever DNS says later", async () => {
    const png = await drawn(20, 20);
    const connected: unknown[] = [];
    const { fetch, at, server } = await site((request, response) => {
      connected.push(request.socket.localAddress);
      response.end(png);
    });
    let asked = 0;
    await fetch(at("/a.png", "rebinding.example"), {
      resolve: async () => (++asked === 1 ? ["127.0.0.1"] : ["127.0.0.2"]),
    });
    expect(asked).toBe(1);
    expect(connected).toEqual(["127.0.0.1"]);
    expect(server.requests[0]?.headers.host).toMatch(/^rebinding\.example:/);
  });
});

describe("a link that is refused unseen", () => {
  it.each([
    [
      "ftp://pictures.example/a.png",
      "I fetch http and https links only, not ftp ones; please attach the picture instead.",
    ],
    ["file:///etc/passwd", "I fetch http and https links only, not file ones; please attach the picture instead."],
    [
      "data:image/png;base64,AAAA",
      "I fetch http and https links only, not data ones; please attach the picture instead.",
    ],
    [
      "http://me:secret@pictures.example/",
      "I fetch no links with a user name or password in them; please attach the picture instead.",
    ],
    [
      "http://pictures.example:22/",
      "I fetch from the usual ports only, not from port 22; please attach the picture instead.",
    ],
    [
      "https://pictures.example:8443/",
      "I fetch from the usual ports only, not from port 8443; please attach the picture instead.",
    ],
    ["http://nowhere.example/", "There is no site nowhere.example; check the link."],
  ])("%s", async (link, sentence) => {
    const resolve = async () => [];
    expect(await refusal(fetchImage(new URL(link), { maxBytes: 1000, seconds: 5, resolve }))).toBe(sentence);
  });

  it.each([
    "ftp://pictures.example/",
    "file:///etc/passwd",
    "http://u:p@pictures.example/",
    "http://pictures.example:1/",
    "http://[",
  ])("also when a site passes it on: %s", async (location) => {
    const { fetch, at, server } = await site((_, response) => void response.writeHead(302, { location }).end());
    expect(await refusal(fetch(at("/")))).toMatch(/^I fetch|redirects that link nowhere/);
    expect(server.requests).toHaveLength(1);
  });

  it("when DNS is in trouble", async () => {
    const { fetch, at } = await respond("");
    const resolve = () => Promise.reject(new Error("SERVFAIL"));
    expect(await refusal(fetch(at("/"), { resolve }))).toBe(
      "pictures.example cannot be looked up just now; try again, or attach the picture instead.",
    );
  });
});

describe("a site that is too much", () => {
  const TOO_LARGE = "The picture big.png is larger than 1 MB; please send a smaller one.";
  const limit = { maxBytes: 1024 * 1024 };

  it("by what it announces is not read at all", async () => {
    const { fetch, at } = await site(
      (_, response) => void response.writeHead(200, { "content-length": 10_000_000_000 }).write("x"),
    );
    expect(await refusal(fetch(at("/big.png"), limit))).toBe(TOO_LARGE);
  });

  it("by an endless body is hung up on", async () => {
    let sent = 0;
    let closed: Promise<unknown> | undefined;
    const { fetch, at } = await site((_, response) => {
      closed = once(response, "close");
      const piece = Buffer.alloc(65_536);
      const pour = () => {
        while (!response.destroyed && response.write(piece)) sent += piece.length;
      };
      response.on("drain", pour);
      pour();
    });
    expect(await refusal(fetch(at("/big.png"), limit))).toBe(TOO_LARGE);
    await closed;
    expect(sent).toBeLessThan(50e6);
  });

  it("takes a body to the last byte of the limit, announced or not", async () => {
    const png = await drawn(300, 300);
    for (const headers of [{ "content-length": png.length }, { "transfer-encoding": "chunked" }]) {
      const { fetch, at } = await respond(png, headers as Record<string, string>);
      expect((await fetch(at("/a.png"), { maxBytes: png.length })).bytes.length).toBe(png.length);
      expect(await refusal(fetch(at("/a.png"), { maxBytes: png.length - 1 }))).toMatch(/larger than/);
    }
  });

  it("by the number of its pieces takes no longer than by its bytes", async () => {
    const png = await drawn(200, 200);
    const crumbs = Array.from(png, (byte) => `1\r\n${String.fromCharCode(byte)}\r\n`).join("");
    const { fetch, at } = await site(({ socket }) => {
      socket.end(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${crumbs}0\r\n\r\n`, "latin1");
    });
    expect((await fetch(at("/a.png"))).bytes).toEqual(new Uint8Array(png));
  });

  it("by endless headers", async () => {
    const { fetch, at } = await site(({ socket }) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      const pour = () => {
        while (!socket.destroyed && socket.write(`x-${"y".repeat(1000)}: z\r\n`));
      };
      socket.on("drain", pour);
      pour();
    });
    expect(await refusal(fetch(at("/a.png")))).toMatch(/cannot be reached or breaks off/);
  });

  it("by packing: what would unfold is refused packed", async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    const { fetch, at } = await respond(bomb, { "content-encoding": "gzip", "content-type": "image/png" });
    expect(await refusal(fetch(at("/a.png")))).toMatch(/sends the picture compressed, which I do not unpack/);
  });

  const SLOW = "The picture slow.png took longer than 0.3 s to arrive; please try again.";
  it.each<[string, (response: ServerResponse) => void]>([
    ["never answers", () => undefined],
    ["never begins the body", (response) => void response.writeHead(200, { "content-length": 1000 }).flushHeaders()],
    [
      "drips its headers",
      (response) => {
        response.socket?.write("HTTP/1.1 200 OK\r\nx-slow: ");
        drip(response, () => response.socket?.write("x"));
      },
    ],
    [
      "drips its body",
      (response) => {
        response.writeHead(200);
        drip(response, () => response.write("x"));
      },
    ],
    ["says for ever that it goes on", (response) => drip(response, () => response.writeProcessing())],
    [
      "passes on slowly",
      (response) => void setTimeout(() => response.writeHead(302, { location: "/slow.png" }).end(), 120),
    ],
  ])("that %s is left after the time", async (_what, answer) => {
    const { fetch, at } = await site((_, response) => answer(response));
    expect(await refusal(fetch(at("/slow.png"), { seconds: 0.3 }))).toBe(SLOW);
  });

  it("that takes the call and never speaks is left after the time", async () => {
    const calls = new Set<Socket>();
    const server = createServer((socket) => void calls.add(socket.on("error", () => undefined).resume())).listen(
      0,
      "127.0.0.1",
    );
    onTestFinished(() => {
      for (const call of calls) call.destroy();
      server.close();
    });
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const rules = { ports: [port], allows: () => true, resolve: async () => ["127.0.0.1"] };
    const work = fetchImage(new URL(`https://pictures.example:${port}/slow.png`), {
      maxBytes: 1000,
      seconds: 0.3,
      ...rules,
    });
    expect(await refusal(work)).toBe(SLOW);
    const [call] = calls;
    if (call && !call.destroyed) await once(call, "close");
    expect(calls.size).toBe(1);
  });

  it("in a name server that never answers is left after the time", async () => {
    const { fetch, at } = await respond("");
    const resolve = () => new Promise<never>(() => undefined);
    expect(await refusal(fetch(at("/slow.png"), { seconds: 0.3, resolve }))).toBe(SLOW);
  });

  it("is left at once when the caller no longer wants it", async () => {
    const { fetch, at } = await site(() => controller.abort(new Error("no longer")));
    const controller = new AbortController();
    await expect(fetch(at("/a.png"), { signal: controller.signal })).rejects.toThrow("no longer");
    await expect(fetch(at("/a.png"), { signal: AbortSignal.abort(new Error("never")) })).rejects.toThrow("never");
  });
});

describe("what is no picture", () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"><image href="file:///etc/passwd"/></svg>';
  it.each<[string, () => Uint8Array | string | Promise<Uint8Array>, string, RegExp]>([
    [
      "a page",
      () => "<!doctype html>",
      "text/html; charset=utf-8",
      /^That link is a page, not a picture; link to the picture itself/,
    ],
    [
      "a page that says it is a picture",
      () => "<!doctype html><p>Hello",
      "image/png",
      /^a\.png is not a picture I can read\. Use a JPEG/,
    ],
    ["an SVG", () => svg, "image/png", /^a\.png is not a picture I can read/],
    [
      "an SVG as XML",
      () => `<?xml version="1.0"?>${svg}`,
      "image/svg+xml",
      /^a\.png cannot be used: I do not read xml files\. Use a JPEG/,
    ],
    ["a PDF", () => "%PDF-1.7\n1 0 obj", "image/png", /^a\.png cannot be used: I do not read pdf files/],
    [
      "a phone's HEIC",
      () => Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "latin1"),
      "image/jpeg",
      /is a HEIC picture, which I do not read/,
    ],
    [
      "HEIF without AVIF",
      () => Buffer.from("\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "latin1"),
      "image/avif",
      /is a HEIC picture, which I do not read/,
    ],
    ["a bomb", () => claims(60_000, 60_000), "image/png", /^a\.png has more than 50 megapixels\. Make it smaller/],
    ["a strip", () => claims(20_000, 100), "image/png", /^a\.png is 20000 × 100 pixels; send one of at most 16384/],
    ["a speck", () => drawn(40, 15), "image/png", /^a\.png is 40 × 15 pixels; send one of at least 16/],
    ["a PNG's beginning alone", () => claims(40, 40).subarray(0, 20), "image/png", /^a\.png is not a picture/],
    ["a JPEG's mark on text", () => Buffer.from("ffd8ffe0 hello", "latin1"), "image/jpeg", /^a\.png is not a picture/],
    [
      "a JPEG's mark on nothing",
      () => Buffer.from("ffd8ffe000104a464946", "hex"),
      "image/jpeg",
      /^a\.png is not a picture/,
    ],
    ["nothing", () => "", "image/png", /^a\.png is empty/],
  ])("is refused: %s", async (_what, body, type, sentence) => {
    const { fetch, at } = await respond(await body(), { "content-type": type });
    expect(await refusal(fetch(at("/a.png")))).toMatch(sentence);
  });

  it.each([
    [404, /^pictures\.example:\d+ has nothing at that link \(404\); check it\.$/],
    [410, /has nothing at that link/],
    [403, /does not show that picture to everybody \(403\); please attach/],
    [500, /answers 500 instead of a picture; try again later/],
    [304, /answers 304/],
    [206, /answers 206/],
  ])("is refused: an answer %i, even with a picture in it", async (status, sentence) => {
    const { fetch, at } = await respond(await drawn(20, 20), {}, status);
    expect(await refusal(fetch(at("/a.png")))).toMatch(sentence);
  });

  it.each<[string, (socket: IncomingMessage["socket"]) => void]>([
    ["hangs up", (socket) => void socket.destroy()],
    ["talks no HTTP", (socket) => void socket.end("220 mail ready\r\n")],
    ["stops in the middle", (socket) => void socket.end("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nabc")],
  ])("is refused: a site that %s", async (_what, answer) => {
    const { fetch, at } = await site(({ socket }) => answer(socket));
    expect(await refusal(fetch(at("/a.png")))).toMatch(
      /^pictures\.example:\d+ cannot be reached or breaks off; check the link/,
    );
  });

  it("is not said of pictures that are unusual: animated, general HEIF marks, another name", async () => {
    const frames = [await drawn(30, 20), await drawn(30, 20)];
    const webp = await sharp(frames, { join: { animated: true } })
      .webp()
      .toBuffer();
    const avif = await drawn(40, 30, "avif");
    avif.write("mif1", 8, "latin1");
    for (const [bytes, type] of [
      [webp, "image/webp"],
      [avif, "image/avif"],
    ] as const) {
      const { fetch, at } = await respond(bytes, { "content-type": "image/jpeg" });
      expect((await fetch(at("/a.jpg"))).type).toBe(type);
    }
  });
});

/** Does something every few milliseconds until the other side hangs up. */
function drip(response: ServerResponse, drop: () => unknown): void {
  const timer = setInterval(drop, 10);
  response.on("close", () => clearInterval(timer));
}
