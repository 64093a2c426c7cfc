import { describe, expect, it } from "vitest";
import type { ChannelRef, MessageRef } from "../../src/domain/model.js";
import { EngineHost } from "../../src/engine/process/host.js";
import type { OutgoingMessage } from "../../src/port/messages.js";
import { ann, FakeChat, source } from "../fakes/chat.js";
import { drawn } from "../support/pictures.js";
import { writeTinyNetwork } from "../support/tiny-network.js";
import { waitFor } from "../support/wait-for.js";
import { program } from "./program.js";

/** A chat that notes how each message to it is named. */
class NotingChat extends FakeChat {
  readonly traces: (string | undefined)[] = [];
  override post(channel: ChannelRef, content: OutgoingMessage): Promise<MessageRef> {
    this.traces.push(content.trace);
    return super.post(channel, content);
  }
  override edit(message: MessageRef, content: OutgoingMessage): Promise<void> {
    this.traces.push(content.trace);
    return super.edit(message, content);
  }
}

describe("a job's id", () => {
  it("is in every line about it, from the command into the engine's process and to the chat", async () => {
    const network = await writeTinyNetwork();
    const chat = new NotingChat();
    const { lines, running } = await program({
      chats: [chat],
      engine: (config, logger) => {
        const host = new EngineHost({ modelsDir: config.data.dir, modelsPath: [], threads: 1, logger });
        // What people ask for, painted by a network that takes no time.
        const params = { network, layers: "corners", size: 64, octaves: 2, steps: 2 };
        return {
          run: (request, options) => host.run({ ...request, params }, options),
          status: () => host.status(),
          close: () => host.close(),
        };
      },
    });
    await chat.say(ann, "/dream size:256", { attachments: [source(await drawn(64, 48))] });
    // The engine's process takes its time to start on a busy machine.
    const delivered = () => lines.some(({ msg }) => msg === "the final picture has been delivered");
    await waitFor(() => expect(delivered()).toBe(true));
    await running.stop();
    const id = /job `(\w+)`/.exec(chat.in("channel")[0]?.content.text ?? "")?.[1];
    expect(id).toMatch(/^\w{8}$/);
    const ofJob = lines.filter(({ job }) => job === id).map(({ part, msg }) => `${part}: ${msg}`);
    for (const line of [
      "queue: job accepted",
      "engine: handed to the engine's process",
      "engine: the engine begins a job",
      "engine: the engine has done a job",
      "queue: job ended",
      "commands: the final picture has been delivered",
    ]) {
      expect(ofJob).toContain(line);
    }
    // Whatever else was said while nothing but this job happened is about the program, not about a job.
    const others = lines.filter(({ job }) => job === undefined).map(({ msg }) => String(msg));
    for (const line of others) expect(line).not.toMatch(/\b(job|picture|frame|message|thread)s?\b/);
    // The engine's own lines come from its process and are written by the host.
    const inside = lines.find(({ msg }) => msg === "the engine has done a job");
    expect(inside).toMatchObject({ runtime: "onnx-cpu", enginePid: expect.any(Number), seconds: expect.any(Number) });
    expect(chat.traces.length).toBeGreaterThan(3);
    expect(new Set(chat.traces)).toEqual(new Set([id]));
  });

  it("is in the lines about its failure and about a chat that does not take it", async () => {
    const { ChatError } = await import("../../src/port/chat-error.js");
    const chat = new NotingChat();
    chat.fault = (call) =>
      call === "openThread" || call === "post" ? new ChatError("forbidden", { message: "Not allowed." }) : undefined;
    const { lines, engine } = await program({ chats: [chat] });
    await chat.say(ann, "/dream picture:none");
    const run = await engine.next();
    const id = run.request.job;
    await run.octave(1);
    run.fail("input");
    await chat.until(() => chat.in("channel").find(({ content }) => content.text.includes("failed: input")));
    const problems = lines.filter(({ level }) => Number(level) >= 40);
    expect(problems.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining([
        "job failed",
        "no thread could be opened; the channel is used instead",
        "a message could not be posted",
      ]),
    );
    for (const { job, msg } of problems) expect([msg, job]).toEqual([msg, id]);
  });
});
