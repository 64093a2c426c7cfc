import { describe, expect, it } from "vitest";
import type { ChannelRef } from "../../../src/domain/model.js";
import { chromiumHint, hasChromium } from "../../support/chromium.js";
import { photo } from "./harness.js";
import { messages, SCREENS, useBrowser } from "./pages.js";
import { byDayAndNight } from "./seen.js";

const art: ChannelRef = { platform: "web", community: "local", id: "art" };
const picture = async (colour: string) => ({
  bytes: await photo(160, 120, colour),
  name: `${colour}.jpg`,
  type: "image/jpeg",
  description: `A ${colour} frame`,
});

describe.skipIf(!hasChromium)(`a job's progress in a browser (${chromiumHint})`, () => {
  const { open } = useBrowser("test-web-client-progress");

  describe.each(SCREENS)("at $name", ({ options }) => {
    it("counts down in the channel while it waits and while it runs, beside the newest octave", async () => {
      const { page, chat, errors } = await open(options);
      const job = await chat.post(art, {
        text: "**Dream**\n2nd in line",
        countdown: { to: "start", seconds: 75 },
        passing: true,
      });
      const shown = messages(page, "2nd in line");
      const timer = shown.getByRole("timer");
      await timer.waitFor();
      expect(await timer.textContent()).toMatch(/^Starts in 1 min 1\d sec$/);
      const before = await timer.textContent();
      await expect.poll(() => timer.textContent()).not.toBe(before);
      // Who comes in now sees the same.
      await page.reload();
      await expect.poll(() => timer.textContent()).toMatch(/^Starts in 1 min/);
      await byDayAndNight(page, "a place in line");

      const begun = { text: "**Dream**\nbeing painted", countdown: { to: "end", seconds: 30 }, passing: true } as const;
      await chat.edit(job, begun);
      const running = messages(page, "being painted");
      await expect.poll(() => running.getByRole("timer").textContent()).toMatch(/^\d\d sec left$/);
      const thread = await chat.openThread(job, "Dream 1");
      const progress = await chat.post(thread, { text: "begun", progress: { value: 0, label: "starting" } });
      await chat.edit(progress, {
        text: "octave 1",
        pictures: [await picture("red")],
        progress: { value: 0.4, label: "octave 1 of 2" },
        countdown: { to: "end", seconds: 20 },
        passing: true,
      });
      const card = running.locator(".thread-card");
      await card.getByAltText("A red frame").waitFor();
      // An octave that is done is posted below the message that goes on.
      await chat.post(thread, { text: "octave 1 of 2", pictures: [await picture("green")] });
      await card.getByAltText("A green frame").waitFor();
      expect(await card.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("40");
      expect(await card.getByRole("timer").textContent()).toMatch(/^(20|1\d) sec left$/);
      expect(await running.getByRole("timer").count()).toBe(1);
      await byDayAndNight(page, "a job that runs");

      await chat.edit(progress, { text: "done", progress: { value: 1, label: "done" }, keepPictures: true });
      await chat.edit(job, { text: "**Dream**\ndone in 30 s" });
      await messages(page, "done in 30 s").waitFor();
      await expect.poll(() => page.getByRole("timer").count()).toBe(0);
      expect(await page.locator(".thread-card").getByRole("progressbar").count()).toBe(0);
      expect(errors).toEqual([]);
    });
  });
});
