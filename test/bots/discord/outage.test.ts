import { describe, expect, it, onTestFinished, vi } from "vitest";
import { REFUSALS } from "../../../src/bots/discord/limits.js";
import { Penalties } from "../../../src/bots/discord/penalties.js";
import { mayPass } from "../../../src/port/chat-error.js";
import type { Fault } from "../../fakes/discord/server.js";
import { waitFor } from "../../support/wait-for.js";
import { connected, fakeDiscord, Listener, picture } from "./harness.js";

const timing = { askMs: 20, longestAskMs: 40, refusedMs: 40, callMs: 4_000 };
const posts = (requests: readonly string[]) => requests.filter((request) => request.startsWith("POST")).length;

/** A bot whose Discord fails as `fails` says, for calls of the REST interface. */
async function scene() {
  const discord = await fakeDiscord();
  const recovered = vi.fn();
  const { chat } = await connected(discord, { timing }, Object.assign(new Listener(), { recovered }));
  const [art, zoo] = [discord.addChannel("art"), discord.addChannel("zoo")];
  const fails = (fault: Fault | undefined, times = Number.POSITIVE_INFINITY) => {
    let left = times;
    discord.fault = ({ path }) => (path.startsWith("/gateway") || left-- <= 0 ? undefined : fault);
  };
  return { discord, chat, art, zoo, recovered, fails };
}

describe("a token that is refused", () => {
  it("once: it is asked about, and everything goes on", async () => {
    const { discord, chat, art, fails } = await scene();
    fails({ status: 401 }, 1);
    await chat.post(art, { text: "one" });
    await chat.post(art, { text: "two" });
    expect(discord.messagesIn(art).map(({ text }) => text)).toEqual(["one", "two"]);
    expect(discord.requests.filter((request) => request === "GET /users/@me")).toHaveLength(1);
    expect(chat.health()).toEqual({ connected: true });
  });

  it("for good: no call is made with it but the question, it is said, and ends when the token is taken", async () => {
    const { discord, chat, art, fails, recovered } = await scene();
    fails({ status: 401 });
    const refusal = { kind: "unavailable", message: expect.stringContaining("DISCORD_TOKEN") };
    await expect(chat.post(art, { text: "one" })).rejects.toMatchObject(refusal);
    expect(chat.health()).toEqual({ connected: false, detail: expect.stringContaining("DISCORD_TOKEN") });
    const before = posts(discord.requests);
    for (let n = 0; n < 5; n++) await expect(chat.post(art, { text: "more" })).rejects.toMatchObject(refusal);
    expect(posts(discord.requests)).toBe(before);
    expect(recovered).not.toHaveBeenCalled();
    fails(undefined);
    await waitFor(() => expect(recovered).toHaveBeenCalled());
    expect(chat.health()).toEqual({ connected: true });
    await chat.post(art, { text: "back" });
  });
});

describe("an outage", () => {
  it.each<[string, Fault]>([
    ["the connection breaks", "drop"],
    ["Discord fails", { status: 503 }],
    ["what is before Discord refuses", { status: 403, page: {} }],
  ])("of calls is seen, and its end too, without another call (%s)", async (_how, fault) => {
    const { chat, art, fails, recovered } = await scene();
    fails(fault);
    await expect(chat.post(art, { text: "lost" })).rejects.toMatchObject({ kind: "unavailable" });
    await waitFor(() => expect(chat.health().connected).toBe(false));
    expect(chat.health().detail).toMatch(/^calls have failed since \d\d:\d\d UTC: Discord/);
    expect(recovered).not.toHaveBeenCalled();
    fails(undefined);
    await waitFor(() => expect(recovered).toHaveBeenCalledTimes(1));
    expect(chat.health()).toEqual({ connected: true });
  });

  it("of some calls is told to operators, keeps no others back, and has no end while those are answered", async () => {
    const { discord, chat, art, recovered } = await scene();
    const { id } = await chat.post(art, { text: "before" });
    discord.fault = ({ method }) => (method === "POST" ? { status: 503 } : undefined);
    do {
      await expect(chat.post(art, { text: "lost" })).rejects.toMatchObject({ kind: "unavailable" });
      await chat.edit({ channel: art, id }, { text: "meanwhile" });
    } while (chat.health().connected);
    expect(chat.health()).toEqual({ connected: false, detail: expect.stringMatching(/^calls have failed since/) });
    await chat.edit({ channel: art, id }, { text: "after" });
    expect(discord.messagesIn(art).map(({ text }) => text)).toEqual(["after"]);
    expect(recovered).not.toHaveBeenCalled();
  });

  it("of the gateway ends with a word", async () => {
    const { discord, chat, recovered } = await scene();
    discord.gateway.drop();
    await waitFor(() => expect(recovered).toHaveBeenCalled());
    expect(chat.health()).toEqual({ connected: true });
  });
});

describe("Retry-After", () => {
  it.each<[string, Fault]>([
    ["in a header", { status: 429, retryAfter: 300 }],
    ["as a date", { status: 429, page: { "retry-after": new Date(Date.now() + 300_000).toUTCString() } }],
  ])("keeps calls back for as long as it says, %s", async (_how, fault) => {
    const { discord, chat, art, fails } = await scene();
    fails(fault, 1);
    const refusal = { kind: "rate-limited", message: expect.stringMatching(/wait (29\d|300|301) s/) };
    await expect(chat.post(art, { text: "one" })).rejects.toMatchObject(refusal);
    const before = discord.requests.length;
    for (let n = 0; n < 5; n++) await expect(chat.post(art, { text: "more" })).rejects.toMatchObject(refusal);
    expect(discord.requests.length).toBe(before);
  });

  it("of another channel's bucket keeps nothing back; of a ban everything, and operators read it", async () => {
    const { discord, chat, art, zoo, fails } = await scene();
    fails({ status: 429, retryAfter: 300 }, 1);
    await expect(chat.post(art, { text: "one" })).rejects.toMatchObject({ kind: "rate-limited" });
    await chat.post(zoo, { text: "elsewhere" });
    expect(chat.health().connected).toBe(true);
    fails({ status: 429, page: { "retry-after": "3600" } }, 1);
    await expect(chat.post(zoo, { text: "two" })).rejects.toMatchObject({ kind: "rate-limited" });
    const before = discord.requests.length;
    await expect(chat.react({ channel: zoo, id: "1" }, "🌻")).rejects.toMatchObject({ kind: "rate-limited" });
    expect(discord.requests.length).toBe(before);
    expect(chat.health()).toEqual({ connected: false, detail: expect.stringContaining("takes no calls from here") });
  });
});

describe("an answer whose own answer comes too late", () => {
  /** A command that is answered when the test says so, while Discord carries out what `silent` says without a word. */
  async function asked(silent: (method: string, path: string) => boolean, fault: Fault = "no answer") {
    const discord = await fakeDiscord();
    const listener = new Listener();
    const { chat } = await connected(discord, { timing: { ...timing, callMs: 500, deferMs: 60_000 } }, listener);
    const [ann, art] = [discord.user("Ann"), discord.addChannel("art")];
    discord.fault = ({ method, path }) => (silent(method, path) ? fault : undefined);
    ann.command(art, "dream");
    await expect.poll(() => listener.of("command").length).toBe(1);
    const [event] = listener.of("command");
    if (!event) throw new Error("no command");
    const shown = () => [...discord.world.messages.values()].map(({ content, flags }) => [content, flags & 128]);
    return { discord, chat, event, shown };
  }
  const isCallback = (_method: string, path: string) => path.endsWith("/callback");

  it("is found where it stands, and is not said a second time", async () => {
    const { chat, event, shown } = await asked(isCallback);
    const ref = await event.reply({ text: "On it" }, "public");
    if (!ref) throw new Error("no message");
    await chat.edit(ref, { text: "Done" });
    expect(shown()).toEqual([["Done", 0]]);
  });

  it("is filled in where it had been deferred", async () => {
    const { event, shown } = await asked(isCallback);
    await event.reply({ text: "On it", pictures: [await picture()] }, "public");
    expect(shown()).toEqual([["On it", 0]]);
  });

  it("is found where it has taken the place of 'thinking'", async () => {
    const { event, shown } = await asked((method) => method === "PATCH");
    expect(await event.reply({ text: "On it", pictures: [await picture()] }, "public")).toBeDefined();
    expect(shown()).toEqual([["On it", 0]]);
  });

  it("leaves no dead 'thinking' where it has not arrived", async () => {
    const { event, shown } = await asked((method) => method === "PATCH", { status: 503 });
    const failed = { kind: "unavailable" };
    await expect(event.reply({ text: "On it", pictures: [await picture()] }, "public")).rejects.toMatchObject(failed);
    expect(shown()).toEqual([]);
  });

  it.each<Fault>(["no answer", "answer lost", { status: 502, done: true }])(
    "is not posted twice where it follows another one (%j)",
    async (fault) => {
      const { chat, event, shown } = await asked(
        (method, path) => method === "POST" && path.startsWith("/webhooks/"),
        fault,
      );
      await event.reply({ text: "On it" }, "public");
      const ref = await event.reply({ text: "More" }, "public");
      if (!ref) throw new Error("no message");
      await chat.edit(ref, { text: "Done" });
      expect(shown()).toEqual([
        ["On it", 0],
        ["Done", 0],
      ]);
    },
  );

  it.each(["no answer", "answer lost"] as const)("is said to one person alone once only (%s)", async (fault) => {
    const { event, shown } = await asked((method, path) => method === "POST" && path.startsWith("/webhooks/"), fault);
    await event.reply({ text: "On it" }, "public");
    expect(await event.reply({ text: "Only you" }, "private")).toBeUndefined();
    expect(shown()).toEqual([
      ["On it", 0],
      ["Only you", 0],
    ]);
  });

  it("is not taken for given where it is private, and no direct message can be sent for now", async () => {
    const { discord, event, shown } = await asked(
      (method, path) => method === "POST" && /callback$|channels/.test(path),
      "drop",
    );
    await expect(event.reply({ text: "Hm" }, "private")).rejects.toSatisfy(mayPass);
    discord.fault = () => undefined;
    await expect
      .poll(() =>
        event.reply({ text: "Hm" }, "private").then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    expect(shown()).toHaveLength(1);
  });

  it("is said by the bot itself where nothing stands", async () => {
    const { event, shown } = await asked(isCallback, "drop");
    await event.reply({ text: "On it" }, "public");
    expect(shown()).toEqual([["On it", 0]]);
  });
});

describe("refusals", () => {
  const answer = (status: number, headers: Record<string, string> = {}) => ({ status, headers: new Headers(headers) });

  it("are counted for ten minutes, and before there are too many no call is made", () => {
    let now = 1_000_000_000;
    const penalties = new Penalties(() => now);
    const url = "https://discord.com/api/v10/channels/11111111111111111/messages";
    for (let n = 0; n < REFUSALS - 1; n++) penalties.note("POST", url, answer(n % 2 === 0 ? 401 : 403));
    // Limits that all apps share do not count.
    penalties.note("POST", url, answer(429, { "x-ratelimit-scope": "shared" }));
    expect([penalties.refusals, penalties.waitMs("GET", url)]).toEqual([REFUSALS - 1, 0]);
    penalties.note("POST", url, answer(429, { "x-ratelimit-scope": "user", "retry-after": "0" }));
    expect(penalties.waitMs("GET", url)).toBeGreaterThan(590_000);
    now += 11 * 60_000;
    expect([penalties.refusals, penalties.waitMs("GET", url)]).toEqual([0, 0]);
  });

  it("are waited for no longer where the machine's clock is set back meanwhile", () => {
    const penalties = new Penalties();
    const url = "https://discord.com/api/v10/gateway";
    penalties.note("GET", url, answer(429, { "x-ratelimit-global": "true", "retry-after": "2" }));
    vi.useFakeTimers({ now: Date.now() - 24 * 3_600_000, toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    expect(penalties.waitMs("GET", url)).toBeLessThanOrEqual(2_000);
    expect(penalties.closedMs).toBeLessThanOrEqual(2_000);
  });
});
