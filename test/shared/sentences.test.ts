import { afterEach, describe, expect, it } from "vitest";
import { UserError } from "../../src/commands/user-error.js";
import { english } from "../../src/shared/sentences/english.js";
import { type Catalogue, type SentenceId, sentence, setLanguage } from "../../src/shared/sentences/sentence.js";

/** English in brackets: what is said without the catalogue has none. */
const bracketed = Object.fromEntries(
  Object.entries(english).map(([identifier, said]) => [
    identifier,
    typeof said === "string" ? `[${said}]` : (params: never) => `[${said(params)}]`,
  ]),
) as Catalogue;

afterEach(() => setLanguage(english));

describe("sentence", () => {
  it("is the catalogue's text, with its parameters filled in", () => {
    expect(sentence("cancel.none")).toBe("You have no job that is waiting or running.");
    expect(sentence("cancel.ambiguous", { id: "7KQ4" })).toBe(
      "Several jobs begin with 7KQ4; please give more of the id.",
    );
  });

  it("is said in the language that was chosen", () => {
    setLanguage(bracketed);
    expect(sentence("cancel.none")).toBe("[You have no job that is waiting or running.]");
    expect(new UserError("cancel.ambiguous", { id: "7KQ4" }).message).toMatch(/^\[Several jobs .*\]$/);
  });
});

describe("SentenceError", () => {
  it("carries the identifier and the parameters of its sentence, and the cause", () => {
    const cause = new Error("below");
    const error = new UserError("cancel.ambiguous", { id: "7KQ4" }, { cause });
    expect(error).toMatchObject({ identifier: "cancel.ambiguous", params: { id: "7KQ4" }, cause });
    expect(error.message).toBe(sentence("cancel.ambiguous", { id: "7KQ4" }));
  });

  it("repeats what another error says", () => {
    const first = new UserError("cancel.none");
    const error = new UserError(first);
    expect(error).toMatchObject({ identifier: "cancel.none", message: first.message, cause: first });
  });

  it("takes the parameters of its own sentence only", () => {
    // @ts-expect-error: the parameter is missing
    void (() => new UserError("cancel.ambiguous"));
    // @ts-expect-error: it has another name
    void (() => new UserError("cancel.ambiguous", { job: "7KQ4" }));
    const identifier: SentenceId = "cancel.none";
    expect(new UserError(identifier).identifier).toBe(identifier);
  });
});
