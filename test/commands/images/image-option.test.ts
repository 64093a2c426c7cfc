import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { imageOption, isForPicture, readLink } from "../../../src/commands/images/image-option.js";
import { readText } from "../../../src/commands/parsing/read-values.js";
import { UserError } from "../../../src/commands/user-error.js";
import { studio } from "../../fakes/studio.js";

const { app } = await studio();
const read = (text: string) => readText(app.registry.find("dream"), text);
const userError = (text: string): string => {
  try {
    read(text);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error(`${text} was taken.`);
};

describe("the picture option", () => {
  const link = new URL("https://example.org/a.jpg?b=1&c=2");

  it.each([
    "picture:https://example.org/a.jpg?b=1&c=2",
    "picture: https://example.org/a.jpg?b=1&c=2",
    'picture:"https://example.org/a.jpg?b=1&c=2"',
    "https://example.org/a.jpg?b=1&c=2",
    "HTTPS://example.org/a.jpg?b=1&c=2",
    "<https://example.org/a.jpg?b=1&amp;c=2>",
    "picture:<https://example.org/a.jpg?b=1&amp;c=2|example.org/a.jpg>",
  ])("understands %s, wherever it stands", (typed) => {
    expect(read(typed)).toEqual({ picture: link });
    expect(read(`${typed} look:creatures`)).toEqual({ picture: link, look: "creatures" });
    expect(read(`size:300 ${typed} look:creatures`)).toEqual({ size: 300, picture: link, look: "creatures" });
  });

  it.each(["picture:2", "https://example.org/a.jpg?b=1&c=2"])(
    "takes a number beside a link to a message, %s first",
    (first) => {
      const others = [link.href, "picture:2"].filter((each) => each !== first);
      expect(read([first, "look:creatures", ...others].join(" "))).toEqual({
        picture: { link, number: 2 },
        look: "creatures",
      });
      expect(read(`picture:"${link.href} 2"`)).toEqual({ picture: { link, number: 2 } });
      for (const twice of ["picture:2 picture:3", `${link.href} ${link.href}`, `picture:latest ${link.href}`])
        expect(userError(twice)).toBe("picture is given twice; once is enough.");
    },
  );

  it("understands words", () => {
    expect(read("picture:None")).toEqual({ picture: "none" });
    expect(read("picture:latest")).toEqual({ picture: "latest" });
    const needed = imageOption({ help: "The picture" });
    expect(needed.schema.safeParse("latest").data).toBe("latest");
    expect(needed.schema.safeParse("none").success).toBe(false);
  });

  it("says what it expects", () => {
    const sentence = new RegExp(
      "picture must be latest, none, a number such as 2 in a message with several, " +
        "a link such as https://example\\.org/photo\\.jpg, or an attached picture\\. For",
    );
    for (const text of [
      "picture:mine",
      "picture:example.org/a.jpg",
      "picture:https://",
      "https://exa%mple/",
      `https://e.org/${"x".repeat(2100)}`,
    ]) {
      expect(userError(text), text).toMatch(sentence);
    }
    expect(userError("https://example.org/a.jpg https://example.org/b.jpg")).toBe(
      "picture is given twice; once is enough.",
    );
    expect(userError("example.org/a.jpg")).toMatch(/I don't know what `example\.org\/a\.jpg` means here/);
  });

  it("reads a mention anywhere in the line, and an emoji by the option's name", () => {
    expect(read("<@17>")).toEqual({ picture: { written: "<@17>" } });
    expect(read("picture:<@!17>")).toEqual({ picture: { written: "<@!17>" } });
    expect(read("picture::blob:")).toEqual({ picture: { written: ":blob:" } });
  });

  it("leaves other links to the fetcher, which says what it takes", () => {
    expect(read("file:///etc/passwd")).toEqual({ picture: new URL("file:///etc/passwd") });
    expect(() => readText(app.registry.find("queue"), "https://example.org/a.jpg")).toThrow(UserError);
  });

  it("never throws, and gives back any web address", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void readLink(`http://${text}`)));
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), (url) => {
        fc.pre(!url.includes("&amp;"));
        expect(isForPicture(url)).toBe(true);
        for (const typed of [url, `<${url}>`, `<${url.replaceAll("&", "&amp;")}|label>`])
          expect(readLink(typed)?.href).toBe(new URL(url).href);
      }),
    );
  });
});
