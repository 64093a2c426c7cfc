/** The gallery's pages for everybody: what they show, to whom, and what stays shut beside them. */
import { describe, expect, it } from "vitest";
import type { WebChatOptions } from "../../../src/bots/web/options.js";
import type { PublicQuery, PublicScope } from "../../../src/domain/model.js";
import { ChatError } from "../../../src/port/chat-error.js";
import type { PublicGallery, PublicWork } from "../../../src/port/gallery.js";
import { FakeModeration } from "../../fakes/moderation.js";
import { workFile } from "../../fakes/work-file.js";
import { budgets, handlers, photo, socketStatus, startChat, Visitor } from "./harness.js";

const work: PublicWork = {
  job: "7KQ4M9XA",
  title: "Dream of creatures",
  author: "Ann <b>&</b>",
  at: Date.UTC(2026, 2, 5),
  width: 1200,
  height: 800,
  film: false,
  credits: 'Picture by "Ben"',
};
const film: PublicWork = { ...work, job: "F1LM0000", film: true };

/** A public gallery with a work and a film, that notes what it is asked; `gone` are taken out. */
async function open(options: Partial<WebChatOptions> = {}) {
  const scopes: PublicScope[] = [];
  const queries: PublicQuery[] = [];
  const gone = new Set<string>();
  const bytes = await photo(64, 40);
  const shown = (job: string, scope: PublicScope): PublicWork => {
    scopes.push(scope);
    const found = [work, film].find((each) => each.job === job && !gone.has(job));
    if (!found) throw new ChatError("gone", "gallery.work-gone");
    return found;
  };
  const publicGallery: PublicGallery = {
    async page(query, scope) {
      const { after, words = [] } = query;
      scopes.push(scope);
      queries.push(query);
      if (words.length > 0) return { works: [] };
      if (after === "odd") throw new ChatError("gone", "store.page-unknown");
      return after === undefined ? { works: [work], next: "k.1" } : { works: [film] };
    },
    choices: async () => ({ styles: ['rust "new"', "winter"], looks: [], people: ["Ann <b>&</b>"] }),
    work: async (job, scope) => shown(job, scope),
    async thumbnail(job, _side, scope) {
      shown(job, scope);
      return { bytes, name: `${job}.jpg`, type: "image/jpeg" };
    },
    async file(job, scope) {
      shown(job, scope);
      return workFile({ bytes, name: `${job}.webp`, type: "image/webp" });
    },
  };
  const moderation = new FakeModeration();
  const chat = await startChat(handlers(undefined, { publicGallery, moderation }), {
    publicGallery: "unlisted",
    ...options,
  });
  return { chat, stranger: new Visitor(chat.address), scopes, queries, gone, bytes };
}

const DOORS = ["/works", "/works/", "/works/7KQ4M9XA", "/works/7KQ4M9XA/480.jpg", "/works/F1LM0000/full"];

describe("the public gallery", () => {
  it.each([{}, { publicGallery: "closed" }] as const)("is not there unless it is switched on: %o", async (options) => {
    const { chat, scopes } = await open({ publicGallery: undefined, ...options } as Partial<WebChatOptions>);
    for (const who of [new Visitor(chat.address), await Visitor.enter(chat)])
      for (const path of DOORS) expect((await who.request("GET", path)).status, path).toBe(404);
    expect(scopes).toEqual([]);
  });

  it("shows works without a session, and makes none", async () => {
    const { stranger } = await open();
    const page = await stranger.request("GET", "/works");
    expect([page.status, new URL(page.url).pathname]).toEqual([200, "/works/"]);
    expect(page.headers.get("set-cookie")).toBeNull();
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    const html = await page.text();
    expect(html).toContain('<a href="7KQ4M9XA"><img src="7KQ4M9XA/480.jpg"');
    expect(html).toContain("by Ann &#60;b&#62;&#38;&#60;/b&#62;");
    expect(html).not.toContain("<b>");
    expect(html).toContain('href="./?after=k.1"');
    const older = await (await stranger.request("GET", "/works/?after=k.1")).text();
    expect(older).toContain('<a href="F1LM0000">');
    expect(older).not.toContain("?after=");
    const odd = await stranger.request("GET", "/works/?after=odd");
    expect([odd.status, await odd.text()]).toEqual([404, expect.stringContaining("This page of the gallery is no")]);
    expect((await stranger.request("GET", `/works/?after=${"x".repeat(65)}`)).status).toBe(403);
  });

  it("shows works by word, style, look and person, and keeps those filters from page to page", async () => {
    const { stranger, queries } = await open();
    const ask = async (query: string) => (await stranger.request("GET", `/works/${query}`)).text();
    const all = await ask("?words=&style=&look=&person=");
    expect(queries.at(-1)).toEqual({ limit: 30, words: [] });
    expect(all).toContain('<form class="public-filters" role="search" action="./" method="get">');
    expect(all).toContain('<option value="rust &#34;new&#34;">rust &#34;new&#34;</option>');
    expect(all).toContain('<option value="Ann &#60;b&#62;&#38;&#60;/b&#62;">');
    // No work has a look: there is nothing to choose.
    expect(all).not.toContain('name="look"');
    expect(all).toContain('href="./?after=k.1"');
    const some = await ask("?style=winter&look=eyes&person=Ann+%3Cb%3E");
    expect(queries.at(-1)).toEqual({ limit: 30, words: [], style: "winter", look: "eyes", person: "Ann <b>" });
    expect(some).toContain('<option value="winter" selected>winter</option>');
    expect(some).toContain('<option value="eyes" selected>eyes</option>');
    expect(some).toContain('href="./?style=winter&#38;look=eyes&#38;person=Ann+%3Cb%3E&#38;after=k.1"');
    expect(some).toContain('<a href="./">All works</a>');
    const older = await ask("?style=winter&after=k.1");
    expect(queries.at(-1)).toEqual({ limit: 30, words: [], style: "winter", after: "k.1" });
    expect(older).toContain('<a href="./?style=winter">Newest works</a>');
    const none = await ask('?words=red+"sea');
    expect(queries.at(-1)?.words).toEqual(["red", "sea"]);
    expect(none).toContain("No works here match this.");
    expect(none).toContain('value="red &#34;sea"');
    expect((await stranger.request("GET", `/works/?style=${"x".repeat(65)}`)).status).toBe(403);
  });

  it("gives each work a link of its own, with what shows it where that is posted", async () => {
    const { stranger } = await open({ publicUrl: "https://art.example.org/dreamloom/", basePath: "/dreamloom/" });
    const page = await stranger.request("GET", "/works/7KQ4M9XA");
    expect(page.headers.get("set-cookie")).toBeNull();
    const html = await page.text();
    const at = "https://art.example.org/dreamloom/works/7KQ4M9XA";
    expect(html).toContain("<title>Dream of creatures · Dreamloom</title>");
    expect(html).toContain('<meta property="og:title" content="Dream of creatures">');
    expect(html).toContain(`<meta property="og:url" content="${at}">`);
    expect(html).toContain(`<meta property="og:image" content="${at}/960.jpg">`);
    expect(html).toContain('<meta name="twitter:card" content="summary_large_image">');
    expect(html).toContain('<img src="7KQ4M9XA/960.jpg"');
    expect(html).toContain("Picture by &#34;Ben&#34;");
    expect(html).toContain('<time datetime="2026-03-05">5 March 2026</time>');
    expect(await (await stranger.request("GET", "/dreamloom/works/F1LM0000")).text()).toContain('src="F1LM0000/full"');
    for (const job of ["AAAAAAAA", "..%2fx", "x"]) {
      const none = await stranger.request("GET", `/works/${job}`);
      expect([none.status, none.headers.get("x-robots-tag")]).toEqual([404, "noindex"]);
      expect(await none.text()).toContain("There is no such work here, or it is no longer shown.");
    }
  });

  it("gives pictures that are asked for again each time, so that what is hidden is hidden at once", async () => {
    const { stranger, gone, bytes } = await open();
    const still = await stranger.request("GET", "/works/7KQ4M9XA/960.jpg");
    expect(new Uint8Array(await still.arrayBuffer())).toEqual(new Uint8Array(bytes));
    expect(still.headers.get("cache-control")).toBe("private, no-cache");
    const again = { "if-none-match": still.headers.get("etag") ?? "" };
    const ask = async (path: string) => (await stranger.request("GET", path, undefined, again)).status;
    expect(await ask("/works/7KQ4M9XA/960.jpg")).toBe(304);
    expect(await ask("/works/F1LM0000/full")).toBe(200);
    const part = await stranger.request("GET", "/works/F1LM0000/full", undefined, { range: "bytes=0-1" });
    expect([part.status, part.headers.get("content-range")]).toEqual([206, `bytes 0-1/${bytes.byteLength}`]);
    // The whole file only of what moves.
    for (const path of ["7KQ4M9XA/full", "7KQ4M9XA/123.jpg", "AAAAAAAA/480.jpg", "..%2f..%2fweb-chat.sqlite/480.jpg"])
      expect(await ask(`/works/${path}`), path).toBe(404);
    gone.add(work.job).add(film.job);
    for (const path of DOORS.slice(2)) expect(await ask(path), path).toBe(404);
  });

  it("shows works of open channels only", async () => {
    const { chat, stranger, scopes } = await open();
    const mod = await Visitor.enter(chat);
    for (const name of ["lab", "den"]) await mod.request("POST", "/api/channels", { name });
    const channels = async (path: string) => {
      await stranger.request("GET", path);
      return scopes.at(-1);
    };
    const local = { platform: "web", community: "local" };
    expect(await channels("/works/")).toEqual({ ...local, channels: ["art", "lab", "den"] });
    const act = (channel: string, name: string) =>
      mod.request("POST", `/api/moderation/channels/${channel}`, { act: name });
    expect((await act("lab", "archive-channel")).status).toBe(204);
    expect((await act("den", "delete-channel")).status).toBe(204);
    for (const path of DOORS.slice(1)) expect(await channels(path), path).toEqual({ ...local, channels: ["art"] });
  });

  it("opens nothing else", async () => {
    const { chat, stranger } = await open();
    const visitor = await Visitor.enter(chat);
    await visitor.said("hello", { files: [{ bytes: await photo(), name: "a.jpg" }] });
    const picture = (await visitor.page()).messages.at(-1)?.pictures[0]?.url ?? "";
    expect((await visitor.request("GET", `/${picture}`)).status).toBe(200);
    for (const path of [
      `/${picture}`,
      "/api/channels/art/messages",
      "/api/search?words=hello",
      "/api/moderation",
      "/api/admin",
    ])
      expect([403, 404], path).toContain((await stranger.request("GET", path)).status);
    for (const path of ["/works/7KQ4M9XA", "/works/"])
      expect((await stranger.request("POST", path, {})).status, path).toBe(404);
    const socket = `${chat.address.replace("http", "ws")}/api/live`;
    expect(await socketStatus(socket, { origin: chat.address })).toMatch(/refused 403|closed 4/);
  });

  it("asks search engines to stay away, unless they are wanted", async () => {
    const { stranger } = await open();
    for (const path of DOORS.slice(1))
      expect((await stranger.request("GET", path)).headers.get("x-robots-tag"), path).toBe("noindex");
    expect(await (await stranger.request("GET", "/works/")).text()).toContain('<meta name="robots" content="noindex">');
    const { stranger: guest } = await open({ publicGallery: "listed" });
    for (const path of DOORS.slice(1))
      expect((await guest.request("GET", path)).headers.get("x-robots-tag"), path).toBeNull();
    expect(await (await guest.request("GET", "/works/")).text()).not.toContain("noindex");
  });

  it("has budgets by address", async () => {
    const rate = { address: { burst: 2, perMinute: 1 } };
    const limits = { budgets: budgets({ publicPages: rate, publicPictures: rate }) };
    const { chat, stranger } = await open({ limits });
    const ask = async (path: string, who = stranger) => (await who.request("GET", path)).status;
    for (const path of ["/works/", "/works/7KQ4M9XA/480.jpg"])
      expect([await ask(path), await ask(path), await ask(path)], path).toEqual([200, 200, 429]);
    expect(await ask("/works/7KQ4M9XA")).toBe(429);
    // Those in the chat are not kept from it.
    expect((await Visitor.enter(chat)).cookie).not.toBe("");
  });
});
