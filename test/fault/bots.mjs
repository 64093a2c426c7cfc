// The program as it is built, with a chat that lives in the parent process and so outlives every kill, or with the web
// chat. Run by world.ts.

import { engineSettings } from "../../dist/app/engine-settings.js";
import { start } from "../../dist/app/start.js";
import { EngineHost } from "../../dist/engine/process/host.js";

const { house, worker, web } = JSON.parse(process.env.FAULT_WORLD ?? "{}");
const waiting = new Map();
let calls = 0;
let handlers;

/** Asks the parent's chat. */
function ask(call, args) {
  const id = ++calls;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    process.send({ id, call, args });
  });
}

const chat = {
  platform: "fake",
  capabilities: {
    uploadBytes: 1_000_000,
    editIntervalMs: 20,
    textLength: 2000,
    reactions: 20,
    completions: 25,
    squares: [],
  },
  async start(given) {
    handlers = given;
    process.send({ call: "ready" });
  },
  stop: () => ask("stop", []),
  post: (channel, message) => ask("post", [channel, message]),
  edit: (message, content) => ask("edit", [message, content]),
  remove: (message) => ask("remove", [message]),
  react: async () => undefined,
  openThread: (message) => ask("openThread", [message]),
  latestPicture: async () => undefined,
  picturesOf: async () => [],
  describe: async () => ({ name: "#art", uploadBytes: 1_000_000, closed: false, restricted: false }),
  link: async () => undefined,
};

process.on("message", (message) => {
  if (message.say) {
    const { person, text, picture } = message.say;
    const channel = { platform: "fake", community: "club", id: "art" };
    const source = { name: "photo.png", fetch: async () => ({ bytes: picture, name: "photo.png", type: "image/png" }) };
    void handlers.event({
      ...{ kind: "command", name: "dream", text, attachments: picture ? [source] : [], user: person, channel },
      reply: async (content, visibility) =>
        visibility === "public" ? ask("post", [channel, content]) : ask("ephemeral", [content]),
    });
    return;
  }
  const { id, value } = message;
  waiting.get(id)?.resolve(value);
  waiting.delete(id);
});
process.on("disconnect", () => process.exit(1));

let host;
let pid;
setInterval(() => {
  if (host?.pid === pid) return;
  pid = host?.pid;
  process.send({ call: "engine", args: [pid] });
}, 10).unref();

await start({
  engine: (config, logger, onDownload) => {
    host = new EngineHost({ ...engineSettings(config), ...(worker && { worker }), logger, onDownload });
    return host;
  },
  catalogue: house,
  ...(!web && { chats: [chat] }),
  print: () => undefined,
});
if (web) process.send({ call: "ready" });
