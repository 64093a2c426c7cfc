import { describe, expect, it } from "vitest";
import { newJobId, readJobId } from "../../src/domain/model.js";

describe("job ids", () => {
  it("are short, unambiguous, and read back as people type them", () => {
    const ids = new Set(Array.from({ length: 1000 }, newJobId));
    expect(ids.size).toBe(1000);
    for (const id of ids) {
      expect(id).toMatch(/^[34679ACDEFGHJKMNPQRTWXY]{8}$/);
      expect(readJobId(` #${id.toLowerCase()} `)).toBe(id);
      expect(readJobId(id.slice(0, 4))).toBe(id.slice(0, 4));
    }
    for (const text of ["", "7KQ", "7KQ4M9XA7", "OOOO", "__proto__"]) expect(readJobId(text)).toBeUndefined();
  });
});
