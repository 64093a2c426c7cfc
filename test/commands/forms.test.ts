import { expect, it } from "vitest";
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
});
