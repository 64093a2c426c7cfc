import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import sharp from "sharp";
import { describe, expect, it, onTestFinished } from "vitest";

import { refuse } from "../../../src/bots/web/guard.js";
import { SECRET, tellingImage } from "../../support/telling-images.js";
import { budgets, handlers, photo, socketStatus, startChat, Visitor } from "./harness.js";

/** fetch will not send a foreign Host header; plain http will. */
function statusWithHost(base: string, host: string, path = "/api/session"): Promise<number> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    httpRequest({ hostname, port, path, headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on("error", reject)
      .end();
  });
}

describe("where requests come from", () => {
  const local = { method: "GET", host: "127.0.0.1:3000", origin: undefined, upgrade: false };
  it.each([
    ["a page load by address", local, [], true],
    ["localhost", { ...local, host: "localhost:3000" }, [], true],
    ["IPv6", { ...local, host: "[::1]:3000" }, [], true],
    ["a rebound DNS name", { ...local, host: "evil.example:3000" }, [], false],
    ["a configured name", { ...local, host: "art.example.org" }, ["art.example.org"], true],
    ["no host", { ...local, host: undefined }, [], false],
    ["a post from its own page", { ...local, method: "POST", origin: "http://127.0.0.1:3000" }, [], true],
    ["a post from another port", { ...local, method: "POST", origin: "http://127.0.0.1:4000" }, [], false],
    ["a post from elsewhere", { ...local, method: "POST", origin: "https://evil.example" }, [], false],
    ["a post without origin", { ...local, method: "POST" }, [], false],
    ["a post from a sandbox", { ...local, method: "DELETE", origin: "null" }, [], false],
    [
      "a post over a proxy's https",
      { ...local, method: "POST", host: "art.example.org", origin: "https://art.example.org" },
      ["art.example.org"],
      true,
    ],
    ["a socket without origin", { ...local, upgrade: true }, [], false],
  ])("%s", (_name, request, allowed, accepted) => {
    expect(refuse(request, allowed) === undefined).toBe(accepted);
  });

  it("says which two names differ where a proxy drops the port or the host", () => {
    const post = { method: "POST", origin: "https://art.example.org:8443", upgrade: false };
    const told = (host: string) => refuse({ ...post, host }, ["art.example.org"]);
    expect(told("art.example.org")).toMatch(/ at art\.example\.org:8443, .* at art\.example\.org, /);
    expect(told("127.0.0.1:3000")).toMatch(/ at art\.example\.org:8443, .* at 127\.0\.0\.1:3000, /);
  });

  it("holds on the wire: foreign hosts, origins and sockets are refused", async () => {
    const chat = await startChat();
    const visitor = await Visitor.enter(chat);
    expect(await statusWithHost(chat.address, "evil.example")).toBe(403);
    expect(await statusWithHost(chat.address, "evil.example", "/")).toBe(403);
    const foreign = await visitor.request("POST", "/api/channels", { name: "x" }, { origin: "http://evil.example" });
    expect(foreign.status).toBe(403);
    const live = `${chat.address.replace("http", "ws")}/api/live`;
    expect(await socketStatus(live, { cookie: visitor.cookie, origin: "http://evil.example" })).toBe("refused 403");
    expect(await socketStatus(live, { cookie: visitor.cookie })).toBe("refused 403");
    expect(await socketStatus(live, { origin: chat.address })).toBe("closed 4001");
    expect(await socketStatus(live, { cookie: visitor.cookie, origin: chat.address })).toBe("open");
  });
});

describe("who may do what", () => {
  it("makes only the first local visitor a moderator, never one who comes through a proxy", async () => {
    const chat = await startChat();
    const proxied = new Visitor(chat.address);
    const response = await proxied.request("GET", "/api/session", undefined, { "x-forwarded-for": "203.0.113.9" });
    expect(((await response.json()) as { me: { moderator: boolean } }).me.moderator).toBe(false);
    const cookie = response.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Lax/);
    expect((await (await Visitor.enter(chat)).session()).me.moderator).toBe(true);
    expect((await (await Visitor.enter(chat)).session()).me.moderator).toBe(false);
  });

  it.each([
    ["nginx as it comes, which says nothing and names the chat's own address", "1.0", "connection: close"],
    ["a proxy that closes each connection", "1.1", "connection: close"],
    ["Cloudflare", "1.1", "cf-connecting-ip: 203.0.113.9"],
    ["a proxy that tells the scheme alone", "1.1", "x-forwarded-proto: https"],
  ])("takes who comes through %s for no local visitor", async (_what, version, header) => {
    const { address } = await startChat();
    const { host, hostname, port } = new URL(address);
    const socket = connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    socket.write(`GET /api/session HTTP/${version}\r\nhost: ${host}\r\n${header}\r\n\r\n`);
    let answer = "";
    for await (const chunk of socket) {
      answer += String(chunk);
      if (/"moderator":(?:true|false)/.test(answer)) break;
    }
    expect(answer).toContain('"moderator":false');
    expect((await (await Visitor.enter({ address })).session()).me.moderator).toBe(true);
  });

  it.each([
    ["an address", { publicUrl: "https://art.example.org/" }],
    ["a host's name", { allowedHosts: ["art.example.org"] }],
  ])("makes no visitor a moderator without the code where the settings name %s for others", async (_what, named) => {
    const chat = await startChat(handlers(), { ...named, moderatorCode: "warp and weft" });
    const visitor = await Visitor.enter(chat);
    expect((await visitor.session()).me.moderator).toBe(false);
    await visitor.request("POST", "/api/session", { moderatorCode: "warp and weft" });
    expect((await visitor.session()).me.moderator).toBe(true);
  });

  it("takes the moderator code, and no other", async () => {
    const chat = await startChat(handlers(), { moderatorCode: "warp and weft" });
    await Visitor.enter(chat);
    const visitor = await Visitor.enter(chat);
    expect((await visitor.request("POST", "/api/session", { moderatorCode: "guess" })).status).toBe(403);
    expect((await visitor.session()).me.moderator).toBe(false);
    expect((await visitor.request("POST", "/api/session", { moderatorCode: "warp and weft" })).status).toBe(200);
    expect((await visitor.session()).me.moderator).toBe(true);
  });

  it("lets only authors and moderators delete", async () => {
    const chat = await startChat();
    const [moderator, author, other] = [
      await Visitor.enter(chat),
      await Visitor.enter(chat),
      await Visitor.enter(chat),
    ];
    const [one, two] = [await author.said("one"), await author.said("two")];
    expect((await other.request("DELETE", `/api/messages/${one.id}`)).status).toBe(403);
    expect((await author.request("DELETE", `/api/messages/${one.id}`)).status).toBe(204);
    expect((await moderator.request("DELETE", `/api/messages/${two.id}`)).status).toBe(204);
    expect((await author.page()).messages.map(({ text }) => text)).not.toContain("two");
  });

  it("gives names to one person each, without marks that could disguise", async () => {
    const chat = await startChat();
    const [one, two] = [await Visitor.enter(chat), await Visitor.enter(chat)];
    expect((await one.request("POST", "/api/session", { name: "  Mira \n Loom " })).status).toBe(200);
    expect((await one.session()).me.name).toBe("Mira Loom");
    expect((await two.request("POST", "/api/session", { name: "Ben\u202E" })).status).toBe(403);
    expect((await two.request("POST", "/api/session", { name: "mira loom" })).status).toBe(403);
    expect((await two.request("POST", "/api/session", { name: "dreamloom" })).status).toBe(403);
    expect((await two.request("POST", "/api/session", { name: "x".repeat(33) })).status).toBe(403);
  });
});

describe("limits", () => {
  it("bounds text, pictures, bytes and pixels, each with a sentence", async () => {
    const chat = await startChat(handlers(), {
      limits: { uploadBytes: 40_000, uploadPixels: 1_000_000, picturesPerMessage: 2, textLength: 300 },
    });
    const visitor = await Visitor.enter(chat);
    const refusal = async (response: Response) => [
      response.status,
      ((await response.json()) as { error: string }).error,
    ];
    const small = { bytes: await photo(20, 20), name: "s.jpg" };
    expect(await refusal(await visitor.say("x".repeat(301)))).toEqual([
      413,
      "A message can have at most 300 characters; this one has 301.",
    ]);
    expect(await refusal(await visitor.say("", { files: [small, small, small] }))).toEqual([
      413,
      "A message can have at most 2 pictures: send the rest in another one.",
    ]);
    expect(
      (await refusal(await visitor.say("", { files: [{ bytes: new Uint8Array(50_000), name: "l.jpg" }] })))[0],
    ).toBe(413);
    const wide = await sharp({ create: { width: 2000, height: 2000, channels: 3, background: "#888" } })
      .png()
      .toBuffer();
    expect(await refusal(await visitor.say("", { files: [{ bytes: wide, name: "w.png" }] }))).toEqual([
      413,
      "w.png has more than 1 megapixels. Make it smaller and try again.",
    ]);
    expect((await refusal(await visitor.say("")))[0]).toBe(403);
    expect((await visitor.page()).messages).toHaveLength(1);
  });

  it("refuses what only looks like a picture", async () => {
    const visitor = await Visitor.enter(await startChat());
    const svg = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>',
    );
    const truncated = (await photo()).subarray(0, 8);
    for (const [bytes, name] of [
      [svg, "a.png"],
      [Buffer.from("<html><script>alert(1)</script>"), "b.jpg"],
      [truncated, "c.jpg"],
    ] as const) {
      const response = await visitor.say("", { files: [{ bytes, name }] });
      expect(response.status).toBe(403);
      expect(((await response.json()) as { error: string }).error).toBe(
        `${name} is not a picture I can read. Use a JPEG, PNG, WebP, GIF, AVIF or TIFF picture.`,
      );
    }
  });

  it("shows of uploads the picture alone, upright: not who took it, where, and with what", async () => {
    const chat = await startChat(handlers(), {
      limits: { budgets: budgets({ messages: { person: { burst: 30, perMinute: 60 } } }) },
    });
    const visitor = await Visitor.enter(chat);
    for (const format of ["jpeg", "png", "webp", "avif", "tiff", "gif"] as const)
      for (const kind of ["exif", "xmp", "trailer"] as const) {
        const bytes = await tellingImage[kind](format);
        const sent = await visitor.said("", { files: [{ bytes, name: "../../etc/passwd\u0000.jpg" }] });
        const [shown] = sent.pictures;
        const upright = (await sharp(bytes).metadata()).autoOrient;
        expect(shown).toMatchObject({ ...upright, name: expect.stringMatching(/^passwd\.\w+$/) });
        for (const path of [shown?.url ?? "", shown?.preview ?? ""]) {
          const served = Buffer.from(await (await visitor.request("GET", path)).arrayBuffer());
          const { exif, xmp, autoOrient } = await sharp(served).metadata();
          expect([exif?.includes(SECRET), xmp, served.includes(SECRET)], format + kind).toEqual([
            exif && false,
            undefined,
            false,
          ]);
          expect(autoOrient).toEqual(upright);
        }
      }
  });

  it("makes previews of large pictures and of formats that browsers may not show", async () => {
    const visitor = await Visitor.enter(await startChat());
    const tiff = await sharp(await photo(60, 30))
      .tiff()
      .toBuffer();
    const sent = await visitor.said("", {
      files: [
        { bytes: tiff, name: "scan.tif" },
        { bytes: await photo(2400, 1200), name: "big.jpg" },
      ],
    });
    const previews = await Promise.all(
      sent.pictures.map(async ({ preview }) =>
        sharp(await (await visitor.request("GET", preview)).arrayBuffer()).metadata(),
      ),
    );
    expect(previews.map(({ format, width }) => [format, width])).toEqual([
      ["webp", 60],
      ["webp", 1280],
    ]);
    expect(sent.pictures.map(({ url }) => url.split(".").pop())).toEqual(["tiff", "jpg"]);
  });

  it("bounds how fast one person writes, and lets others be", async () => {
    const chat = await startChat(handlers(), {
      limits: { budgets: budgets({ messages: { person: { burst: 3, perMinute: 6 } } }) },
    });
    const [fast, slow] = [await Visitor.enter(chat), await Visitor.enter(chat)];
    const statuses = [];
    for (let index = 0; index < 4; index++) statuses.push((await fast.say(`m${index}`)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect((await slow.say("hello")).status).toBe(200);
  });

  it("bounds newcomers from one address, channels and sockets", async () => {
    const chat = await startChat(handlers(), {
      limits: {
        budgets: budgets({ visitors: { address: { burst: 2, perMinute: 1 } } }),
        channels: 2,
        socketsPerPerson: 1,
      },
    });
    const visitor = await Visitor.enter(chat);
    await Visitor.enter(chat);
    expect((await new Visitor(chat.address).request("GET", "/api/session")).status).toBe(429);
    expect((await visitor.request("POST", "/api/channels", { name: "Dream Lab" })).status).toBe(201);
    expect((await visitor.session()).channels.map(({ id }) => id)).toEqual(["art", "dream-lab"]);
    expect((await visitor.request("POST", "/api/channels", { name: "more" })).status).toBe(403);
    expect((await visitor.request("POST", "/api/channels", { name: "../x" })).status).toBe(403);
    await visitor.listen();
    expect(
      await socketStatus(`${chat.address.replace("http", "ws")}/api/live`, {
        cookie: visitor.cookie,
        origin: chat.address,
      }),
    ).toBe("closed 4002");
  });
});

describe("below a path of another site", () => {
  it("all is found that the page asks for, whether a proxy hands the path on or takes it off", async () => {
    const chat = await startChat(handlers(), { basePath: "/dreamloom/" });
    const entered = await fetch(`${chat.address}/dreamloom/api/session`);
    const visitor = new Visitor(chat.address);
    visitor.cookie = entered.headers.get("set-cookie")?.split(";")[0] ?? "";
    const { pictures } = await visitor.said("look", { files: [{ bytes: await photo(), name: "a.jpg" }] });
    for (const path of ["api/session", pictures[0]?.url]) {
      expect((await visitor.request("GET", `/dreamloom/${path}`)).status, path).toBe(200);
      expect((await visitor.request("GET", `/${path}`)).status, path).toBe(200);
    }
    const live = `${chat.address.replace("http", "ws")}/dreamloom/api/live`;
    expect(await socketStatus(live, { cookie: visitor.cookie, origin: chat.address })).toBe("open");
    const bare = await fetch(`${chat.address}/dreamloom`, { redirect: "manual" });
    expect([bare.status, bare.headers.get("location")]).toEqual([308, "/dreamloom/"]);
  });
});

describe("an address that is written in another way", () => {
  it("is answered as any other: by what it leads to, and with the same headers", async () => {
    const visitor = await Visitor.enter(await startChat());
    const ask = async (path: string) => {
      const response = await fetch(`${visitor.base}${path}`, { headers: visitor.headers });
      const told = (name: string) => response.headers.get(name);
      return [
        response.status,
        told("cache-control"),
        told("x-content-type-options"),
        Object.keys((await response.json()) as object),
      ];
    };
    const session = await ask("/api/session");
    expect(session.slice(0, 3)).toEqual([200, "no-store", "nosniff"]);
    for (const path of ["/%61pi/session", "/api/%73ession", "/%61%70%69/session?x=1"])
      expect(await ask(path), path).toEqual(session);
    expect(await ask("/api/channels/%E0%A4%A/messages")).toEqual([400, "no-store", "nosniff", ["error"]]);
  });
});

describe("files", () => {
  it("shows pictures to those who have come in and may see the message, and to no cache between", async () => {
    const chat = await startChat();
    const [ann, ben, stranger] = [await Visitor.enter(chat), await Visitor.enter(chat), new Visitor(chat.address)];
    const status = async (visitor: Visitor, path = "") => {
      const response = await visitor.request("GET", path);
      return [response.status, response.headers.get("cache-control") ?? ""];
    };
    const upload = async (text: string, colour: string) => {
      const message = await ann.said(text, { files: [{ bytes: await photo(2000, 90, colour), name: "a.jpg" }] });
      const { url = "", preview = "" } = message.pictures[0] ?? {};
      expect(preview).not.toBe(url);
      return { id: message.id, paths: [url, preview] };
    };
    const shown = await upload("look", "#123456");
    // A command is for its author alone until something public comes of it.
    const command = await upload("/dream", "#654321");
    for (const path of shown.paths) {
      expect(await status(ann, path)).toEqual([200, "private, max-age=31536000, immutable"]);
      expect(await status(ben, path)).toEqual([200, "private, max-age=31536000, immutable"]);
      expect((await status(stranger, path))[0]).toBe(403);
    }
    for (const path of command.paths) {
      expect(await status(ann, path)).toEqual([200, "private, no-cache"]);
      expect((await status(ben, path))[0]).toBe(404);
      expect((await status(stranger, path))[0]).toBe(403);
    }
    // Who has a picture's address keeps nothing of one that was taken back.
    await ann.request("DELETE", `/api/messages/${shown.id}`);
    for (const path of shown.paths) expect((await status(ben, path))[0]).toBe(404);
  });

  it("still serves a frame that a page may be loading when the next one takes its place", async () => {
    const chat = await startChat();
    const visitor = await Visitor.enter(chat);
    const channel = { platform: "web", community: "local", id: "art" };
    const frame = async (colour: string) => ({
      text: "",
      pictures: [{ bytes: await photo(50, 40, colour), name: "octave-1.jpg", type: "image/jpeg" }],
    });
    const message = await chat.post(channel, await frame("#111111"));
    const before = (await visitor.page()).messages.at(-1)?.pictures[0]?.url ?? "";
    await chat.edit(message, await frame("#999999"));
    const after = (await visitor.page()).messages.at(-1)?.pictures[0]?.url ?? "";
    expect(after).not.toBe(before);
    for (const path of [before, after]) expect((await visitor.request("GET", path)).status).toBe(200);
    await chat.remove(message);
    for (const path of [before, after]) expect((await visitor.request("GET", path)).status).toBe(404);
  });

  it("serves pictures unsniffed, and nothing outside their folder", async () => {
    const visitor = await Visitor.enter(await startChat());
    const sent = await visitor.said("", { files: [{ bytes: await photo(), name: "a.jpg" }] });
    const response = await visitor.request("GET", sent.pictures[0]?.url ?? "");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    for (const path of [
      "/pictures/..%2Fweb-chat.sqlite",
      "/pictures/%2e%2e%2fweb-chat.sqlite",
      "/pictures/web-chat.sqlite",
      "/pictures/",
      `/pictures/${"0".repeat(64)}.jpg`,
    ]) {
      expect((await visitor.request("GET", path)).status, path).toBe(404);
    }
  });

  it("says how to build the page when it has not been built", async () => {
    const chat = await startChat(handlers(), { clientDir: "/nowhere" });
    const response = await fetch(chat.address);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain("npm run build");
  });
});
