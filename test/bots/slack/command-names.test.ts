import { describe, expect, it } from "vitest";
import { commandSummaries } from "../../../scripts/commands-docs.js";
import { slackManifest } from "../../../scripts/slack-manifest.js";
import { CommandNames, type RegisteredCommands } from "../../../src/bots/slack/command-names.js";
import { KeyValues } from "../../fakes/key-values.js";
import { manifestCommands } from "../../fakes/slack/slash-commands.js";
import { type Open, openSlack } from "./harness.js";

const known = commandSummaries().map(({ name }) => name);
const names = (registered: Partial<RegisteredCommands> = {}, keyValues = new KeyValues()) =>
  new CommandNames(known, { commands: "auto", commandPrefix: "", ...registered }, keyValues);

describe("what the bot writes", () => {
  it.each([
    ["`/zoom frames:96 loop:bounce` · 12 s", "`/dreamloom zoom frames:96 loop:bounce` · 12 s"],
    ["Begin with `/dream`, cancel one with /cancel.", "Begin with `/dream`, cancel one with /dreamloom cancel."],
    [
      "(/help) **/style** /neurons\n/neuron",
      "(/dreamloom help) **/dreamloom style** /dreamloom neurons\n/dreamloom neuron",
    ],
    ["/invite @dreamloom https://e.org/help a/help /help/x /helps /styles.zip", undefined],
    ["/dreamloom help", undefined],
  ])("%s", (text, printed = text) => {
    expect(names().print(text)).toBe(printed);
    expect(names({ commands: "all" }).print(text)).toBe(text);
  });

  it("has the app's prefix", () => {
    const prefixed = names({ commandPrefix: "art-" });
    expect(prefixed.print("`/dream` or `/zoom`")).toBe("`/art-dream` or `/art-dreamloom zoom`");
    expect(names({ commandPrefix: "art-", commands: "all" }).print("`/zoom`")).toBe("`/art-zoom`");
  });
});

it.each([
  ["art-zoom", "zoom"],
  ["art-dreamloom", "dreamloom"],
  ["my_restyle-dream", "dream"],
  ["zoom", "zoom"],
  ["restyle", "restyle"],
  ["daydream", "daydream"],
])("reads the name %s as %s whatever the prefix is", (name, read) => {
  expect(names().read(name)).toBe(read);
});

it("reads a prefix without a mark between where it is the app's own", () => {
  expect(names({ commandPrefix: "day" }).read("daydream")).toBe("dream");
});

describe("an app from an earlier version, which has a name for each command", () => {
  it("is known by what that version has left", () => {
    const disk = new KeyValues();
    disk.set("slack.seen.7", [["x", 1]]);
    expect(names({}, disk).print("/zoom")).toBe("/zoom");
    expect(names({ commands: "few" }, disk).print("/zoom")).toBe("/dreamloom zoom");
  });

  it("is not taken for one because this version leaves the same", () => {
    const disk = new KeyValues();
    names({}, disk);
    disk.set("slack.seen.7", [["x", 1]]);
    expect(names({}, disk).print("/zoom")).toBe("/dreamloom zoom");
  });

  it("is known by a command that comes, also after a restart", () => {
    const disk = new KeyValues();
    const first = names({}, disk);
    for (const command of ["/dream", "/dreamloom", "/other"]) first.came(command);
    expect(first.print("/zoom")).toBe("/dreamloom zoom");
    first.came("/zoom");
    expect(first.print("/zoom")).toBe("/zoom");
    expect(names({}, disk).print("/zoom")).toBe("/zoom");
  });
});

describe("in Slack", () => {
  const answered = async (open: Open, typed: string, text = "") => {
    const opened = await openSlack(open);
    const { people: users, ann, art, listener } = opened;
    await users.slash(ann, art.id, typed, text);
    const command = await listener.next("command");
    await command.reply({ text: "There is `/queue`, and `/stylize`." }, "private");
    return { ...opened, command, text: users.look(ann, art).at(-1)?.text };
  };

  it("a command that the app lacks cannot be typed", async () => {
    await expect(answered({}, "queue")).rejects.toThrow("/queue is not a valid command.");
  });

  it("everything can be said with /dreamloom, and answers name what can be typed", async () => {
    const { command, text } = await answered({}, "dreamloom", "queue one");
    expect(command).toMatchObject({ name: "queue", text: "one" });
    expect(text).toBe("There is `/dreamloom queue`, and `/stylize`.");
  });

  it("an app with a name for each command goes on working", async () => {
    const commands = manifestCommands(slackManifest({ commands: "all", commandPrefix: "" }));
    const { command, text } = await answered({ fake: { commands } }, "queue", "one");
    expect(command).toMatchObject({ name: "queue", text: "one" });
    expect(text).toBe("There is `/queue`, and `/stylize`.");
  });

  it("an app whose names have a prefix is understood, also in a mention, and answered with its names", async () => {
    const registered = { commands: "few", commandPrefix: "art-" } as const;
    const fake = { commands: manifestCommands(slackManifest(registered)) };
    const {
      command,
      text,
      people: users,
      ann,
      art,
      listener,
    } = await answered({ fake, chat: registered }, "art-dreamloom", "queue");
    expect(command).toMatchObject({ name: "queue", text: "" });
    expect(text).toBe("There is `/art-dreamloom queue`, and `/art-stylize`.");
    const lines = [
      "/art-dreamloom queue 0",
      "`/art-dreamloom queue 1`",
      "*/art-queue 2*",
      "/art-queue: 3",
      "art-queue 4",
    ];
    for (const line of lines) await users.mention(ann, art, line);
    for (const [n] of lines.entries()) {
      const mentioned = await listener.next("command", ({ text: said }) => said === String(n));
      expect(mentioned.name).toBe("queue");
    }
    await users.mention(ann, art, "/daystyle winter");
    await listener.next("command", ({ name }) => name === "daystyle");
  });
});
