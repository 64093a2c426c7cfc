import { describe, expect, it } from "vitest";
import { NetworkError } from "../../src/engine/networks/network.js";
import { toEngineError } from "../../src/engine/run-job.js";

describe("the kind of a failure", () => {
  it.each(["std::bad_alloc", "Failed to allocate memory for requested buffer", "Array buffer allocation failed"])(
    "is memory where a library says: %s",
    (text) => expect(toEngineError(new Error(text)).kind).toBe("memory"),
  );

  it("is what its class and its own kind say otherwise, with the sentence's identifier", () => {
    const unknown = new NetworkError("unknown", "layer.none", { network: "vgg", layer: "x" });
    expect(toEngineError(unknown)).toMatchObject({ kind: "input", identifier: "layer.none" });
    expect(toEngineError(new NetworkError("corrupt", "model.empty")).kind).toBe("network");
    expect(toEngineError(new Error("x")).kind).toBe("internal");
  });
});
