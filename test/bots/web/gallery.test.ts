import { pino } from "pino";
import { describe, expect, it } from "vitest";
import type { WireAgain, WireGalleryPage, WireSession, WireWorkDetail } from "../../../src/bots/web/wire.js";
import { ChatError } from "../../../src/port/chat-error.js";
import type { Gallery, GalleryDetail, GalleryQuery, GalleryViewer } from "../../../src/port/gallery.js";
import { StoreError } from "../../../src/shared/store-error.js";
import { workFile } from "../../fakes/work-file.js";
import { handlers, photo, startChat, Visitor } from "./harness.js";

const work = {
  job: "7KQ4M9XA",
  title: "Dream of creatures",
  command: "dream",
  author: { id: "ann", name: "Ann" },
  at: 5,
  width: 320,
  height: 200,
  film: false,
  hearts: 2,
  loved: false,
  spoiler: false,
  variation: false,
};

/** A gallery with one work, that notes what it is asked. */
async function open(messages: () => GalleryDetail["messages"] = () => []) {
  const asked: {
    query?: GalleryQuery;
    viewer?: GalleryViewer;
    side?: number;
    opened?: number;
    love?: boolean;
    hidden?: boolean;
  } = {};
  const bytes = await photo(64, 40);
  const known = (job: string): void => {
    if (job !== work.job) throw new ChatError("gone", { message: "This work is no longer in the gallery." });
  };
  const gallery: Gallery = {
    page: async (query, viewer) => {
      Object.assign(asked, { query, viewer });
      if (query.after === "odd") throw new ChatError("gone", new StoreError("cursor", "store.page-unknown"));
      return { works: [work], next: "k.1" };
    },
    authors: async () => [{ id: "ann", name: "Ann", works: 1 }],
    work: async (job) => {
      known(job);
      const told = { line: "/dream seed:7", facts: [{ name: "seed", value: "7" }], credits: "Picture by Ben" };
      return {
        ...work,
        ...told,
        messages: messages(),
        hidden: false,
        mayHide: true,
        makes: [{ id: "job:film:7KQ4M9XA", label: "Film", emoji: "🎬" }],
        again: `job:again:${job}`,
        origins: [],
        remixes: [work],
      };
    },
    thumbnail: async (job, side) => {
      known(job);
      asked.side = side;
      return { bytes, name: "a.jpg", type: "image/jpeg" };
    },
    picture: async (job) => {
      known(job);
      return { bytes, name: `${job}.jpeg`, type: "image/jpeg" };
    },
    file: async (job) => {
      known(job);
      const file = workFile({ bytes, name: `${job}.jpeg`, type: "image/jpeg" });
      const open = () => {
        asked.opened = (asked.opened ?? 0) + 1;
        return file.open();
      };
      return { ...file, open };
    },
    favourite: async (job, on) => {
      known(job);
      asked.love = on;
      return on ? 3 : 2;
    },
    hide: async (_job, hidden, { user }) => {
      if (!user.moderator) throw new ChatError("forbidden", { message: "This is Ann's." });
      asked.hidden = hidden;
    },
  };
  const bot = handlers(
    async (event) => {
      if (event.kind === "action")
        await event.reply({ text: `again, ${event.user.name}` }, event.action.endsWith("XA") ? "public" : "private");
    },
    { gallery },
  );
  const lines: string[] = [];
  const chat = await startChat(bot, { logger: pino({ level: "warn" }, { write: (line) => lines.push(line) }) });
  return { chat, bot, asked, bytes, lines, visitor: await Visitor.enter(chat) };
}

describe("the gallery's addresses", () => {
  it("give pages and works as plain data", async () => {
    const { visitor, asked } = await open();
    expect((await visitor.session()) as WireSession).toMatchObject({ gallery: true });
    const page = (await (
      await visitor.request("GET", "/api/gallery?by=favourites&person=ann&command=dream&after=k.1&limit=5")
    ).json()) as WireGalleryPage;
    expect(asked.query).toEqual({ by: "favourites", author: "ann", command: "dream", after: "k.1", limit: 5 });
    expect(asked.viewer).toMatchObject({ platform: "web", community: "local" });
    expect(page).toMatchObject({
      next: "k.1",
      works: [{ ...work, thumb: "gallery/7KQ4M9XA/480.jpg", full: "gallery/7KQ4M9XA/full" }],
    });
    const detail = (await (await visitor.request("GET", "/api/gallery/works/7KQ4M9XA")).json()) as WireWorkDetail;
    expect(detail).toMatchObject({
      line: "/dream seed:7",
      credits: "Picture by Ben",
      mayHide: true,
      makes: [{ id: "job:film:7KQ4M9XA", label: "Film", emoji: "🎬", style: "secondary" }],
      remixes: [{ job: "7KQ4M9XA" }],
    });
    expect(detail).not.toHaveProperty("messages");
    expect((await visitor.request("GET", "/api/gallery/works/AAAAAAAA")).status).toBe(404);
    expect((await visitor.request("GET", "/api/gallery/works/..%2fx")).status).toBe(404);
    expect((await visitor.request("GET", "/api/gallery?by=chance")).status).toBe(403);
  });

  it("ask for works of a style, a look and words, and leave out what is empty", async () => {
    const { visitor, asked } = await open();
    await visitor.request("GET", "/api/gallery?style=winter&look=creatures&words=snow%20%E2%80%94%20fell");
    expect(asked.query).toEqual({ by: "date", limit: 30, style: "winter", look: "creatures", words: ["snow", "fell"] });
    await visitor.request("GET", "/api/gallery?style=&look=&person=&command=");
    expect(asked.query).toEqual({ by: "date", limit: 30 });
    expect((await visitor.request("GET", `/api/gallery?style=${"x".repeat(65)}`)).status).toBe(403);
  });

  it("refuse a page that is unknown without a line in the log", async () => {
    const { visitor, lines } = await open();
    // Where the page has not been built, the start says so.
    const begun = [...lines];
    const refused = await visitor.request("GET", "/api/gallery?after=odd");
    expect([refused.status, await refused.json()]).toEqual([
      404,
      { error: expect.stringMatching(/^This page of the/) },
    ]);
    expect(lines).toEqual(begun);
  });

  it("let no browser keep that a picture is not there: it may be shown again", async () => {
    const { visitor } = await open();
    for (const file of ["480.jpg", "full", "481.jpg"]) {
      const { status, headers } = await visitor.request("GET", `/gallery/AAAAAAAA/${file}`);
      expect([status, headers.get("cache-control")]).toEqual([404, "no-store"]);
    }
  });

  it("give pictures that may be kept for ever, to visitors only and in two sizes", async () => {
    const { chat, visitor, asked, bytes } = await open();
    const response = await visitor.request("GET", "/gallery/7KQ4M9XA/480.jpg");
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array(bytes));
    expect(response.headers.get("content-type")).toBe("image/jpeg");
    expect(response.headers.get("cache-control")).toBe("private, max-age=31536000, immutable");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(asked.side).toBe(480);
    const tag = response.headers.get("etag") ?? "";
    expect(
      (await visitor.request("GET", "/gallery/7KQ4M9XA/480.jpg", undefined, { "if-none-match": tag })).status,
    ).toBe(304);
    expect((await visitor.request("GET", "/gallery/7KQ4M9XA/full")).headers.get("content-disposition")).toBe(
      'inline; filename="7KQ4M9XA.jpeg"',
    );
    for (const path of [
      "/gallery/7KQ4M9XA/123.jpg",
      "/gallery/AAAAAAAA/480.jpg",
      "/gallery/7KQ4M9XA/..%2f..%2fweb-chat.sqlite",
    ]) {
      expect((await visitor.request("GET", path)).status).toBe(404);
    }
    const stranger = new Visitor(chat.address);
    for (const path of [
      "/gallery/7KQ4M9XA/480.jpg",
      "/gallery/7KQ4M9XA/full",
      "/api/gallery",
      "/api/gallery/people",
      "/api/gallery/works/7KQ4M9XA",
    ]) {
      expect((await stranger.request("GET", path)).status).toBe(403);
    }
  });

  it("give their file in ranges, as players ask for films, and open it only where the browser has it not", async () => {
    const { visitor, asked, bytes } = await open();
    const size = bytes.byteLength;
    const path = "/gallery/7KQ4M9XA/full";
    const ask = async (headers: Record<string, string>) => {
      const response = await visitor.request("GET", path, undefined, headers);
      const told = (name: string) => response.headers.get(name);
      return [response.status, told("content-range"), new Uint8Array(await response.arrayBuffer()).join()] as const;
    };
    const part = (start: number, end?: number) => new Uint8Array(bytes.subarray(start, end)).join();
    const whole = await visitor.request("GET", path);
    expect(["accept-ranges", "content-length"].map((name) => whole.headers.get(name))).toEqual(["bytes", `${size}`]);
    expect(new Uint8Array(await whole.arrayBuffer())).toEqual(new Uint8Array(bytes));
    expect(await ask({ range: "bytes=0-1" })).toEqual([206, `bytes 0-1/${size}`, part(0, 2)]);
    expect(await ask({ range: "bytes=9-" })).toEqual([206, `bytes 9-${size - 1}/${size}`, part(9)]);
    expect(await ask({ range: "bytes=-3" })).toEqual([206, `bytes ${size - 3}-${size - 1}/${size}`, part(size - 3)]);
    expect(await ask({ range: `bytes=${size}-` })).toEqual([416, `bytes */${size}`, ""]);
    expect(await ask({ range: "bytes=0-1", "if-range": '"another"' })).toEqual([200, null, part(0)]);
    const tag = whole.headers.get("etag") ?? "";
    expect((await ask({ range: "bytes=0-1", "if-range": tag }))[0]).toBe(206);
    const { opened } = asked;
    expect(await ask({ "if-none-match": tag })).toEqual([304, null, ""]);
    expect(asked.opened).toBe(opened);
    const head = await visitor.request("HEAD", path);
    expect([head.status, head.headers.get("content-length")]).toEqual([200, `${size}`]);
  });

  it("take hearts, which show on the work's message too, and hide for those who may", async () => {
    let messages: GalleryDetail["messages"] = [];
    const { chat, visitor, asked } = await open(() => messages);
    messages = [await chat.post({ platform: "web", community: "local", id: "art" }, { text: "the work" })];
    const love = (on: boolean) => visitor.request("POST", "/api/gallery/works/7KQ4M9XA/love", { on });
    expect(await (await love(true)).json()).toEqual({ hearts: 3 });
    expect((await visitor.page()).messages.at(-1)?.reactions).toMatchObject([{ emoji: "❤️", people: [{}] }]);
    await love(false);
    expect(asked.love).toBe(false);
    expect((await visitor.page()).messages.at(-1)?.reactions).toEqual([]);
    const hide = (who: Visitor) => who.request("POST", "/api/gallery/works/7KQ4M9XA/hidden", { hidden: true });
    expect((await hide(await Visitor.enter(chat))).status).toBe(403);
    expect(asked.hidden).toBeUndefined();
    expect((await hide(visitor)).status).toBe(204);
    const foreign = await visitor.request(
      "POST",
      "/api/gallery/works/7KQ4M9XA/love",
      { on: true },
      { origin: "http://evil.example" },
    );
    expect(foreign.status).toBe(403);
  });

  it("make a work again in its channel, as its button does, within limits", async () => {
    let messages: GalleryDetail["messages"] = [];
    const { chat, visitor, bot } = await open(() => messages);
    expect((await visitor.request("POST", "/api/gallery/works/7KQ4M9XA/again", {})).status).toBe(404);
    messages = [await chat.post({ platform: "web", community: "local", id: "art" }, { text: "the work" })];
    const again = (await (await visitor.request("POST", "/api/gallery/works/7KQ4M9XA/again", {})).json()) as WireAgain;
    const last = (await visitor.page()).messages.at(-1);
    expect(last?.text).toMatch(/^again, /);
    expect(again).toEqual({ channel: "art", message: last?.id });
    expect(bot.events.at(-1)).toMatchObject({ kind: "action", action: "job:again:7KQ4M9XA", message: messages[0] });
    // Its other buttons as well, and no others.
    const press = (button: string) => visitor.request("POST", "/api/gallery/works/7KQ4M9XA/again", { button });
    expect((await press("job:film:7KQ4M9XA")).status).toBe(200);
    expect(bot.events.at(-1)).toMatchObject({ kind: "action", action: "job:film:7KQ4M9XA", message: messages[0] });
    expect((await press("job:delete:7KQ4M9XA")).status).toBe(404);
    const statuses = await Promise.all(
      Array.from(
        { length: 8 },
        async () => (await visitor.request("POST", "/api/gallery/works/7KQ4M9XA/again", {})).status,
      ),
    );
    expect(statuses).toContain(429);
  });

  it("are not there where no gallery is kept", async () => {
    const visitor = await Visitor.enter(await startChat());
    expect(await visitor.session()).toMatchObject({ gallery: false });
    expect((await visitor.request("GET", "/api/gallery")).status).toBe(404);
  });
});
