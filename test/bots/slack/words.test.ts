import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Bucket } from "../../../src/bots/slack/budget.js";
import { isSlack } from "../../../src/bots/slack/download.js";
import { Edits } from "../../../src/bots/slack/edits.js";
import { toName, toUnicode } from "../../../src/bots/slack/emoji.js";
import { hideSecrets } from "../../../src/bots/slack/logger.js";
import { fromMrkdwn, split } from "../../../src/bots/slack/text.js";

describe("Slack's text", () => {
  it("undoes what Slack does to typed text", () => {
    expect(fromMrkdwn("stylize <https://example.org/a.jpg?x=1&amp;y=2> a&lt;b “two words”")).toBe(
      'stylize https://example.org/a.jpg?x=1&y=2 a<b "two words"',
    );
    expect(fromMrkdwn("show <http://rust.art|rust.art> <tel:5551234|555-1234>")).toBe("show rust.art 555-1234");
    expect(fromMrkdwn("<http://example.org/a.jpg|example.org/a.jpg>")).toBe("http://example.org/a.jpg");
    expect(fromMrkdwn("<https://example.org|the picture>")).toBe("https://example.org");
  });

  it("cuts long texts at line breaks and loses nothing", () => {
    const text = Array.from({ length: 300 }, (_, line) => `line ${line}`).join("\n");
    const parts = split(text, 500);
    expect(parts.join("\n")).toBe(text);
    expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(500);
    expect(split(`${"x".repeat(497)}&amp;${"y".repeat(10)}`, 500)).toEqual(["x".repeat(497), `&amp;${"y".repeat(10)}`]);
    expect(split("x".repeat(1200), 500).map((part) => part.length)).toEqual([500, 500, 200]);
  });
});

describe("a long text", () => {
  const whole = (pieces: readonly string[]) => {
    for (const piece of pieces) {
      expect(piece.length).toBeLessThanOrEqual(40);
      expect((piece.match(/```/g) ?? []).length % 2, piece).toBe(0);
    }
    return pieces;
  };

  it("keeps a code block in one piece where it fits, and makes it two where it does not", () => {
    const block = "```one\ntwo\nthree```";
    expect(whole(split(`some words before the block\n${block}\nafter`, 40))).toEqual([
      "some words before the block",
      `${block}\nafter`,
    ]);
    const long = Array.from({ length: 9 }, (_, line) => `line ${line} of code`);
    const pieces = whole(split(`\`\`\`${long.join("\n")}\`\`\``, 40));
    expect(pieces.map((piece) => piece.replaceAll("```", "")).join("\n")).toBe(long.join("\n"));
  });

  it("is cut within no entity, link, code or character, wherever the limit falls", () => {
    const link = "<https://example.org/a|here>";
    const family = "👩\u200d👩\u200d👧\u200d👦";
    for (let before = 1; before < 40; before++) {
      const text = `${"x".repeat(before)}&amp;${link}${family}\`two words\` and more words to come &lt;`;
      const pieces = whole(split(text, 40));
      expect(pieces.join("")).toBe(text);
      for (const token of ["&amp;", link, family, "`two words`", "&lt;"])
        expect(
          pieces.filter((piece) => piece.includes(token)),
          `${token} after ${before}`,
        ).toHaveLength(1);
    }
  });
});

describe("emoji", () => {
  it.each([
    [":sunflower:", "🌻"],
    ["style add name:rust emoji::fallen_leaf:", "style add name:rust emoji:🍂"],
    [":sunflower::0.3 :snowflake:=0.7", "🌻:0.3 ❄️=0.7"],
    [":wave::skin-tone-3::+1:", "👋🏼👍"],
    ["look:sunflower: 10:30:15 :partyparrot: :a b:", "look:sunflower: 10:30:15 :partyparrot: :a b:"],
  ])("typed as %s are %s", (named, typed) => {
    expect(fromMrkdwn(named)).toBe(typed);
  });

  it.each([
    ["heart", "❤️"],
    ["repeat", "🔁"],
    ["heavy_plus_sign", "➕"],
    ["wastebasket", "🗑️"],
    ["snowman_without_snow", "⛄"],
    ["flag-cz", "🇨🇿"],
    ["wave::skin-tone-3", "👋🏼"],
  ])("%s is %s, both ways", (name, emoji) => {
    expect(toUnicode(name)).toBe(emoji);
    expect(toName(emoji)).toBe(name);
    expect(toName(emoji.replaceAll("\uFE0F", ""))).toBe(name);
  });

  it("leaves a workspace's own emoji their names", () => {
    expect(toUnicode("partyparrot")).toBe(":partyparrot:");
    expect(toUnicode("⛄")).toBe("⛄");
    expect(toName(":partyparrot:")).toBe("partyparrot");
    expect(toName("not an emoji")).toBeUndefined();
  });
});

describe("the token", () => {
  it("is sent to Slack's hosts and the API's own only", () => {
    const may = (url: string, api = "https://slack.com/api/") => isSlack(new URL(url), api);
    expect(may("https://files.slack.com/files-pri/T1-F1/a.png")).toBe(true);
    expect(may("https://acme.slack.com/x")).toBe(true);
    for (const url of [
      "http://files.slack.com/a",
      "https://evilslack.com/a",
      "https://slack.com.evil.org/a",
      "https://example.org/slack.com",
    ]) {
      expect(may(url), url).toBe(false);
    }
    expect(may("http://127.0.0.1:9/a", "http://127.0.0.1:8/api/")).toBe(true);
    expect(may("http://127.0.0.2:9/a", "http://127.0.0.1:8/api/")).toBe(false);
  });

  it("reaches no log", () => {
    const token = ["xoxb", "1-2-abc"].join("-");
    const hidden = hideSecrets(`failed: Bearer ${token} xapp-1-A-b ws://host/link?ticket=abc-def&app=1 xoxe.xoxb-1-x`);
    expect(hidden).not.toMatch(/abc|xapp-|def/);
  });
});

describe("a budget", () => {
  it("lets what is urgent go first and keeps some for it", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const bucket = new Bucket({ burst: 4, perMinute: 600 });
    const now = async (urgent: boolean) => {
      const granted = bucket.take({ urgent, patienceMs: 0 });
      await vi.advanceTimersByTimeAsync(0);
      return granted;
    };
    expect([await now(false), await now(false), await now(false)]).toEqual([true, true, true]);
    expect(await now(false)).toBe(false);
    expect(await now(true)).toBe(true);
    const order: string[] = [];
    const late = bucket.take({ urgent: false, patienceMs: 5_000 }).then(() => order.push("preview"));
    const final = bucket.take({ urgent: true, patienceMs: 5_000 }).then(() => order.push("final"));
    await vi.advanceTimersByTimeAsync(1_000);
    await Promise.all([late, final]);
    expect(order).toEqual(["final", "preview"]);
  });

  it("waits as long as the other side has asked for", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const bucket = new Bucket({ burst: 4, perMinute: 6_000 });
    bucket.block(80);
    const answers: boolean[] = [];
    for (const patienceMs of [20, 2_000])
      void bucket.take({ urgent: true, patienceMs }).then((granted) => answers.push(granted));
    await vi.advanceTimersByTimeAsync(79);
    expect(answers).toEqual([false]);
    await vi.advanceTimersByTimeAsync(1);
    expect(answers).toEqual([false, true]);
  });

  it("turns everybody away when it closes", async () => {
    const bucket = new Bucket({ burst: 1, perMinute: 1 });
    await bucket.take({ urgent: true, patienceMs: 0 });
    const waiting = bucket.take({ urgent: true, patienceMs: 60_000 });
    bucket.close();
    expect(await waiting).toBe(false);
  });
});

describe("edits of one message", () => {
  it("drop previews that something newer overtakes, and never a final word", async () => {
    const edits = new Edits();
    const done: string[] = [];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const run = (what: string, droppable: boolean) =>
      edits.run("m", droppable, async () => {
        await held;
        done.push(what);
      });
    const all = [
      run("p1", true),
      run("p2", true),
      run("p3", true),
      run("f1", false),
      run("p4", true),
      run("f2", false),
    ];
    release();
    await Promise.all(all);
    expect(done).toEqual(["p1", "f1", "f2"]);
  });

  it("go on after one that failed", async () => {
    const edits = new Edits();
    const first = edits.run("m", false, () => Promise.reject(new Error("no")));
    const second = edits.run("m", false, async () => undefined);
    await expect(first).rejects.toThrow("no");
    await second;
  });
});
