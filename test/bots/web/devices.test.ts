import { describe, expect, it } from "vitest";
import { JoinCodes } from "../../../src/bots/web/devices.js";
import type { WireDevices, WireError, WireJoinCode } from "../../../src/bots/web/wire.js";
import { FakeModeration } from "../../fakes/moderation.js";
import { handlers, startChat, Visitor } from "./harness.js";

const codeOf = async (who: Visitor): Promise<string> => {
  const response = await who.request("POST", "/api/devices/code", {});
  return ((await response.json()) as WireJoinCode).code;
};
const join = (who: Visitor, code: string, sure = true) => who.request("POST", "/api/devices/join", { code, sure });
const devicesOf = async (who: Visitor) =>
  ((await (await who.request("GET", "/api/devices")).json()) as WireDevices).devices;
const keepCookie = (who: Visitor, response: Response) => {
  who.cookie = response.headers.get("set-cookie")?.split(";")[0] ?? who.cookie;
};
const NOT_GOOD = "This code is wrong or has expired: make a new one in the other browser.";

describe("one person's browsers", () => {
  it("are let in by a code, once, after they were told who they will be", async () => {
    const chat = await startChat();
    const [laptop, phone, other] = [await Visitor.enter(chat), await Visitor.enter(chat), await Visitor.enter(chat)];
    await laptop.request("POST", "/api/session", { name: "Ada" });
    const { me } = await laptop.session();
    const before = (await phone.session()).me.id;
    const code = await codeOf(laptop);
    expect(code).toMatch(/^[A-Z0-9]{10}$/);
    const asked = await join(phone, code.toLowerCase(), false);
    expect(await asked.json()).toEqual({ name: "Ada" });
    expect(asked.headers.get("set-cookie")).toBeNull();
    expect((await phone.session()).me.id).toBe(before);
    const joined = await join(phone, `${code.slice(0, 5)}-${code.slice(5)}`);
    expect(joined.headers.get("set-cookie")).toMatch(/HttpOnly; SameSite=Lax/);
    keepCookie(phone, joined);
    expect((await phone.session()).me).toMatchObject({ id: me.id, name: "Ada", moderator: true });
    const second = await join(other, code);
    expect([second.status, ((await second.json()) as WireError).error]).toEqual([403, NOT_GOOD]);
    // A newer code takes the older one's place.
    const [older, newer] = [await codeOf(laptop), await codeOf(laptop)];
    expect((await join(other, older)).status).toBe(403);
    expect((await join(other, newer, false)).status).toBe(200);
  });

  it("are listed and signed out, each by itself, and only by the person", async () => {
    const chat = await startChat();
    const [laptop, phone, eve] = [await Visitor.enter(chat), await Visitor.enter(chat), await Visitor.enter(chat)];
    const agent = {
      "user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5) AppleWebKit/605 Version/17.5 Safari/604.1",
    };
    const code = await codeOf(laptop);
    keepCookie(phone, await phone.request("POST", "/api/devices/join", { code, sure: true }, agent));
    const devices = await devicesOf(laptop);
    expect(devices.map(({ browser, current }) => [browser, current])).toEqual([
      ["Safari, iPhone", false],
      ["", true],
    ]);
    const [there, here] = devices;
    expect((await eve.request("DELETE", `/api/devices/${there?.id}`)).status).toBe(404);
    const ears = [await phone.listen(), await laptop.listen()];
    const closed = new Promise<string>((resolve) =>
      ears[0]?.socket.on("close", (status, reason) => resolve(`${status} ${reason}`)),
    );
    expect((await laptop.request("DELETE", `/api/devices/${there?.id}`)).status).toBe(204);
    expect(await closed).toMatch(/^4001 This browser was signed out from another one of yours/);
    expect((await phone.request("GET", "/api/channels/art/messages")).status).toBe(403);
    expect(ears[1]?.socket.readyState).toBe(1);
    expect((await devicesOf(laptop)).map(({ id }) => id)).toEqual([here?.id]);
  });

  it("that were signed out do not come back by a code that they have made before", async () => {
    const chat = await startChat(handlers(undefined, { moderation: new FakeModeration() }));
    const [owner, laptop, thief] = [await Visitor.enter(chat), await Visitor.enter(chat), await Visitor.enter(chat)];
    keepCookie(thief, await join(thief, await codeOf(laptop)));
    const made = await codeOf(thief);
    const [stolen] = (await devicesOf(thief)).filter(({ current }) => current);
    expect((await laptop.request("DELETE", `/api/devices/${stolen?.id}`)).status).toBe(204);
    const back = await join(await Visitor.enter(chat), made);
    expect([back.status, ((await back.json()) as WireError).error]).toEqual([403, NOT_GOOD]);
    // Nor when a moderator ends all of a person's sessions.
    const { me } = await laptop.session();
    const kept = await codeOf(laptop);
    const ended = await owner.request("POST", `/api/moderation/people/${me.id}`, { act: "sign-out" });
    expect(ended.status).toBe(200);
    expect((await join(await Visitor.enter(chat), kept)).status).toBe(403);
  });

  it("are twenty at most: the one that was not used for longest goes", async () => {
    const chat = await startChat();
    const first = await Visitor.enter(chat);
    let last = first;
    for (let count = 0; count < 20; count++) {
      const other = await Visitor.enter(chat);
      keepCookie(other, await join(other, await codeOf(last)));
      last = other;
    }
    expect(await devicesOf(last)).toHaveLength(20);
    expect((await first.request("GET", "/api/devices")).status).toBe(403);
  });

  it("have codes that are good for ten minutes; a thousand wait at most", () => {
    let now = 0;
    const codes = new JoinCodes(() => now);
    const add = (person: string) => codes.add({ person, session: 1 });
    const code = add("ann");
    now = 9 * 60_000;
    expect(codes.maker(code, false)?.person).toBe("ann");
    now = 10 * 60_000;
    expect(codes.maker(code, false)).toBeUndefined();
    const first = add("p0");
    for (let count = 1; count <= 1000; count++) add(`p${count}`);
    expect(codes.maker(first, false)).toBeUndefined();
  });
});
