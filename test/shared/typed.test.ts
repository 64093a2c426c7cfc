import { describe, expect, it } from "vitest";
import { calledSo, plainLine, plainTyped, readSaid } from "../../src/shared/typed.js";

const commands = new Set(["stylize", "dream", "help"]);
const winter = { name: "stylize", text: "winter" };

describe("what is typed", () => {
  it.each([
    ["ｓｔｒｅｎｇｔｈ：−０．５", "strength:-0.5"],
    ["a –1 —2 ‑3 －4", "a -1 -2 -3 -4"],
    ["ｓｕｍｍｅｒ：０．３，ｗｉｎｔｅｒ：０，７", "summer:0.3, winter:0,7"],
    ["look:\u200Bcrea\u00ADtures\uFEFF\u2060", "look:creatures"],
    ["two\u00A0words\u3000three", "two words three"],
    // Emoji and links are spelt as they are: NFKC would make "i" of the first and other addresses of links.
    ["ℹ️ 👩‍🎨 ❤️ ™️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣", "ℹ️ 👩‍🎨 ❤️ ™️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣"],
    ["picture:https://example.org/画像（１）–a.jpg\u200B ok", "picture:https://example.org/画像（１）–a.jpg ok"],
  ])("%s is %s", (typed, meant) => {
    expect(plainTyped(typed)).toBe(meant);
    expect(plainTyped(meant)).toBe(meant);
  });

  it.each([
    ["**winter** look:*creatures*, ~~seed:5~~", "winter look:creatures, seed:5"],
    ["layers:a_1 b_2 2*3 * 4", "layers:a_1 b_2 2*3 * 4"],
    ["`winter` _**wool**_", "winter wool"],
  ])("%s without marks is %s", (typed, meant) => {
    expect(plainLine(typed)).toBe(meant);
  });
});

describe("a name", () => {
  const called = (typed: string, ...names: string[]) =>
    calledSo(
      typed,
      names.map((name) => ({ name })),
    ).map(({ name }) => name);

  it.each(["𝓐𝓷𝓷", "Ｋｅｎ", "ﬁona", "Ann–Lee", "Zoe\u0308", "Ann\u00A0 Lee", "İnci", "_Cy_", "Ann!", "Mr. T."])(
    "%s is the one that is typed so",
    (name) => {
      for (const typed of [
        name,
        `@${name}`,
        name.toUpperCase(),
        plainLine(name),
        plainLine(name).replace(/[.!]+$/, ""),
      ])
        expect(called(typed, "Other", name)).toEqual([name]);
    },
  );

  it("is that of several who cannot be told apart, and none of those who can", () => {
    expect(called("ann", "Ann", "𝓐𝓷𝓷", "Ann!")).toEqual(["Ann", "𝓐𝓷𝓷"]);
    expect(called("Ann!", "Ann", "Ann!")).toEqual(["Ann!"]);
    expect(called("", "Ann", "_")).toEqual([]);
  });
});

describe("a message to the bot", () => {
  const read = (said: string) => readSaid(said.split("@bot"), commands);

  it.each([
    ["@bot stylize winter"],
    ["@bot: stylize winter"],
    ["@bot, /stylize winter"],
    ["@bot — Stylize: winter"],
    ["hey @bot stylize winter"],
    ["Hi @bot, @bot stylize winter"],
    ["stylize winter @bot"],
    ["**@bot** stylize winter"],
    ["**@bot: stylize winter**"],
    ["@bot `/stylize winter`"],
    ["@bot ```\n/stylize winter\n```"],
    ["> @bot ／ｓｔｙｌｉｚｅ　winter"],
    ["@bot /dreamloom stylize winter"],
    ["\u200B@bot\u200B sty\u200Blize winter"],
    ["stylize winter"],
  ])("%j is a line", (said) => {
    expect(read(said)).toEqual(winter);
  });

  it.each([
    ["@bot", { name: "help", text: "" }],
    ["hey @bot!", { name: "help", text: "" }],
    ["@bot help!", { name: "help", text: "" }],
    ["/dreamloom", { name: "help", text: "" }],
    ["", { name: "help", text: "" }],
    ["@bot styliz winter", { name: "styliz", text: "winter" }],
    ["hey @bot dream:3", { name: "dream:3", text: "" }],
  ])("%j is %j", (said, line) => {
    expect(read(said)).toEqual(line);
  });

  it("is read to its end, however hostile", () => {
    for (const piece of ["*", "*a ", "`", "_a", "> ", ":", "@bot ", "👩\u200D", "\u200B", "a://"])
      expect(read(piece.repeat(8000 / piece.length)).name).toBeDefined();
  });
});
