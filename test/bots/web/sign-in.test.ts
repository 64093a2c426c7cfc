/** Signing in at a reverse proxy that hands on a name, and links that lead to where people open the chat. */
import { describe, expect, it } from "vitest";
import type { WebChat } from "../../../src/bots/web/chat.js";
import type { WireError, WireJoinCode, WireSession } from "../../../src/bots/web/wire.js";
import { newFolder } from "../../support/new-folder.js";
import { socketStatus, startChat, Visitor } from "./harness.js";

const HEADER = "remote-user";
const TRUSTED = { nameHeader: "Remote-User", trustedProxies: ["127.0.0.1"] };

/** Asks as a browser behind the proxy, which has set the header. */
async function arrive(chat: Pick<WebChat, "address">, name?: string, cookie = "") {
  const headers = { ...(name !== undefined && { [HEADER]: name }), ...(cookie && { cookie }) };
  const response = await fetch(`${chat.address}/api/session`, { headers });
  const { me, error } = (await response.json()) as WireSession & Partial<WireError>;
  return { me, error, cookie: response.headers.get("set-cookie")?.split(";")[0] ?? cookie };
}

describe("a name that a trusted proxy hands on", () => {
  it("is who somebody is, in every browser, also after a restart", async () => {
    const dataDir = newFolder();
    const chat = await startChat(undefined, { ...TRUSTED, dataDir });
    const laptop = await arrive(chat, "ada@example.org");
    // An address is not shown to everybody.
    expect(laptop.me).toMatchObject({ name: "ada", signedIn: true, moderator: false });
    const phone = await arrive(chat, "ada@example.org");
    expect(phone.me.id).toBe(laptop.me.id);
    expect(phone.cookie).not.toBe(laptop.cookie);
    expect((await arrive(chat, "ben", laptop.cookie)).me).toMatchObject({ name: "ben" });
    await chat.stop();
    const again = await startChat(undefined, { ...TRUSTED, dataDir });
    expect((await arrive(again, "ada@example.org", laptop.cookie)).me.id).toBe(laptop.me.id);
    expect((await arrive(again, "ada@example.org")).me.id).toBe(laptop.me.id);
  });

  it("is read as UTF-8, and another one is chosen where it is taken, unfit, or the bot's", async () => {
    const chat = await startChat(undefined, TRUSTED);
    const utf8 = Buffer.from("Zoë", "utf8").toString("latin1");
    expect((await arrive(chat, utf8)).me.name).toBe("Zoë");
    const visitor = await arrive(chat);
    const other = new Visitor(chat.address);
    other.cookie = visitor.cookie;
    await other.request("POST", "/api/session", { name: "Grace" });
    expect((await arrive(chat, "grace")).me).toMatchObject({ name: "grace 2", signedIn: true });
    const odd = await arrive(chat, "Dreamloom");
    expect(odd.me.name).not.toMatch(/dreamloom/i);
    expect((await arrive(chat, "Dreamloom")).me.id).toBe(odd.me.id);
    expect((await arrive(chat, "x".repeat(201))).me.signedIn).toBeUndefined();
  });

  it("is ignored from elsewhere, and where it is not set up", async () => {
    const elsewhere = await startChat(undefined, { ...TRUSTED, trustedProxies: ["10.0.0.1"] });
    const none = await startChat(undefined, { trustedProxies: ["127.0.0.1"] });
    for (const chat of [elsewhere, none]) {
      const { me } = await arrive(chat, "ada");
      expect(me.name).not.toBe("ada");
      expect(me.signedIn).toBeUndefined();
    }
    // A proxy in between that is not trusted is elsewhere, whatever it says of the one before.
    const forwarded = { "x-forwarded-for": "10.0.0.1", [HEADER]: "ada" };
    const answer = await fetch(`${elsewhere.address}/api/session`, { headers: forwarded });
    expect(((await answer.json()) as WireSession).me.signedIn).toBeUndefined();
  });

  it("goes together with the cookie: neither alone, nor another's, lets anybody act as somebody", async () => {
    const chat = await startChat(undefined, TRUSTED);
    const ada = await arrive(chat, "ada");
    const ben = await arrive(chat, "ben");
    const live = `${chat.address.replace("http", "ws")}/api/live`;
    const status = async (cookie: string, name?: string) => {
      const headers = { cookie, origin: chat.address, ...(name !== undefined && { [HEADER]: name }) };
      const { status: page } = await fetch(`${chat.address}/api/channels/art/messages`, { headers });
      return [page, await socketStatus(live, headers)];
    };
    expect(await status(ada.cookie, "ada")).toEqual([200, "open"]);
    expect(await status(ada.cookie)).toEqual([403, "closed 4001"]);
    expect(await status(ada.cookie, "ben")).toEqual([403, "closed 4001"]);
    expect(await status(ben.cookie, "ada")).toEqual([403, "closed 4001"]);
    // A visitor's cookie is of no use to somebody who signs in.
    const visitor = await arrive(chat);
    expect(await status(visitor.cookie)).toEqual([200, "open"]);
    expect(await status(visitor.cookie, "ada")).toEqual([403, "closed 4001"]);
    expect((await arrive(chat, "ada", visitor.cookie)).me.id).toBe(ada.me.id);
  });

  it("cannot be changed here, by a name or a code, and a bar holds in a new browser", async () => {
    const chat = await startChat(undefined, TRUSTED);
    const visitor = await arrive(chat);
    const post = (path: string, body: object, who: { readonly cookie: string }, name?: string) =>
      fetch(`${chat.address}${path}`, {
        method: "POST",
        body: JSON.stringify(body),
        headers: {
          cookie: who.cookie,
          origin: chat.address,
          "content-type": "application/json",
          ...(name !== undefined && { [HEADER]: name }),
        },
      });
    const ada = await arrive(chat, "ada");
    const renamed = await post("/api/session", { name: "Eve" }, ada, "ada");
    expect(((await renamed.json()) as WireError).error).toBe(
      "Your name comes from your sign-in, so it cannot be changed here.",
    );
    const { code } = (await (await post("/api/devices/code", {}, ada, "ada")).json()) as WireJoinCode;
    const joined = await post("/api/devices/join", { code, sure: true }, visitor);
    expect(((await joined.json()) as WireError).error).toBe(
      "Who you are here comes from your sign-in, so a code cannot change it.",
    );
    expect((await arrive(chat, undefined, visitor.cookie)).me.id).toBe(visitor.me.id);
  });
});

describe("links", () => {
  it("lead to where people open the chat, whose host is allowed, or to its own address", async () => {
    const message = { channel: { platform: "web", community: "local", id: "art" }, id: "7" };
    const own = await startChat();
    expect(await own.link(message)).toBe(`${own.address}/#/art/7`);
    const chat = await startChat(undefined, { publicUrl: "https://art.example.org/dreamloom/" });
    expect(await chat.link(message)).toBe("https://art.example.org/dreamloom/#/art/7");
    const { request } = await import("node:http");
    const statusFor = (host: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const { hostname, port } = new URL(chat.address);
        const asked = request({ hostname, port, path: "/api/session", headers: { host } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        asked.once("error", reject).end();
      });
    expect([await statusFor("art.example.org"), await statusFor("evil.example.org")]).toEqual([200, 403]);
  });
});
