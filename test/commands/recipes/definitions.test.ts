import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chatKey } from "../../../src/commands/recipes/chat-options.js";
import { chatRecipe } from "../../../src/commands/recipes/chat-recipe.js";
import { completed } from "../../../src/engine/recipes/definition.js";
import { DEFINITIONS } from "../../../src/engine/recipes/definitions.js";
import { RECIPES } from "../../../src/engine/recipes/registry.js";
import { botOptions } from "../../fakes/studio.js";

const recipes = DEFINITIONS.map((definition) => ({ definition, recipe: chatRecipe(definition, botOptions) }));
const options = recipes.flatMap(({ definition, recipe }) =>
  Object.entries(definition.options).map(([key, option]) => ({
    name: `${definition.name} ${key}`,
    definition,
    recipe,
    key,
    option,
    chat: recipe.options[chatKey(key, option)],
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

describe("an option", () => {
  it.each(options)("$name is in the chat, or says why not", ({ option, chat }) => {
    expect(chat === undefined).toBe(option.notInChat !== undefined);
    if (chat) expect(chat.help).toBe(option.help);
  });

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
      for (const beyond of [minimum - 1, maximum + 1])
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

  it.each(options.filter(({ option, chat }) => option.kind === "choice" && chat !== undefined))(
    "$name: the engine knows every word that the chat offers",
    ({ option, chat }) => {
      for (const { value } of chat?.choices ?? []) expect(option.schema.safeParse(value).success).toBe(true);
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
