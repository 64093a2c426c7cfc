import { Command } from "commander";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addRecipes } from "../../../src/cli/recipes.js";
import { chatRecipe } from "../../../src/commands/recipes/chat-recipe.js";
import { chatBounds, chatKey } from "../../../src/commands/recipes/recipe.js";
import { completed } from "../../../src/engine/recipes/definition.js";
import { DEFINITIONS } from "../../../src/engine/recipes/definitions.js";
import { RECIPES } from "../../../src/engine/run-job.js";
import { botOptions } from "../../fakes/studio.js";

const program = new Command();
addRecipes(program);

const recipes = DEFINITIONS.map((definition) => ({ definition, recipe: chatRecipe(definition, botOptions) }));
const options = recipes.flatMap(({ definition, recipe }) =>
  Object.entries(definition.options).map(([key, option]) => ({
    name: `${definition.name} ${key}`,
    definition,
    recipe,
    key,
    option,
    chat: recipe.options[chatKey(key, option)],
    flag: program.commands
      .find((command) => command.name() === definition.name)
      ?.options.find((flag) => flag.attributeName() === (option.flag ?? key)),
  })),
);

it("every recipe that is defined runs, and no other", () => {
  expect([...RECIPES.keys()]).toEqual(DEFINITIONS.map(({ name }) => name));
});

describe("the parameters that a chat's job has by itself", () => {
  it.each(recipes)("$definition.name: are taken by the engine", ({ definition, recipe }) => {
    expect(definition.params.safeParse(recipe.defaults()).error).toBeUndefined();
  });

  it.each(recipes)("$definition.name: are those that the estimate sees", ({ definition, recipe }) => {
    const given = recipe.defaults();
    expect(completed(definition, given)).toMatchObject(definition.params.parse(given));
    expect(completed(definition, { ...given, preset: "book" })).toMatchObject(
      definition.params.parse({ ...given, preset: "book" }),
    );
  });
});

it("options that share a setting have the same default and maximum in chats", () => {
  for (const use of ["default", "maximum"] as const) {
    const byKey = new Map<string, Set<unknown>>();
    for (const { option } of options) {
      const key = option.setting?.[use];
      if (key !== undefined) byKey.set(key, (byKey.get(key) ?? new Set()).add(option.inChat?.[use] ?? option[use]));
    }
    for (const [key, values] of byKey) expect([...values], key).toHaveLength(1);
  }
});

describe("an option", () => {
  it.each(options)("$name is in the chat, or says why not", ({ option, chat }) => {
    expect(chat === undefined).toBe(option.notInChat !== undefined);
    if (chat) expect(chat.help).toBe(option.help);
  });

  it.each(options)("$name is on the command line, or says why not", ({ option, flag }) => {
    expect(flag === undefined).toBe(option.notInCli !== undefined);
    // Files are named there, each with its weight.
    if (flag && option.kind !== "styles") expect(flag.description).toContain(option.help);
  });

  it.each(options)("$name: chat, command line and engine have the same default", ({ option, chat, flag }) => {
    const usual = option.schema.parse(undefined);
    expect(usual).toEqual(option.default);
    if (flag && option.kind !== "flag" && option.kind !== "styles") expect(flag.defaultValue).toEqual(usual);
    const bounds = chatBounds(option, botOptions);
    // Only what the definition says, of chats or of this installation, may differ.
    if (option.setting?.default === undefined && option.inChat?.default === undefined)
      expect(bounds.default).toEqual(usual);
    if (chat?.minimum !== undefined) expect(chat.default).toEqual(bounds.default?.toString());
  });

  it.each(options.filter(({ option }) => option.kind === "integer" || option.kind === "number"))(
    "$name: chat, command line and engine have the same bounds",
    ({ option, chat, flag }) => {
      const { minimum = Number.NaN, maximum = Number.NaN, inChat = {}, setting = {} } = option;
      const typed = (value: number): boolean => {
        try {
          return flag?.parseArg?.(String(value), undefined) === value;
        } catch {
          return false;
        }
      };
      const step = option.kind === "integer" ? 1 : 0.001;
      for (const value of [minimum - step, minimum, maximum, maximum + step, minimum + 0.5]) {
        const taken = option.schema.safeParse(value).success;
        if (flag && Number.isSafeInteger(value * 1000)) expect(typed(value)).toBe(taken);
        if (value === minimum || value === maximum) expect(taken).toBe(true);
        else if (value !== minimum + 0.5 && value !== maximum + 1) expect(taken).toBe(false);
      }
      if (chat?.minimum === undefined) return;
      expect(chat.minimum).toBe(inChat.minimum ?? minimum);
      if (setting.maximum === undefined) expect(chat.maximum).toBe(inChat.maximum ?? maximum);
      else expect(chat.maximum).toBeLessThanOrEqual(inChat.maximum ?? maximum);
    },
  );

  it.each(options.filter(({ option }) => option.kind === "choice"))(
    "$name: the command line offers the engine's words, and the chat those that do not say why not",
    ({ option: { choices = [], schema }, chat, flag }) => {
      for (const { value } of choices) expect(schema.safeParse(value).success).toBe(true);
      if (flag) expect(flag.argChoices).toEqual(choices.map(({ value }) => value));
      const offered = choices.filter(({ notInChat }) => notInChat === undefined);
      if (chat) expect(chat.choices?.map(({ value }) => value)).toEqual(offered.map(({ value }) => value));
    },
  );

  it.each(options.filter(({ chat }) => chat?.default !== undefined))(
    "$name: what help tells as default is what the engine uses",
    ({ definition, recipe, key, option, chat }) => {
      // A seed is drawn; a look is chosen for the network, which may have another one.
      if (key === "seed" || option.kind === "look") return;
      const used = definition.params.parse(recipe.defaults()) as Readonly<Record<string, unknown>>;
      const told = chat?.schema.parse(chat.default ?? "");
      expect(used[key]).toEqual(told);
    },
  );

  it.each(options.filter(({ chat }) => chat?.minimum !== undefined))(
    "$name: the engine takes what the chat takes, and the chat refuses what the engine refuses",
    ({ option, chat }) => {
      const { minimum = 0, maximum = 0 } = chat ?? {};
      const whole = option.kind === "integer";
      const within = whole
        ? fc.integer({ min: minimum, max: maximum })
        : fc.double({ min: minimum, max: maximum, noNaN: true });
      fc.assert(fc.property(within, (value) => option.schema.safeParse(value).success));
      expect(option.schema.safeParse(minimum).success && option.schema.safeParse(maximum).success).toBe(true);
      for (const beyond of [minimum - 1, (chat?.forModerators ?? maximum) + 1])
        expect(chat?.schema.safeParse(String(beyond)).success).toBe(false);
      const any = whole
        ? fc.integer({ min: -10_000, max: 10_000 })
        : fc.double({ min: -10_000, max: 10_000, noNaN: true });
      fc.assert(
        fc.property(any, (value) => {
          const read = chat?.schema.safeParse(String(value));
          return read?.success !== true || option.schema.safeParse(read.data).success;
        }),
      );
    },
  );

  it.each(options.filter(({ option }) => option.kind === "text"))(
    "$name: what is printed is read again",
    ({ option }) => {
      fc.assert(
        fc.property(fc.stringMatching(/^[a-z_0-9/:+ .-]{0,30}$/), (typed) => {
          const read = option.read?.(typed);
          return read === undefined || option.read?.(read) === read;
        }),
      );
    },
  );
});

describe("a preset in a chat", () => {
  it.each(recipes)(
    "$definition.name: keeps to the installation's bounds, and the next one keeps nothing of it",
    async ({ definition, recipe }) => {
      const scope = {
        channel: { platform: "x", community: "c", id: "1" },
        chat: { capabilities: { uploadBytes: 1e6 } },
      } as never;
      const styled = { styles: [{ picture: "image", name: "photo", weight: 1 }] };
      const before = {
        params: { ...recipe.defaults(), ...(definition.options.styles ? styled : {}) },
        pictures: { style: new Uint8Array(), image: new Uint8Array() },
      };
      const book = await recipe.change(before, { preset: "book" }, scope);
      expect(definition.params.safeParse(book.params).error).toBeUndefined();
      for (const [key, { maximum = Number.POSITIVE_INFINITY }] of Object.entries(recipe.options)) {
        const value = book.params[key];
        if (typeof value === "number" && key !== "seed") expect(value).toBeLessThanOrEqual(maximum);
      }
      const studio = await recipe.change(book, { preset: "studio" }, scope);
      const { preset: _, look: __, ...rest } = studio.params;
      const { preset: ___, look: ____, ...first } = (await recipe.change(before, {}, scope)).params;
      expect(rest).toEqual(first);
    },
  );
});
