import { cp, rename } from "node:fs/promises";
import path from "node:path";
import pino from "pino";
import { WebChat } from "../../../src/bots/web/chat.js";
import type { WireMessage } from "../../../src/bots/web/wire.js";
import type { ChannelRef, MessageRef } from "../../../src/domain/model.js";
import { describeChat } from "../../port/chat.contract.js";
import { newFolder } from "../../support/new-folder.js";
import type { Visitor as Person, Seen, Upload, World } from "../contract-world.js";
import { Visitor } from "./harness.js";

describeChat("the web chat", async (): Promise<World> => {
  let dataDir = newFolder();
  const visitors = new Map<string, Visitor>();
  let chat: WebChat | undefined;
  let port = 0;

  const adapter = async () => {
    chat = new WebChat({
      dataDir,
      logger: pino({ level: "silent" }),
      port,
      samplePicture: "/nowhere.jpg",
      moderatorCode: "open sesame",
    });
    const start = chat.start.bind(chat);
    chat.start = async (handlers) => {
      await start(handlers);
      port = Number(new URL(chat?.address ?? "").port);
    };
    return chat;
  };
  // People come by a first start, so that they have cookies before the contract begins.
  const first = await adapter();
  await first.start({
    commands: [],
    shortcuts: [],
    event: async () => undefined,
    complete: async () => [],
    works: async () => [],
    accepted: async () => false,
  });
  const join = async (name: string, code?: string): Promise<Person> => {
    const visitor = await Visitor.enter(first);
    const body = { name, ...(code === undefined ? {} : { moderatorCode: code }) };
    await visitor.request("POST", "/api/session", body);
    const { me } = await visitor.session();
    visitors.set(me.id, visitor);
    return { id: me.id, name };
  };
  const moderator = await join("Mo", "open sesame");
  const ann = await join("Ann");
  const ben = await join("Ben");
  await first.remove({ channel: { platform: "web", community: "local", id: "art" }, id: "1" });
  await first.stop();

  const of = (who: Person): Visitor => {
    const visitor = visitors.get(who.id);
    if (!visitor) throw new Error(`Who is ${who.name}?`);
    return visitor;
  };
  const query = ({ thread }: ChannelRef) => (thread === undefined ? "" : `thread=${thread}`);
  const refOf = (message: WireMessage): MessageRef => ({
    channel: {
      platform: "web",
      community: "local",
      id: message.channel,
      ...(message.thread === undefined ? {} : { thread: message.thread }),
    },
    id: message.id,
  });
  const fine = async (response: Response): Promise<void> => {
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  };

  return {
    ann,
    ben,
    moderator,
    adapter,
    channel: { platform: "web", community: "local", id: "art" },
    mention: "@Dreamloom",
    mentionOf: ({ name }) => `@${name}`,
    async say(who, channel, text, uploads: readonly Upload[] = []) {
      const where = { channel: channel.id, ...(channel.thread === undefined ? {} : { thread: channel.thread }) };
      return refOf(await of(who).said(text, { ...where, files: uploads }));
    },
    async command(who, channel, name, options, upload) {
      const line = [`/${name}`, ...Object.entries(options).map(([key, value]) => `${key}:${value}`)].join(" ");
      const where = { channel: channel.id, ...(channel.thread === undefined ? {} : { thread: channel.thread }) };
      await of(who).said(line, { ...where, files: upload ? [upload] : [] });
    },
    async pointAt(who, { channel, id }) {
      await of(who).said("/dream", { channel: channel.id, repliesTo: id });
    },
    async react(who, message, emoji, added) {
      await fine(await of(who).request("POST", `/api/messages/${message.id}/reactions`, { emoji, on: added }));
    },
    async press(who, message, label) {
      const { messages, root } = await of(who).page(message.channel.id, query(message.channel));
      const found = [...messages, ...(root ? [root] : [])].find(({ id }) => id === message.id);
      const button = found?.buttons.find((each) => each.label === label);
      if (!button) throw new Error(`There is no button ${label}.`);
      await fine(await of(who).request("POST", `/api/messages/${message.id}/actions`, { action: button.id }));
    },
    async erase(message) {
      await fine(await of(moderator).request("DELETE", `/api/messages/${message.id}`));
    },
    async endThread({ thread = "" }) {
      await fine(await of(moderator).request("DELETE", `/api/messages/${thread}`));
    },
    async look(who, channel) {
      const visitor = of(who);
      const { messages } = await visitor.page(channel.id, query(channel));
      return Promise.all(
        messages.map(async (message): Promise<Seen> => {
          const pictures = message.pictures.map(async ({ url, name }) => {
            const response = await visitor.request("GET", url);
            return { name, bytes: new Uint8Array(await response.arrayBuffer()), spoiler: false };
          });
          return {
            id: message.id,
            byBot: message.author.bot,
            text: message.text,
            pictures: await Promise.all(pictures),
            buttons: message.buttons.map(({ label }) => label),
            botReactions: message.reactions
              .filter(({ people: users }) => users.some(({ bot }) => bot))
              .map(({ emoji }) => emoji),
            notifies: message.mentions.map(({ id }) => id),
          };
        }),
      );
    },
    async complete(who, channel, command, option, typed) {
      const body = { command, option, typed, channel: channel.id };
      const response = await of(who).request("POST", "/api/complete", body);
      return ((await response.json()) as { completions: { value: string }[] }).completions.map(({ value }) => value);
    },
    async outage() {
      const pictures = path.join(dataDir, "pictures");
      await rename(pictures, `${pictures}-away`);
      return () => rename(`${pictures}-away`, pictures);
    },
    async killed(act) {
      await act();
      const copy = newFolder();
      await cp(dataDir, copy, { recursive: true });
      dataDir = copy;
    },
    violations: () => [],
    close: async () => undefined,
  };
});
