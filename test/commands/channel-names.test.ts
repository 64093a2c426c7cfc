import { expect, it, vi } from "vitest";
import { ChannelNames } from "../../src/commands/channel-names.js";
import type { ChannelRef } from "../../src/domain/model.js";
import { FakeChat } from "../fakes/chat.js";
import { waitFor } from "../support/wait-for.js";

it("asks again what a channel is called, and shows the old name until it knows", async () => {
  let now = 1;
  const chat = new FakeChat();
  const lab: ChannelRef = { platform: chat.platform, community: "c", id: "lab" };
  const described = vi.spyOn(chat, "describe");
  const called = (name: string) =>
    described.mockImplementation(async () => ({ name, closed: false, restricted: false, uploadBytes: 1 }));
  const learnt = vi.fn();
  const names = new ChannelNames([chat], learnt, { now: () => now });
  called("#lab");
  expect(names.of(lab)).toBe("lab");
  await waitFor(() => expect(names.of(lab)).toBe("#lab"));
  called("#works");
  expect(names.of(lab)).toBe("#lab");
  expect(described).toHaveBeenCalledTimes(1);
  now += 61_000;
  expect(names.of(lab)).toBe("#lab");
  await waitFor(() => expect(names.of(lab)).toBe("#works"));
  expect(described).toHaveBeenCalledTimes(2);
  expect(learnt).toHaveBeenCalledTimes(2);
});
