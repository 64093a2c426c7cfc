import { buffer } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { linkedResult } from "../../../src/commands/gallery/service.js";
import { LINK_DAYS, WholeResults } from "../../../src/commands/gallery/whole-results.js";
import { ann, art } from "../../fakes/chat.js";
import { studio } from "../../fakes/studio.js";

const [JOB, OTHER] = ["7KQ4M9XA", "7KQ4M9XB"];
const ADDRESS = "https://art.example.org/dreams/";

class Values {
  readonly kept = new Map<string, unknown>();
  get(key: string): unknown {
    return this.kept.get(key);
  }
  set(key: string, value: NonNullable<unknown>): void {
    this.kept.set(key, value);
  }
}

function open(values = new Values(), clock = { now: Date.UTC(2026, 10, 27) }) {
  return { values, clock, links: new WholeResults(ADDRESS, values, () => clock.now) };
}

/** What a link says. */
function read(link: string) {
  const [, job = "", until = "", proof = ""] =
    /^https:\/\/art\.example\.org\/dreams\/whole\/(.+)\/(.+)\/(.+)$/.exec(link) ?? [];
  return { job, until, proof };
}

describe("links to whole results", () => {
  it("open their own work for some days, also after a restart", () => {
    const { values, clock, links } = open();
    const link = read(links.linkTo(JOB));
    expect(link.job).toBe(JOB);
    expect(links.admits(link)).toBe(true);
    expect(open(values, clock).links.admits(link)).toBe(true);
    clock.now += LINK_DAYS * 86_400_000 - 1_000;
    expect(links.admits(link)).toBe(true);
    clock.now += 2_000;
    expect(links.admits(link)).toBe(false);
  });

  it("open nothing else: no other work, no later day, nothing of another installation, nothing odd", () => {
    const { links } = open();
    const link = read(links.linkTo(JOB));
    const later = String(Number(link.until) + 1);
    for (const change of [
      { job: OTHER },
      { until: later },
      { until: `${link.until}.0` },
      { until: "NaN" },
      { proof: "" },
      { proof: link.proof.slice(1) },
      { proof: "\u0000".repeat(43) },
      { job: `${JOB} ${link.until}`, until: "" },
    ])
      expect(links.admits({ ...link, ...change })).toBe(false);
    expect(open().links.admits(link)).toBe(false);
  });

  it("open nothing of a work that was hidden or deleted since, or is not done", async () => {
    const { chat, engine, quiet, app, handlers } = await studio();
    await chat.say(ann, "/dream picture:none");
    const run = await engine.next();
    const job = (await app.jobs.latest({ ...art, author: ann.id }))?.id ?? expect.fail();
    const { links } = open();
    const picture = () => linkedResult(read(links.linkTo(job)), links, app);
    await expect(picture()).rejects.toThrow("This link opens nothing any more");
    await run.finish();
    await quiet();
    expect((await picture()).type).toBe("image/png");
    const viewer = { ...art, user: ann };
    await handlers.gallery?.hide(job, true, viewer);
    await expect(picture()).rejects.toThrow("This link opens nothing any more");
    await handlers.gallery?.hide(job, false, viewer);
    const file = await (await picture()).open();
    const bytes = await buffer(file.read(0, file.size));
    expect(bytes.byteLength).toBe(file.size);
    // With what makes it again in it, as in the gallery.
    expect(new Uint8Array(bytes)).toEqual(new Uint8Array((await handlers.gallery?.picture(job, viewer))?.bytes ?? []));
    app.store.jobs.remove([job]);
    await expect(picture()).rejects.toThrow("This link opens nothing any more");
  });
});
