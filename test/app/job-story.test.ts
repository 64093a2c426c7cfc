import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { jobStory } from "../../src/app/job-story.js";
import { ann } from "../fakes/chat.js";
import { program } from "../ops/program.js";
import { newFolder } from "../support/new-folder.js";
import { waitFor } from "../support/wait-for.js";

describe("a job's story", () => {
  it("goes from its line to its picture, also while the program runs, without lines of other jobs", async () => {
    const { chat, engine, lines, config, dir } = await program();
    await chat.say(ann, "/dream size:256 picture:none seed:7");
    const run = await engine.next();
    const id = run.request.job ?? "";
    await run.octave(1);
    await run.finish();
    await chat.until(() => chat.in("thread").find(({ content }) => content.text.includes("ready")));
    await chat.say(ann, "/dream size:128 picture:none");
    await engine.next();
    const folder = newFolder();
    const log = join(folder, "log");
    writeFileSync(log, ["not a line", ...lines.map((line) => JSON.stringify(line)), '{"cut off'].join("\n"));
    // The chat has the picture before the store knows that it has.
    await waitFor(async () => expect((await jobStory(config, id, log)).owed).toBe(false));
    const story = await jobStory(config, id.toLowerCase(), log);
    expect(story).toMatchObject({ id, recipe: "dream", state: "done", authorName: ann.name, attempts: 1, owed: false });
    expect(story.line).toMatch(/^\/dream .*size:256 .*seed:7/);
    expect(story.picture?.startsWith(join(dir, "images"))).toBe(true);
    const texts = story.log.map(({ text }) => text);
    expect(texts[0]).toBe("job accepted");
    expect(texts).toContain("job ended");
    expect(texts.filter((text) => text === "job accepted")).toHaveLength(1);
    expect(story.log.map(({ time }) => time)).toEqual(story.log.map(({ time }) => time).sort((a, b) => a - b));
  });

  it("of a job that failed says why, and of one that is not there which folder was looked into", async () => {
    const { chat, engine, config, dir } = await program();
    await chat.say(ann, "/dream picture:none");
    const run = await engine.next();
    run.fail("input");
    await chat.until(() => chat.in("channel").find(({ content }) => content.text.includes("failed")));
    const story = await jobStory(config, run.request.job ?? "", "/dev/null");
    expect(story.failure).toMatch(/\w/);
    expect([story.state, story.picture, story.log]).toEqual(["failed", undefined, []]);
    // As in a container, which has no log of systemd.
    vi.stubEnv("PATH", "/nonexistent");
    onTestFinished(() => void vi.unstubAllEnvs());
    expect((await jobStory(config, run.request.job ?? "")).log).toEqual([]);
    await expect(jobStory(config, "NOSUCHID", "/dev/null")).rejects.toThrow(`There is no job NOSUCHID in ${dir};`);
  });
});
