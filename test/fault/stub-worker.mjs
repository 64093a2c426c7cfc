// An engine that paints nothing, but takes its time (FAULT_PAINTS_MS a job; a twentieth of a second where it is left out),
// saves its checkpoints and goes on from them as the real one does.
// With FAULT_FREE it writes a line into that file for each job that follows another: since when its place stood free, when
// it began (both in milliseconds since the epoch), and its id.
import { appendFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

// A red pixel.
const picture = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC",
  "base64",
);
const send = (message) => process.connected && process.send(message);
const aborted = new Set();
const { FAULT_FREE, FAULT_PAINTS_MS } = process.env;
const paintsMs = Number(FAULT_PAINTS_MS ?? 52);
/** When places became free that have had a job. */
const free = [];

function begins(job) {
  const since = free.shift();
  if (FAULT_FREE && since !== undefined) appendFileSync(FAULT_FREE, `${since} ${Date.now()} ${job}\n`);
}

async function run({ id, request }) {
  const { params, resume } = request;
  const octaves = 4;
  const size = { width: 1, height: 1, picture, type: "image/png" };
  for (let octave = (resume?.octave ?? 0) + 1; octave <= octaves; octave++) {
    await delay((paintsMs / octaves) * (0.2 + 1.6 * Math.random()));
    if (aborted.has(id)) return send({ type: "aborted", id });
    const checkpoint = octave < octaves ? { checkpoint: { octave, state: new Uint8Array(2000).fill(octave) } } : {};
    const frame = {
      kind: "octave",
      octave,
      octaves,
      step: 1,
      steps: 1,
      progress: octave / octaves,
      ...size,
      ...checkpoint,
    };
    send({ type: "frame", id, frame });
  }
  const result = {
    ...size,
    seconds: 0.1,
    recipe: request.recipe,
    network: "stub",
    runtime: "stub",
    seed: Number(params.seed),
    octaves: [],
    params,
  };
  send({ type: "result", id, result });
}

process.on("message", (message) => {
  if (message.type === "open") send({ type: "ready" });
  if (message.type === "ping") send({ type: "pong", id: message.id });
  if (message.type === "run") {
    begins(message.request.job);
    void run(message).finally(() => free.push(Date.now()));
  }
  if (message.type === "abort") aborted.add(message.id);
  if (message.type === "close") process.exit(0);
});
process.on("disconnect", () => process.exit(0));
process.on("SIGINT", () => undefined);
