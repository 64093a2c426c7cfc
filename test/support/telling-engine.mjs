// An engine's process that paints nothing and tells in its result what it was given: its environment and its settings.
let settings;
const warmed = [];
const send = (message) => process.connected && process.send(message);

process.on("message", (message) => {
  if (message.type === "open") {
    settings = message.settings;
    send({ type: "ready", memoryBytes: 1_000_000, runtime: settings.runtime });
  }
  if (message.type === "ping")
    send({ type: "pong", id: message.id, memoryBytes: 1_000_000, runtime: settings.runtime });
  if (message.type === "warm") {
    warmed.push(message.network);
    send({ type: "warmed", id: message.id });
  }
  if (message.type === "run") {
    const { CUDA_VISIBLE_DEVICES: cards, CUDA_DEVICE_ORDER: order, MESA_VK_DEVICE_SELECT: vulkan } = process.env;
    const params = { settings, pid: process.pid, cards, order, vulkan, warmed };
    const picture = { picture: new Uint8Array([1]), type: "image/png", width: 1, height: 1 };
    send({
      type: "result",
      id: message.id,
      result: { ...picture, seconds: 0, recipe: "dream", network: "-", runtime: "-", seed: 1, octaves: [], params },
    });
  }
  if (message.type === "close") process.exit(0);
});
process.on("disconnect", () => process.exit(0));
