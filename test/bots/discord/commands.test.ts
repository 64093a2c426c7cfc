import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  GatewayDispatchEvents,
  PermissionFlagsBits,
} from "discord-api-types/v10";
import { afterEach, describe, expect, it } from "vitest";
import { definitions } from "../../../src/bots/discord/definitions.js";
import { registerNow } from "../../../src/bots/discord/register.js";
import { SHORTCUTS as ALL_SHORTCUTS, PERSON_SHORTCUTS, summarise } from "../../../src/commands/command.js";
import { chatCommands } from "../../../src/commands/create-context.js";
import type { CommandSummary } from "../../../src/port/commands.js";
import { english } from "../../../src/shared/sentences/english.js";
import type { Language } from "../../../src/shared/sentences/languages.js";
import { checkCommands } from "../../fakes/discord/command-forms.js";
import type { FakeDiscord } from "../../fakes/discord/server.js";
import { KeyValues } from "../../fakes/key-values.js";
import { botOptions } from "../../fakes/studio.js";
import { patience } from "../../support/patience.js";
import { COMMANDS, connected, fakeDiscord, Listener, picture, type Scene, SHORTCUTS, scene } from "./harness.js";

const ALL = {
  commands: chatCommands(botOptions).commands.map(summarise),
  shortcuts: ALL_SHORTCUTS,
  personShortcuts: PERSON_SHORTCUTS,
};

let discord: FakeDiscord;
afterEach(() => expect(discord?.check() ?? []).toEqual([]));

async function open(...given: Parameters<typeof scene>): Promise<Scene> {
  const opened = await scene(...given);
  discord = opened.discord;
  return opened;
}

const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  dream: ["jitter", "smoothing"],
  zoom: ["blur", "gradient", "jitter"],
};

describe("commands in Discord", () => {
  it("are all such that Discord takes them", () => {
    const { commands } = ALL;
    const made = definitions(ALL);
    expect(checkCommands(made)).toHaveLength(commands.length + ALL_SHORTCUTS.length + PERSON_SHORTCUTS.length);
    for (const command of commands) {
      const names = made.flatMap((one) =>
        one.name === command.name && "options" in one ? (one.options ?? []).map(({ name }) => name) : [],
      );
      // None is left out for want of room, but for those that docs/commands.md tells of; a second picture never is.
      const left = command.options.filter(({ name }) => !names.includes(name));
      if (left.length > 0) expect(names).toHaveLength(25);
      expect(left.every(({ seldom }) => seldom)).toBe(true);
      expect(left.map(({ name }) => name)).toEqual(LEFT_OUT[command.name] ?? []);
      if (command.options.some(({ second }) => second !== undefined)) expect(names).toContain("picture-2");
    }
  });

  it("are shown in everybody's language, with nothing left out: names, descriptions, choices, menus", () => {
    const { commands } = ALL;
    const mark = (text: string) => `«${text.slice(0, 60)}»`;
    const words: Language["words"] = Object.fromEntries([
      ...commands.flatMap(({ name, help, options }) => [
        [name, { name: `${name}_ö`, help: mark(help) }],
        ...options.map((option) => [
          `${name} ${option.name}`,
          {
            name: `${option.name}_ö`.slice(-28),
            help: mark(option.help),
            choices: Object.fromEntries((option.choices ?? []).map(({ value, label }) => [value, mark(label)])),
          },
        ]),
        ...options.flatMap(({ name: option, second }) =>
          second ? [[`${name} ${option}-2`, { help: mark(second) }]] : [],
        ),
      ]),
      ...[...ALL_SHORTCUTS, ...PERSON_SHORTCUTS].map(({ title }) => [title, { name: mark(title) }]),
    ]);
    const sentences = Object.fromEntries(
      Object.entries(english).map(([id, said]) => [
        id,
        typeof said === "string" ? `«${said.slice(0, 90)}»` : (params: never) => `«${said(params)}»`,
      ]),
    ) as unknown as Language["sentences"];
    const made = checkCommands(definitions(ALL, { de: { words, sentences } }));
    const missing: string[] = [];
    const look = (path: string, said: object) => {
      for (const [key, value] of Object.entries(said)) {
        const own = (said as Readonly<Record<string, { readonly de?: string } | undefined>>)[`${key}_localizations`]
          ?.de;
        // Menus' titles begin with a capital.
        const marked = key === "name" && /^[a-z0-9_][\w-]*$/.test(String(value)) ? /_ö/ : /[«…]/;
        const isWords = key === "description" || (key === "name" && /[a-z]/i.test(String(value)));
        if (isWords && !marked.test(own ?? "")) missing.push(`${path} ${key}: ${own ?? value}`);
        if (Array.isArray(value))
          for (const one of value) if (typeof one === "object") look(`${path} ${(one as { name: string }).name}`, one);
      }
    };
    for (const command of made) look(command.name, command);
    expect(missing).toEqual([]);
    // Without a language there is nothing but English.
    expect(JSON.stringify(definitions(ALL, {}))).not.toContain("localizations");
  });

  it("are offered to moderators where they are for moderators, to all in direct messages", async () => {
    const settings: CommandSummary = {
      name: "settings",
      help: "Settings",
      options: [],
      examples: [],
      moderators: true,
    };
    discord = await fakeDiscord();
    const listener = new (class extends Listener {
      override readonly commands: readonly CommandSummary[] = [...COMMANDS, settings];
    })();
    await connected(discord, {}, listener);
    listener.does = async (event) => event.kind === "command" && event.reply({ text: "Settings." }, "private");
    const art = discord.addChannel("art");
    const [ann, mo] = [discord.user("Ann"), discord.user("Mo", { moderator: true })];
    expect(() => ann.command(art, "settings")).toThrow("not offered");
    await mo.command(art, "settings").answered;
    await ann.command(ann.direct, "settings").answered;
    await ann.command(art, "dream").answered;
    expect(listener.of("command").map(({ user, name }) => [user.name, name])).toEqual([
      ["Mo", "settings"],
      ["Ann", "settings"],
      ["Ann", "dream"],
    ]);
  });

  it("can be given from a person's menu, about their avatar", async () => {
    const { listener } = await open();
    const [ann, ben] = [discord.user("Ann"), discord.user("Ben")];
    const art = discord.addChannel("art");
    ann.personShortcut(art, ben, "Dream this avatar");
    await discord.until(() => /^Ben has no picture of their own/.test(discord.ephemeralTo(ann)[0]?.text ?? ""));
    const limits = { maxBytes: 1e6, signal: patience() };
    const [everywhere, here] = [(await picture("a.png", 20)).bytes, (await picture("b.png", 40)).bytes];
    for (const [index, [avatar, inServer]] of ([[everywhere], [here, true]] as const).entries()) {
      discord.giveAvatar(ben, avatar, inServer);
      ann.personShortcut(art, ben, "Dream this avatar");
      const command = await discord.until(() => listener.of("command")[index]);
      expect(command).toMatchObject({ name: "dream", channel: art, user: { name: "Ann" } });
      const [source] = command.attachments;
      expect(source).toMatchObject({ name: "ben.png", author: { id: ben.id, name: "Ben" } });
      expect(Buffer.from((await source?.fetch(limits))?.bytes ?? [])).toEqual(Buffer.from(avatar));
      await command.reply({ text: "Painting." }, "public");
    }
  });

  it("find the avatar of who is mentioned, as it is now, and the image of a server's own emoji", async () => {
    const { chat } = await open();
    const [art, ben] = [discord.addChannel("art"), discord.user("Ben")];
    const limits = { maxBytes: 1e6, signal: patience() };
    await expect(chat.pictureOf?.(`<@${ben.id}>`, art)).rejects.toThrow("Ben has no picture of their own");
    for (const side of [20, 40]) {
      const { bytes } = await picture("a.png", side);
      discord.giveAvatar(ben, bytes, side === 40);
      const source = await chat.pictureOf?.(`<@${ben.id}>`, art);
      expect(source?.author).toEqual({ id: ben.id, name: "Ben" });
      expect(Buffer.from((await source?.fetch(limits))?.bytes ?? [])).toEqual(Buffer.from(bytes));
    }
    expect(await chat.pictureOf?.("ben", art)).toBeUndefined();
    expect(await chat.pictureOf?.(":no_such:", art)).toBeUndefined();
    expect((await chat.pictureOf?.("<:blob:123456>", art))?.name).toBe("123456.png");
  });

  it("are registered at the start only when they have changed, and whenever somebody asks for it", async () => {
    discord = await fakeDiscord();
    const notes = new KeyValues();
    const first = await connected(discord, { keyValues: notes });
    await first.chat.stop();
    const second = await connected(discord, { keyValues: notes });
    await second.chat.stop();
    expect(discord.registrations).toBe(1);
    const [dream] = discord.commands;
    expect(dream).toMatchObject({ name: "dream", contexts: [0, 1, 2] });
    const changed = new (class extends Listener {
      override readonly commands: readonly CommandSummary[] = COMMANDS.slice(0, 1);
    })();
    await connected(discord, { keyValues: notes }, changed);
    expect(discord.registrations).toBe(2);
    const { token, apiUrl } = discord;
    expect(await registerNow({ token, apiUrl }, { commands: COMMANDS, shortcuts: SHORTCUTS })).toEqual({
      appId: discord.world.appId,
      commands: 7,
    });
    expect(
      discord.commands.filter(({ type }) => type === ApplicationCommandType.Message).map(({ name }) => name),
    ).toEqual(["Dream this", "Use as style", "What do you see?"]);
  });

  it("have typed options, choices, completion, and a file for a picture", async () => {
    await open();
    const options = discord.commands.flatMap((command) =>
      command.name === "dream" && "options" in command ? (command.options ?? []) : [],
    );
    const kinds = Object.fromEntries(options.map(({ name, type }) => [name, ApplicationCommandOptionType[type]]));
    expect(kinds).toEqual({
      look: "String",
      style: "String",
      size: "Integer",
      strength: "Number",
      "keep-colours": "Boolean",
      picture: "Attachment",
      "picture-from": "String",
      "picture-2": "Attachment",
    });
    expect(options.find(({ name }) => name === "look")).toMatchObject({
      choices: [{ value: "creatures" }, { value: "eyes" }],
    });
    expect(options.find(({ name }) => name === "size")).toMatchObject({ min_value: 64, max_value: 1024 });
    expect(options.find(({ name }) => name === "style")).toMatchObject({ autocomplete: true });
  });

  it("are reported with all their options as text", async () => {
    const { listener } = await open();
    listener.does = async (event) => event.kind === "command" && event.reply({ text: "Taken on." }, "public");
    const ann = discord.user("Ann");
    const art = discord.addChannel("art");
    const photo = await picture("photo.png");
    const sent = ann.command(
      art,
      "dream",
      { look: "eyes", size: 256, strength: 0.5, "keep-colours": true, "picture-from": "none" },
      { picture: { ...photo, spoiler: true }, "picture-2": await picture("style.jpg") },
    );
    await sent.answered;
    const [event] = listener.of("command");
    expect(event).toMatchObject({ name: "dream", channel: art, user: { id: ann.id, name: "Ann", moderator: false } });
    expect(event?.options).toEqual({
      look: "eyes",
      size: "256",
      strength: "0.5",
      "keep-colours": "yes",
      picture: "none",
    });
    expect(event?.attachments.map(({ name, spoiler = false }) => [name, spoiler])).toEqual([
      ["photo.png", true],
      ["style.jpg", false],
    ]);
    const got = await event?.attachments[0]?.fetch({ maxBytes: 1e6, signal: patience() });
    expect(got).toMatchObject({ name: "photo.png", type: "image/png", spoiler: true });
    expect(Buffer.from(got?.bytes ?? []).equals(Buffer.from(photo.bytes))).toBe(true);
    await expect(event?.attachments[0]?.fetch({ maxBytes: 10, signal: patience() })).rejects.toMatchObject({
      kind: "too-large",
    });
  });

  it("need the first picture with the second", async () => {
    const { listener } = await open();
    const ann = discord.user("Ann");
    await ann.command(discord.addChannel("art"), "dream", {}, { "picture-2": await picture() }).answered;
    expect(discord.ephemeralTo(ann).map(({ text }) => text)).toEqual([expect.stringContaining("goes with `picture`")]);
    expect(listener.events).toEqual([]);
  });

  it("complete what is typed, also the last of several words", async () => {
    const { listener } = await open();
    listener.completes = async ({ typed }) =>
      "winter".startsWith(typed)
        ? [
            { value: "winter", label: "❄️ Deep blue" },
            ...Array.from({ length: 30 }, (_, i) => ({ value: `w${i}`, label: "x".repeat(200) })),
          ]
        : [];
    const ann = discord.user("Ann");
    const art = discord.addChannel("art");
    const choices = await ann.complete(art, "dream", "style", "win");
    expect(choices).toHaveLength(25);
    expect(choices[0]).toEqual({ name: "winter: ❄️ Deep blue", value: "winter" });
    expect((await ann.complete(art, "dream", "style", "summer:0.3 win"))[0]?.value).toBe("summer:0.3 winter");
    expect(await ann.complete(art, "dream", "style", "zzz")).toEqual([]);
    listener.completes = async () => Promise.reject(new Error("broken"));
    expect(await ann.complete(art, "dream", "style", "w")).toEqual([]);
  });

  it("are answered at once when the answer is quick, privately or publicly", async () => {
    const { listener } = await open();
    const [ann, ben, art] = [discord.user("Ann"), discord.user("Ben"), discord.addChannel("art")];
    listener.does = async (event) =>
      event.kind === "command" && event.reply({ text: `Not like that, ${event.name}` }, "private");
    await ann.command(art, "dream").answered;
    await discord.until(() => discord.ephemeralTo(ann)[0]);
    expect(discord.messagesIn(art, ben)).toEqual([]);
    expect(discord.requests.filter((request) => request.includes("callback"))).toHaveLength(1);
    expect(discord.requests.some((request) => request.includes("webhooks"))).toBe(false);
  });

  it("are deferred when the answer takes longer, and a private one then leaves nothing public", async () => {
    const { listener } = await open({}, { timing: { deferMs: 30 } });
    const [ann, ben, art] = [discord.user("Ann"), discord.user("Ben"), discord.addChannel("art")];
    let answer: (visibility: "public" | "private") => Promise<unknown> = async () => undefined;
    listener.does = async (event) => {
      if (event.kind === "command") answer = (visibility) => event.reply({ text: `A ${visibility} word` }, visibility);
    };
    await ann.command(art, "dream").answered;
    await answer("private");
    expect(discord.ephemeralTo(ann).map(({ text }) => text)).toEqual(["A private word"]);
    expect(discord.messagesIn(art, ben)).toEqual([]);

    await ann.command(art, "dream").answered;
    const ref = await answer("public");
    expect(discord.messagesIn(art, ben).map(({ text }) => text)).toEqual(["A public word"]);
    expect(ref).toEqual(discord.messagesIn(art, ben)[0]?.ref);
    await answer("private");
    expect(discord.ephemeralTo(ann)).toHaveLength(2);
  });

  it("are answered with pictures, publicly and privately", async () => {
    const { listener } = await open();
    const [ann, ben, art] = [discord.user("Ann"), discord.user("Ben"), discord.addChannel("art")];
    const file = await picture();
    for (const visibility of ["public", "private"] as const) {
      listener.does = async (event) =>
        event.kind === "command" && event.reply({ text: visibility, pictures: [file] }, visibility);
      ann.command(art, "dream");
      await discord.until(() => discord.messagesIn(art, ann).find(({ text }) => text === visibility)?.pictures[0]);
    }
    expect(discord.messagesIn(art, ben).map(({ text }) => text)).toEqual(["public"]);
    expect(listener.failures).toEqual([]);
  });

  it("run once when they are delivered twice", async () => {
    const { listener } = await open();
    listener.does = async (event) => event.kind === "command" && event.reply({ text: "Taken on." }, "public");
    const ann = discord.user("Ann");
    await ann.command(discord.addChannel("art"), "dream").answered;
    discord.gateway.repeatLast("INTERACTION_CREATE" as never);
    listener.does = async (event) => event.kind === "command" && event.reply({ text: "The next." }, "public");
    await ann.command(discord.addChannel("art"), "dream").answered;
    await discord.until(() => discord.messagesIn(discord.addChannel("art")).length === 2);
    expect(listener.of("command")).toHaveLength(2);
  });

  it("are refused where the bot could not show anything, with what is missing and who can mend it", async () => {
    const { listener } = await open();
    const [ann, art] = [discord.user("Ann"), discord.addChannel("art")];
    discord.permit(art, "AttachFiles", false);
    await ann.command(art, "dream").answered;
    discord.permit(art, "ViewChannel", false);
    await ann.command(art, "dream").answered;
    const [files, view] = discord.ephemeralTo(ann).map(({ text }) => text);
    expect(files).toMatch(/can't post pictures .* Somebody who manages it can allow me "Attach Files": Edit Channel/);
    expect(view).toContain('"View Channel" and "Attach Files"');
    expect(listener.events).toEqual([]);
  });

  it("tell of a button what is missing where the bot could show nothing any more", async () => {
    const { listener, chat } = await open();
    const [ann, art] = [discord.user("Ann"), discord.addChannel("art")];
    const ref = await chat.post(art, { text: "Done", buttons: [{ id: "job:again:7KQ4M9XA", label: "Again" }] });
    await ann.press(ref, "Again").answered;
    discord.permit(art, "AttachFiles", false);
    await ann.press(ref, "Again").answered;
    const pressed = listener.of("action").map(({ obstacle }) => obstacle);
    expect(pressed).toEqual([undefined, expect.stringContaining('"Attach Files"')]);
  });

  it("are refused by what came with them, whatever the gateway has said", async () => {
    const { listener } = await open();
    const art = discord.addChannel("art");
    discord.gateway.dialect = (event, data) => {
      const told = String(PermissionFlagsBits.ViewChannel | PermissionFlagsBits.SendMessages);
      return event === GatewayDispatchEvents.InteractionCreate
        ? Object.assign(data as object, { app_permissions: told })
        : data;
    };
    const ann = discord.user("Ann");
    await ann.command(art, "dream").answered;
    expect(discord.ephemeralTo(ann).map(({ text }) => text)).toEqual([expect.stringContaining('"Attach Files"')]);
    expect(listener.events).toEqual([]);
  });

  it("are refused in a private thread until the bot is in it, and stay in it", async () => {
    const { listener, chat } = await open();
    const [ann, ben, art] = [discord.user("Ann"), discord.user("Ben"), discord.addChannel("art")];
    const thread = discord.openPrivateThread(art, "between us", ann);
    await ann.command(thread, "dream").answered;
    const [refusal] = discord.ephemeralTo(ann);
    expect(refusal?.text).toBe(
      "I am not in this private thread. Mention me in this thread to let me in, then ask again.",
    );
    expect(listener.events).toEqual([]);
    await ann.post(thread, `<@${discord.world.bot.id}> come in`);
    listener.does = async (said) => said.kind === "command" && said.reply({ text: "Taken on." }, "public");
    await ann.command(thread, "dream").answered;
    const event = listener.of("command").find(({ name }) => name === "dream");
    expect(event?.channel).toEqual(thread);
    expect(await chat.describe(thread)).toMatchObject({ closed: true, ownMembers: true });
    // Somebody takes the bot out again, while it paints.
    discord.channelOf(thread).members?.delete(discord.world.bot.id);
    const final = { text: "Your picture is ready", pictures: [await picture()] };
    await expect(chat.post(thread, final)).rejects.toMatchObject({ kind: "forbidden" });
    await event?.reply(final, "public");
    expect(discord.messagesIn(thread).at(-1)).toMatchObject({ text: "Your picture is ready", byBot: true });
    // After a quarter of an hour the answer to the command is none any more.
    discord.ahead = 16 * 60_000;
    await expect(event?.reply(final, "public")).rejects.toMatchObject({ kind: "forbidden" });
    const told = await chat.tell(ann, thread, final);
    expect(discord.messagesIn(ann.direct, ann).map(({ ref }) => ref.id)).toEqual([told.id]);
    expect([...discord.messagesIn(art, ann), ...discord.messagesIn(ben.direct, ben)]).toEqual([]);
  });

  it("work in direct messages, where a person is their own moderator", async () => {
    const { listener, chat } = await open();
    const ann = discord.user("Ann");
    listener.does = async (event) => event.kind === "command" && event.reply({ text: "Taken on." }, "public");
    await ann.command(ann.direct, "dream").answered;
    const [event] = listener.of("command");
    expect(event).toMatchObject({ channel: { community: "@me" }, user: { id: ann.id, moderator: true } });
    await discord.until(() => discord.messagesIn(ann.direct)[0]);
    const [said] = discord.messagesIn(ann.direct);
    if (!said) throw new Error("nothing was said");
    expect(await chat.openThread(said.ref, "Dream")).toEqual(ann.direct);
    expect(await chat.describe(ann.direct)).toMatchObject({ closed: true, restricted: false });
    ann.react(said.ref, "🔁");
    await expect.poll(() => listener.of("reaction").length).toBe(1);
    expect(listener.of("reaction")[0]).toMatchObject({ emoji: "🔁", user: { name: "Ann" } });
  });
});

describe("lines to the bot", () => {
  it("need no privileged intent: what names the bot comes whole, with picture and the message it answers", async () => {
    const { listener } = await open();
    const [ann, ben, art] = [discord.user("Ann"), discord.user("Ben", { moderator: true }), discord.addChannel("art")];
    await ann.post(art, "dream, not for the bot", [await picture("other.png")]);
    await ben.post(art, `hey <@!${discord.world.bot.id}>, dream look:eyes`, [await picture("beach.png")]);
    await expect.poll(() => listener.events.length).toBe(1);
    const [event] = listener.of("command");
    expect(event).toMatchObject({ name: "dream", text: "look:eyes", channel: art });
    expect(event?.user).toEqual({
      id: ben.id,
      name: "Ben",
      moderator: true,
      moderatesAll: true,
      roles: [expect.any(String)],
    });
    expect(event?.attachments.map(({ name }) => name)).toEqual(["beach.png"]);
    discord.gateway.repeatLast("MESSAGE_CREATE" as never);
    await ann.post(ann.direct, "/again 7KQ4");
    await expect.poll(() => listener.events.length).toBe(2);
    expect(listener.of("command")[1]).toMatchObject({ name: "again", text: "7KQ4", channel: ann.direct });
    // Emoji are words of a line, not pictures that came with it.
    await ann.post(art, `<@${discord.world.bot.id}> stylize <:frost:4711>`);
    await expect.poll(() => listener.events.length).toBe(3);
    expect(listener.of("command")[2]).toMatchObject({ name: "stylize", attachments: [] });
  });

  it("are answered privately in a direct message, and marked where there can be none", async () => {
    const { listener } = await open();
    listener.does = async (event) => event.kind === "command" && event.reply({ text: "A private word" }, "private");
    const [ann, art] = [discord.user("Ann"), discord.addChannel("art")];
    const said = await ann.post(art, `<@${discord.world.bot.id}> dreem`);
    const answer = await discord.until(() => discord.messagesIn(ann.direct, ann)[0]);
    expect(answer.text).toBe(
      `About https://discord.com/channels/${art.community}/${art.id}/${said.ref.id}:\nA private word`,
    );
    await ann.post(ann.direct, "dreem");
    await discord.until(() => discord.messagesIn(ann.direct, ann).find(({ text }) => text === "A private word"));
    discord.fault = ({ path }) =>
      path.endsWith(`/channels/${ann.direct.id}/messages`) ? { status: 403, code: 50007 } : undefined;
    const again = await ann.post(art, `<@${discord.world.bot.id}> dreem`);
    await discord.until(() => discord.message(again.ref)?.reactions.get("❓"));
    expect(discord.messagesIn(art, ann).filter(({ byBot }) => byBot)).toEqual([]);
    discord.permit(art, "SendMessages", false);
    discord.fault = () => undefined;
    await ann.post(art, `<@${discord.world.bot.id}> dream`);
    await discord.until(() => discord.messagesIn(ann.direct, ann).find(({ text }) => text.includes("Send Messages")));
    expect(listener.events).toHaveLength(3);
    expect(listener.failures).toEqual([]);
  });
});

describe("message menus", () => {
  it("hand over the message's pictures, although the bot may not read messages", async () => {
    const { listener } = await open();
    const [ann, ben, art] = [discord.user("Ann"), discord.user("Ben"), discord.addChannel("art")];
    listener.does = async (event) => event.kind === "command" && event.reply({ text: "Taken on." }, "public");
    const post = await ben.post(art, "my holidays", [await picture("beach.png")]);
    await ann.shortcut(post.ref, "Dream this").answered;
    const [event] = listener.of("command");
    expect(event).toMatchObject({ name: "dream", options: {}, repliesTo: post.ref, user: { name: "Ann" } });
    expect(event?.pointedAt?.[0]).toMatchObject({
      name: "beach.png",
      author: { id: ben.id, name: "Ben" },
      message: post.ref,
    });
    expect((await event?.pointedAt?.[0]?.fetch({ maxBytes: 1e6, signal: patience() }))?.bytes.length).toBeGreaterThan(
      50,
    );
  });

  it("ask which picture is meant where there are several, and nothing of what looks at all of them", async () => {
    const { listener } = await open();
    const [ann, ben, art] = [discord.user("Ann"), discord.user("Ben"), discord.addChannel("art")];
    listener.does = async (event) => event.kind === "command" && event.reply({ text: "Taken on." }, "public");
    const post = await ben.post(art, "", [await picture("a.png"), await picture("b.png"), await picture("c.png")]);
    const menu = ann.shortcut(post.ref, "Dream this");
    await menu.answered;
    expect(JSON.stringify(menu.interaction.modal)).toContain("Which picture, from 1 to 3");
    await ann.submit(menu, { picture: "3" }).answered;
    await ann.shortcut(post.ref, "What do you see?").answered;
    const [dream, see] = listener.of("command");
    expect(dream).toMatchObject({ name: "dream", options: { picture: "3" }, attachments: [], repliesTo: post.ref });
    for (const event of [dream, see])
      expect(event?.pointedAt?.map(({ name }) => name)).toEqual(["a.png", "b.png", "c.png"]);
  });

  it("say so when there is no picture", async () => {
    const { listener } = await open();
    const [ann, art] = [discord.user("Ann"), discord.addChannel("art")];
    const post = await ann.post(art, "words", [{ name: "notes.txt", bytes: Buffer.from("hello") }]);
    await ann.shortcut(post.ref, "Dream this").answered;
    expect(discord.ephemeralTo(ann)[0]?.text).toContain("no picture in that message");
    expect(listener.events).toEqual([]);
  });

  it("ask in a form for what is open, and know the pictures still when it comes back", async () => {
    const { listener } = await open();
    const [ann, ben, art] = [discord.user("Ann"), discord.user("Ben"), discord.addChannel("art")];
    listener.does = async (event) => event.kind === "command" && event.reply({ text: "It is a style now." }, "public");
    const post = await ben.post(art, "", [await picture("rust.png")]);
    const menu = ann.shortcut(post.ref, "Use as style");
    await menu.answered;
    expect(menu.interaction.modal?.title).toBe("Use as style");
    await ann.submit(menu, { name: "rust", emoji: "🍂" }).answered;
    const [event] = listener.of("command");
    expect(event).toMatchObject({
      name: "style",
      options: { action: "add", name: "rust", emoji: "🍂" },
      repliesTo: post.ref,
      channel: art,
    });
    expect(event?.pointedAt?.map(({ name }) => name)).toEqual(["rust.png"]);
  });
});
