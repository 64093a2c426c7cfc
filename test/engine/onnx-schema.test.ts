import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeModel, encodeModel, ModelProto, type OnnxModel } from "../../src/engine/onnx-schema.js";

describe("the ONNX schema", () => {
  it("reads back what it wrote, zeros and negative numbers included", () => {
    const model: OnnxModel = {
      irVersion: 8,
      producerName: "test",
      opsetImport: [{ domain: "", version: 17 }],
      graph: {
        name: "g",
        node: [
          {
            opType: "Conv",
            input: ["x", "w"],
            output: ["y"],
            attribute: [
              { name: "group", type: 2, i: 0 },
              { name: "pads", type: 7, ints: [0, 1, -1, 3] },
              { name: "alpha", type: 1, f: 0.5 },
              { name: "auto_pad", type: 3, s: new TextEncoder().encode("VALID") },
            ],
          },
        ],
        initializer: [
          { name: "w", dims: [1, 2], dataType: 1, rawData: new Uint8Array(new Float32Array([1, 2]).buffer) },
          { name: "v", dims: [2], dataType: 1, floatData: [0.25, -4] },
        ],
        input: [
          { name: "x", type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: "N" }, { dimValue: 3 }] } } } },
        ],
        output: [{ name: "y" }],
      },
    };
    const back = decodeModel(encodeModel(model));
    expect(back.graph?.node?.[0]).toMatchObject({
      ...model.graph?.node?.[0],
      attribute: [{ i: 0 }, { ints: [0, 1, -1, 3] }, { f: 0.5 }, {}],
    });
    expect(Buffer.from(back.graph?.node?.[0]?.attribute?.[3]?.s ?? []).toString()).toBe("VALID");
    expect(back.graph?.initializer?.[1]).toMatchObject({ floatData: [0.25, -4], dims: [2] });
    expect([...(back.graph?.initializer?.[0]?.rawData ?? [])]).toEqual([0, 0, 128, 63, 0, 0, 0, 64]);
    expect(back.graph?.input?.[0]).toEqual(model.graph?.input?.[0]);
    expect(back.opsetImport).toEqual([{ domain: "", version: 17 }]);
  });

  it("writes what protobufjs writes, whatever the lengths", () => {
    const rawData = (bytes: number) => new Uint8Array(bytes).map((_, i) => i);
    const initializer = [0, 1, 127, 128, 20_000].map((bytes) => ({
      name: `c${bytes}`,
      dims: [bytes],
      rawData: rawData(bytes),
    }));
    const model = { irVersion: 8, graph: { name: "g", node: [{ opType: "Relu" }], initializer } };
    const expected = ModelProto.encode(ModelProto.create(model)).finish();
    const written = encodeModel(model);
    expect(written.byteLength).toBe(expected.byteLength);
    expect(decodeModel(written)).toEqual(decodeModel(expected));
  });

  it("runs in onnxruntime", async () => {
    const ort = await import("onnxruntime-node");
    const bytes = encodeModel({
      irVersion: 8,
      opsetImport: [{ domain: "", version: 17 }],
      graph: {
        name: "g",
        node: [{ opType: "Mul", input: ["x", "w"], output: ["y"] }],
        initializer: [{ name: "w", dims: [], dataType: 1, rawData: new Uint8Array(Float32Array.of(3).buffer) }],
        input: [{ name: "x", type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: "n" }] } } } }],
        output: [{ name: "y", type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: "n" }] } } } }],
      },
    });
    const session = await ort.InferenceSession.create(bytes);
    const { y } = await session.run({ x: new ort.Tensor("float32", [1, 2], [2]) });
    expect(Array.from(y?.data as Float32Array)).toEqual([3, 6]);
  });

  const folder = process.env.MODELS_PATH?.split(":")[0];
  it.skipIf(!folder)("reads a real file (needs MODELS_PATH with googlenet/googlenet.onnx)", async () => {
    const model = decodeModel(await readFile(join(folder ?? "", "googlenet/googlenet.onnx")));
    expect(model.graph?.node?.[0]?.opType).toBe("Conv");
    expect(model.graph?.node?.length).toBeGreaterThan(100);
  });
});
