import { expect, it } from "vitest";
import { ann } from "../fakes/chat.js";
import { studio } from "../fakes/studio.js";

it("a form takes over from any line that needs a picture, with all that was typed", async () => {
  const { app } = await studio();
  const read = (line: string) => {
    const [, name = "", text = ""] = /^\/(\S+)\s*(.*)$/.exec(line) ?? [];
    return app.registry.formOf(name, text);
  };
  expect(read("/stylize winter strength:0,6")).toEqual({
    options: { style: "winter", strength: "0,6" },
    needsPicture: true,
  });
  expect(read("/blend summer:0.3 winter")?.options).toEqual({ styles: "summer:0.3 winter" });
  expect(read("/dream")).toEqual({ options: {}, needsPicture: true });
  expect(read("/style add name:rust")?.needsPicture).toBe(true);
  const without = ["/dream picture:none", "/dream https://example.org/a.jpg", "/texture winter", "/style", "/queue"];
  for (const line of without) expect(read(line)?.needsPicture, line).toBe(false);
  for (const line of ["/dream strength:lots", "/dreem", '/dream "']) expect(read(line), line).toBeUndefined();
  expect(app.registry.formOf("texture", { style: "winter" })?.needsPicture).toBe(false);
  expect(app.registry.formOf("texture", {})?.needsPicture).toBe(true);
  expect(app.registry.formOf("texture", { into: "peacock" })?.needsPicture).toBe(false);
});

it("says what is wrong with a line while it is typed, and nothing of what is still to come", async () => {
  const { app } = await studio();
  const channel = { platform: "web", community: "local", id: "art" };
  const check = (name: string, text: string) => app.registry.check({ name, text, channel, user: ann });
  expect(await check("dream", "size:9999")).toContain("must be a whole number from 64 to 1024 px");
  expect(await check("dream", "look:cretures")).toContain("did you mean creatures?");
  expect(await check("blend", "summer:0.3 wintre:0.7")).toContain("did you mean winter?");
  expect(await check("dreem", "")).toContain("/dream");
  const fine: readonly (readonly [string, string])[] = [
    ["dream", "look:"],
    ["neuron", ""],
    ["stylize", "winter"],
    ["blend", "photo:0.5 winter"],
    ["style", "add name:rust"],
  ];
  for (const [name, text] of fine) expect(await check(name, text), `/${name} ${text}`).toBeUndefined();
});

it("has a small picture of every look and of every style", async () => {
  const { app } = await studio();
  const channel = { platform: "web", community: "local", id: "art" };
  const summary = app.registry.summaries.find(({ name }) => name === "dream");
  const looks = summary?.options.find(({ name }) => name === "look")?.choices ?? [];
  const styles = await app.registry.complete(
    { command: "stylize", option: "style", typed: "", channel, user: ann },
    99,
  );
  expect(looks.length).toBeGreaterThan(0);
  expect(styles.length).toBeGreaterThan(0);
  for (const { value, preview } of looks) {
    expect(preview, value).toBe(true);
    const picture = await app.registry.preview({ command: "dream", option: "look", value, channel });
    expect(picture?.bytes.byteLength, value).toBeGreaterThan(500);
  }
  const [style] = styles;
  const picture = await app.registry.preview({
    command: "stylize",
    option: "style",
    value: style?.value ?? "",
    channel,
  });
  expect(picture?.bytes.byteLength).toBeLessThan(20_000);
  expect(await app.registry.preview({ command: "dream", option: "look", value: "../styles/ink", channel })).toBe(
    undefined,
  );
});
