import { describe, expect, it } from "vitest";
import { gradient } from "../../../../src/engine/graph/gradient.js";
import { square, sumAll } from "../../../../src/engine/graph/ops.js";
import { DataType, type Message, type OnnxNode, type OnnxTensor } from "../../../../src/engine/onnx-schema.js";
import { onnxRuntime } from "../../../../src/engine/runtimes/onnx/onnx.js";
import { loadTfjsCpu } from "../../../../src/engine/runtimes/tfjs/load.js";
import { tfjsRuntime } from "../../../../src/engine/runtimes/tfjs/tfjs.js";
import { finiteDifference } from "../../graph/reference.js";
import { encode, floats, image, ints, node, read, scalar, truth } from "../support/onnx-file.js";
import { difference, features, numbers, scoresByPlaceOf, scoresOf } from "../support/tiny.js";

const MAX = 2 ** 53 - 1;
/** A node with several results. */
const several = (
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Parameters<typeof node>[3],
): OnnxNode => ({ ...node(opType, input, output[0] ?? "", attributes), output });

const conv = (from: string, to: string, w: string, attributes: Parameters<typeof node>[3] = {}): OnnxNode =>
  node("Conv", [from, w], to, attributes);

/** As torchvision writes `transform_input`: each channel picked, scaled, put back. */
function transformInput(): Case {
  const channels = [0, 1, 2].flatMap((c) => [
    node("Gather", ["data", `i${c}`], `pick${c}`, { axis: 1 }),
    node("Unsqueeze", [`pick${c}`, "one"], `un${c}`),
    node("Mul", [`un${c}`, `s${c}`], `mul${c}`),
    node("Add", [`mul${c}`, `t${c}`], `add${c}`),
  ]);
  const whole = (name: string, value: number): OnnxTensor => ({ ...ints(name, [value]), dims: [] });
  const weights = [0, 1, 2].flatMap((c) => [whole(`i${c}`, c), scalar(`s${c}`, 0.4 + c), scalar(`t${c}`, c - 0.1)]);
  const join = node("Concat", ["add0", "add1", "add2"], "cat", { axis: 1 });
  return [
    [...channels, join, conv("cat", "y", "w")],
    [...weights, ints("one", [1]), floats("w", [4, 3, 3, 3])],
  ];
}

/** A block of ConvNeXt: depthwise, then normalised, widened, GELU and narrowed with channels last, then added. */
function convNext(norm: readonly OnnxNode[], constants: readonly OnnxTensor[] = []): Case {
  return [
    [
      conv("data", "stem", "w0"),
      conv("stem", "dw", "w1", { group: 8, pads: [1, 1, 1, 1] }),
      node("Transpose", ["dw"], "last", { perm: [0, 2, 3, 1] }),
      ...norm,
      node("MatMul", ["normed", "m1"], "wide"),
      node("Add", ["b1", "wide"], "biased"),
      node("Div", ["biased", "root2"], "div"),
      node("Erf", ["div"], "erf"),
      node("Add", ["erf", "one"], "more"),
      node("Mul", ["biased", "more"], "mul"),
      node("Mul", ["mul", "half"], "gelu"),
      node("MatMul", ["gelu", "m2"], "narrow"),
      node("Transpose", ["narrow"], "back", { perm: [0, 3, 1, 2] }),
      node("Mul", ["layerscale", "back"], "scaled"),
      node("Add", ["stem", "scaled"], "y"),
    ],
    [
      floats("w0", [8, 3, 2, 2]),
      floats("w1", [8, 1, 3, 3], 6),
      floats("m1", [8, 12], 7),
      floats("b1", [12], 8),
      floats("m2", [12, 8], 9),
      floats("layerscale", [8, 1, 1], 10),
      floats("gamma", [8], 11),
      floats("beta", [8], 12),
      scalar("root2", Math.SQRT2),
      scalar("one", 1),
      scalar("half", 0.5),
      scalar("two", 2),
      scalar("epsilon", 1e-5),
      ...constants,
    ],
  ];
}

const DECOMPOSED = [
  node("ReduceMean", ["last"], "mean", { axes: [-1] }),
  node("Sub", ["last", "mean"], "centred"),
  node("Pow", ["centred", "two"], "squared"),
  node("ReduceMean", ["squared"], "variance", { axes: [-1] }),
  node("Add", ["variance", "epsilon"], "sum"),
  node("Sqrt", ["sum"], "root"),
  node("Div", ["centred", "root"], "divided"),
  node("Mul", ["divided", "gamma"], "scaledNorm"),
  node("Add", ["scaledNorm", "beta"], "normed"),
];

/** The channels of x, computed by the file from its shape, cut in two halves. */
const CHUNK = [
  node("Shape", ["c"], "shape"),
  node("Gather", ["shape", "at1"], "count", { axis: 0 }),
  node("Add", ["count", "at1"], "plus"),
  node("Div", ["plus", "by2"], "part"),
  node("Mul", ["part", "by2"], "end"),
  node("Slice", ["c", "at0", "part", "at1"], "first"),
  node("Slice", ["c", "part", "end", "at1"], "second"),
];

/** ShuffleNet's shuffle: channels as [groups, rest], swapped. */
const SHUFFLE = [
  node("Reshape", ["c", "five"], "cut"),
  node("Transpose", ["cut"], "swapped", { perm: [0, 2, 1, 3, 4] }),
  node("Reshape", ["swapped", "shape"], "y"),
];

/** Reflection pads as PyTorch computes them, from a list that is turned round. */
const TORCH_PADS = [
  {
    ...node("ConstantOfShape", ["four"], "zeros"),
    attribute: [{ name: "value", type: 4, t: ints("value", [0]) }],
  },
  node("Concat", ["sides", "zeros"], "all", { axis: 0 }),
  node("Reshape", ["all", "pairs"], "paired"),
  node("Slice", ["paired", "minus1", "lowest", "at0", "minus1"], "turned"),
  node("Transpose", ["turned"], "across", { perm: [1, 0] }),
  node("Reshape", ["across", "minus1"], "row"),
  node("Cast", ["row"], "pads", { to: 7 }),
];

const resizeBy = (mode: string, coordinates: string, scales: readonly number[], more = {}): Case => [
  [
    conv("data", "c", "w"),
    node("Resize", ["c", "", "scales"], "y", { mode, coordinate_transformation_mode: coordinates, ...more }),
  ],
  [floats("w", [2, 3, 2, 2]), { name: "scales", dims: [4], dataType: 1, floatData: [1, 1, ...scales] }],
];

/** A feature pyramid: the deeper map is made as large as the shallower. */
const LIKE_ANOTHER: Case = [
  [
    conv("data", "c", "w"),
    conv("c", "d", "v", { strides: [2, 2] }),
    node("Shape", ["c"], "shape"),
    node("Slice", ["shape", "at2", "at4", "at0"], "size"),
    node("Shape", ["d"], "own"),
    node("Slice", ["own", "at0", "at2", "at0"], "kept"),
    node("Concat", ["kept", "size"], "sizes", { axis: 0 }),
    node("Resize", ["d", "", "", "sizes"], "up", { mode: "linear" }),
    node("Add", ["c", "up"], "y"),
  ],
  [floats("w", [2, 3, 2, 2]), floats("v", [2, 2, 3, 3], 6), ints("at0", [0]), ints("at2", [2]), ints("at4", [4])],
];

const deconv = (attributes: Parameters<typeof node>[3], kernel: readonly number[], bias = true): Case => [
  [conv("data", "c", "w"), node("ConvTranspose", ["c", "k", ...(bias ? ["b"] : [])], "y", attributes)],
  [floats("w", [4, 3, 1, 1]), floats("k", kernel, 6), floats("b", [4], 7)],
];

type Case = readonly [OnnxNode[], OnnxTensor[], { readonly opset?: number; readonly dims?: Message<"Dimension">[] }?];

/** Each case: nodes that end in "y", and weights. onnxruntime runs the same file. */
const CASES: Readonly<Record<string, Case>> = {
  "torchvision's transform_input": transformInput(),
  "channels turned round by a slice": [
    [node("Slice", ["data", "minus1", "lowest", "at1", "minus1"], "s"), conv("s", "y", "w")],
    [ints("at1", [1]), ints("minus1", [-1]), ints("lowest", [-MAX]), floats("w", [4, 3, 3, 3])],
  ],
  "channels turned round by their places": [
    [node("Gather", ["data", "order"], "g", { axis: 1 }), conv("g", "y", "w")],
    [ints("order", [2, 1, 0]), floats("w", [4, 3, 3, 3])],
  ],
  "halves cut by sizes that the file computes": [
    [conv("data", "c", "w"), ...CHUNK, node("Mul", ["first", "second"], "y")],
    [floats("w", [6, 3, 1, 1]), ints("at0", [0]), ints("at1", [1]), ints("by2", [2])],
  ],
  "Split into parts of two sizes": [
    [
      conv("data", "c", "w"),
      several("Split", ["c", "sizes"], ["a", "b"], { axis: 1 }),
      node("Relu", ["a"], "r"),
      node("Concat", ["b", "r", "b"], "y", { axis: 1 }),
    ],
    [floats("w", [5, 3, 1, 1]), ints("sizes", [2, 3])],
  ],
  "a shuffle of channels": [
    [conv("data", "c", "w"), node("Shape", ["c"], "shape"), ...SHUFFLE],
    [floats("w", [6, 3, 1, 1]), ints("five", [0, 2, 3, 9, 12])],
  ],
  "a ConvNeXt block with its norm in pieces": convNext(DECOMPOSED),
  "a ConvNeXt block": [
    ...(convNext([
      node("LayerNormalization", ["last", "gamma", "beta"], "normed", { axis: -1, epsilon: { float: 1e-5 } }),
    ]).slice(0, 2) as [OnnxNode[], OnnxTensor[]]),
    { opset: 17 },
  ],
  "GELU, exact and by tanh": [
    [node("Gelu", ["data"], "g"), node("Gelu", ["g"], "y", { approximate: "tanh" })],
    [],
    { opset: 20 },
  ],
  InstanceNormalization: [
    [conv("data", "c", "w"), node("InstanceNormalization", ["c", "g", "b"], "y", { epsilon: { float: 0.01 } })],
    [floats("w", [4, 3, 1, 1]), floats("g", [4], 6), floats("b", [4], 7)],
  ],
  "group normalisation as PyTorch writes it": [
    [
      conv("data", "c", "w"),
      node("Reshape", ["c", "rows"], "r"),
      node("InstanceNormalization", ["r", "ones", "zeros"], "n"),
      node("Shape", ["c"], "shape"),
      node("Reshape", ["n", "shape"], "back"),
      node("Mul", ["back", "g"], "m"),
      node("Add", ["m", "b"], "y"),
    ],
    [
      floats("w", [6, 3, 1, 1]),
      ints("rows", [0, 2, -1]),
      floats("ones", [2], 1, () => 1),
      floats("zeros", [2], 1, () => 0),
      floats("g", [6, 1, 1], 6),
      floats("b", [6, 1, 1], 7),
    ],
  ],
  "reflected borders": [
    [...TORCH_PADS, node("Pad", ["data", "pads"], "p", { mode: "reflect" }), conv("p", "y", "w")],
    [
      ints("four", [4]),
      ints("sides", [1, 2, 3, 0]),
      ints("pairs", [-1, 2]),
      ints("minus1", [-1]),
      ints("lowest", [-MAX]),
      ints("at0", [0]),
      floats("w", [4, 3, 3, 3]),
    ],
  ],
  "borders of one axis, of two, by the axes' names": [
    [
      node("Pad", ["data", "two", "", "axis"], "a"),
      node("Pad", ["a", "four", "", "axes"], "b", { mode: "edge" }),
      conv("b", "y", "w"),
    ],
    [
      ints("two", [2, 1]),
      ints("axis", [-1]),
      ints("four", [1, 0, 2, 3]),
      ints("axes", [2, 3]),
      floats("w", [4, 3, 3, 3]),
    ],
    { opset: 18 },
  ],
  "numbers that the file computes of floats, and whole ones of these": [
    [
      node("Mul", ["half", "two"], "one"),
      node("Div", ["one", "four"], "quarter"),
      node("Mul", ["data", "quarter"], "m"),
      node("Mul", ["sides", "half"], "halved"),
      node("Cast", ["halved"], "pads", { to: 7 }),
      node("Pad", ["m", "pads"], "p"),
      conv("p", "y", "w"),
    ],
    [
      scalar("half", 0.5),
      scalar("two", 2),
      scalar("four", 4),
      { name: "sides", dims: [8], dataType: DataType.float32, floatData: [0, 0, 3, 2, 0, 0, 5, 0] },
      floats("w", [4, 3, 3, 3]),
    ],
  ],
  "limits and exponents written down for each channel": [
    [
      conv("data", "c", "w"),
      node("Max", ["c", "least"], "a"),
      node("Min", ["a", "most"], "b"),
      node("Pow", ["b", "squared"], "y"),
    ],
    [
      floats("w", [4, 3, 3, 3]),
      floats("least", [4, 1, 1], 1, () => 0.25),
      floats("most", [1, 4, 1, 1], 1, () => 2.5),
      floats("squared", [4, 1, 1], 1, () => 2),
    ],
  ],
  "repeated borders": [
    [node("Pad", ["data", "pads"], "p", { mode: "edge" }), conv("p", "y", "w")],
    [ints("pads", [0, 0, 1, 2, 0, 0, 2, 1]), floats("w", [4, 3, 3, 3])],
  ],
  "upsampling to the nearest": resizeBy("nearest", "asymmetric", [2, 3], { nearest_mode: "floor" }),
  "upsampling to the nearest, between centres": resizeBy("nearest", "half_pixel", [2, 2]),
  "upsampling between corners": resizeBy("linear", "align_corners", [2, 2]),
  "upsampling between centres": resizeBy("linear", "half_pixel", [2, 0.5]),
  "a map made as large as another": LIKE_ANOTHER,
  "a transposed convolution": deconv({ strides: [2, 2], pads: [1, 1, 1, 1], kernel_shape: [4, 4] }, [4, 4, 4, 4]),
  "a transposed convolution that adds rows": deconv(
    { strides: [2, 2], pads: [1, 0, 1, 0], output_padding: [1, 1], group: 2, kernel_shape: [3, 2] },
    [4, 2, 3, 2],
  ),
  "a transposed convolution of stride 1": deconv({ kernel_shape: [3, 3] }, [4, 4, 3, 3], false),
  "sub-pixel convolution in both orders": [
    [
      conv("data", "c", "w"),
      node("DepthToSpace", ["c"], "a", { blocksize: 2, mode: "CRD" }),
      node("DepthToSpace", ["c"], "b", { blocksize: 2 }),
      node("Sub", ["a", "b"], "d"),
      node("SpaceToDepth", ["d"], "y", { blocksize: 2 }),
    ],
    [floats("w", [8, 3, 1, 1])],
  ],
  "arithmetic of two maps": [
    [
      conv("data", "c", "w"),
      node("Abs", ["c"], "abs"),
      node("Add", ["abs", "one"], "more"),
      node("Div", ["c", "more"], "soft"),
      node("Sqrt", ["more"], "root"),
      node("Div", ["one", "root"], "inverse"),
      node("Exp", ["soft"], "exp"),
      node("Neg", ["exp"], "negative"),
      node("Max", ["negative", "limit"], "bounded"),
      node("Sub", ["inverse", "bounded"], "y"),
    ],
    [floats("w", [3, 3, 1, 1]), scalar("one", 1), scalar("limit", -1.5)],
  ],
  "squeeze and excite by matrices": [
    [
      conv("data", "c", "w"),
      node("GlobalAveragePool", ["c"], "pool"),
      node("Flatten", ["pool"], "flat"),
      node("Gemm", ["flat", "m", "b"], "gemm", { transB: 1 }),
      node("Sigmoid", ["gemm"], "gate"),
      node("Reshape", ["gate", "four"], "wide"),
      node("Mul", ["c", "wide"], "y"),
    ],
    [floats("w", [4, 3, 1, 1]), floats("m", [4, 4], 6), floats("b", [4], 7), ints("four", [-1, 4, 1, 1])],
  ],
};

const bytesOf = ([nodes, weights, { opset, dims } = {}]: Case): Uint8Array => encode(nodes, weights, dims, opset);

describe("what exporters write", () => {
  for (const [name, made] of Object.entries(CASES)) {
    const bytes = bytesOf(made);
    const size = image(9, 12);

    it(`computes ${name} as onnxruntime does`, async () => {
      const network = await read(bytes);
      expect(difference(await features(network, "y", size), await truth(bytes, "y", size))).toBeLessThan(2e-4);
    });

    it(`follows the gradient of ${name}, on both runtimes`, async () => {
      const built = (await read(bytes)).build();
      const loss = sumAll(square(built.layer("y")));
      const outputs = { g: gradient(loss, built.image) };
      const direction = numbers(size.data.length, 21);
      const inputs = { image: { data: Float64Array.from(size.data), shape: size.shape } };
      const expected = finiteDifference(loss, inputs, "image", direction, 1e-6);
      for (const runtime of [onnxRuntime({ threads: 1 }), tfjsRuntime((await loadTfjsCpu()).tf)]) {
        const program = await runtime.compile(outputs);
        const { g } = await program.run({ image: size });
        await program.dispose();
        const ours = g?.data.reduce((sum, v, i) => sum + v * (direction[i] ?? 0), 0) ?? Number.NaN;
        const scale = Math.max(Math.abs(expected), Math.hypot(...(g?.data ?? [])));
        expect(Math.abs(ours - expected) / scale, runtime.name).toBeLessThan(1e-3);
      }
    });
  }

  it("says of a transformer what it is", async () => {
    const nodes = [
      conv("data", "patches", "w", { strides: [4, 4] }),
      node("Reshape", ["patches", "row"], "r"),
      node("Transpose", ["r"], "t", { perm: [0, 2, 1] }),
      node("MatMul", ["t", "r"], "attention"),
      node("Softmax", ["attention"], "s"),
    ];
    const network = await read(encode(nodes, [floats("w", [8, 3, 4, 4]), ints("row", [0, 8, -1])]));
    expect(network.unusable?.get("attention")).toMatch(/as transformers do/);
    expect(network.layers.map((l) => l.name)).toContain("patches");
  });

  it("dreams at the picture's own size where a file resizes pictures first", async () => {
    const nodes = [node("Resize", ["data", "", "", "sizes"], "r", { mode: "linear" }), conv("r", "y", "w")];
    const network = await read(encode(nodes, [ints("sizes", [1, 3, 8, 8]), floats("w", [4, 3, 3, 3])]));
    expect((await features(network, "y", image(12, 20))).shape).toEqual([1, 4, 10, 18]);
    const bytes = encode(nodes, [ints("sizes", [1, 3, 8, 8]), floats("w", [4, 3, 3, 3])]);
    expect(difference(await features(network, "y", image(8, 8)), await truth(bytes, "y", image(8, 8)))).toBeLessThan(
      1e-4,
    );
  });
});

it.each(["Max", "Min", "Pow"])("%s is refused where each channel has a number of its own", async (operation) => {
  const nodes = [conv("data", "c", "w"), node("Relu", ["c"], "r"), node(operation, ["r", "own"], "y")];
  const network = await read(encode(nodes, [floats("w", [4, 3, 3, 3]), floats("own", [4, 1, 1], 3)]));
  expect(network.unusable?.get("y")).toBe("it has another limit or exponent for each channel (node node of y)");
});

/** A zero point. */
const zeroPoint = (value: number, dataType: number): OnnxTensor => ({
  name: "z",
  dims: [],
  dataType,
  int32Data: [value],
});

/** A map whose numbers are brought into few bits and back, as onnxruntime's and PyTorch's quantizers write it. */
const quantized = (by: readonly OnnxTensor[], more: readonly OnnxNode[] = []): Uint8Array => {
  const named = ["s", ...(by.some((t) => t.name === "z") ? ["z"] : [])];
  const nodes = [
    conv("data", "c", "w", { pads: [1, 1, 1, 1] }),
    node("QuantizeLinear", ["c", ...named], "q"),
    node("MaxPool", ["q"], "m", { kernel_shape: [2, 2] }),
    node("DequantizeLinear", ["m", ...named], more.length > 0 ? "d" : "y"),
    ...more,
  ];
  return encode(nodes, [floats("w", [8, 3, 3, 3]), ...by]);
};

describe("a quantized file", () => {
  it.each([
    ["a ReLU that only the limits of its numbers are left of", [scalar("s", 0.02), zeroPoint(0, DataType.uint8)]],
    ["signed numbers, whose least stands for 0", [scalar("s", 0.02), zeroPoint(-128, DataType.int8)]],
    ["limits on both sides", [scalar("s", 0.01), zeroPoint(100, DataType.uint8)]],
    ["no zero point", [scalar("s", 0.02)]],
  ])("computes %s as onnxruntime does, but for the rounding", async (_what, by) => {
    const bytes = quantized(by);
    const network = await read(bytes);
    const [ours, theirs] = [await features(network, "y", image(9, 12)), await truth(bytes, "y", image(9, 12))];
    expect(difference(ours, theirs)).toBeLessThanOrEqual(0.0101);
    // The limits are met, so that they are not met by chance.
    expect(Math.max(...ours.data)).toBeCloseTo(Math.max(...theirs.data), 5);
  });

  it("is refused where each channel has its own scale", async () => {
    const scales = floats("s", [8], 3, (x) => Math.abs(x) + 0.1);
    const zeros: OnnxTensor = { name: "z", dims: [8], dataType: DataType.uint8, int32Data: new Array(8).fill(0) };
    const network = await read(quantized([scales, zeros], [node("Relu", ["d"], "y")]));
    expect(network.unusable?.get("q")).toBe("its scale is not one number for all of a map (node node of q)");
  });

  it("may take in a picture of whole numbers, and turn its weights into few bits itself", async () => {
    const nodes = [
      node("QuantizeLinear", ["data", "byte", "none"], "q"),
      node("DequantizeLinear", ["q", "unit", "middle"], "d"),
      node("QuantizeLinear", ["w", "each", "nones"], "wq", { axis: 0 }),
      node("DequantizeLinear", ["wq", "each", "nones"], "wd", { axis: 0 }),
      node("Conv", ["d", "wd"], "y"),
    ];
    const zeros = (name: string, dims: readonly number[], of: number, dataType: number): OnnxTensor => ({
      name,
      dims,
      dataType,
      int32Data: new Array(dims[0] ?? 1).fill(of),
    });
    const bytes = encode(nodes, [
      scalar("byte", 1),
      zeros("none", [], 0, DataType.uint8),
      scalar("unit", 1 / 128),
      zeros("middle", [], 128, DataType.uint8),
      { name: "each", dims: [2], dataType: DataType.float32, floatData: [0.125, 0.005] },
      zeros("nones", [2], 0, DataType.int8),
      floats("w", [2, 3, 3, 3]),
    ]);
    const pixels = { ...image(5, 6), data: image(5, 6).data.map((_, i) => (i * 37) % 256) };
    expect(difference(await features(await read(bytes), "y", pixels), await truth(bytes, "y", pixels))).toBeLessThan(
      1e-4,
    );
  });
});

describe("a classifier's end", () => {
  const end = (shape: readonly number[], flattening: OnnxNode, softmax = false) =>
    bytesOf([
      [
        conv("data", "c", "w"),
        node("AveragePool", ["c"], "pool", { kernel_shape: [7, 7], strides: [1, 1] }),
        node("Dropout", ["pool"], "kept"),
        flattening,
        node("Gemm", ["flat", "m", "b"], softmax ? "gemm" : "y", { transB: 1 }),
        ...(softmax ? [node("Softmax", ["gemm"], "y")] : []),
      ],
      [floats("w", [4, 3, 1, 1]), floats("m", [1000, 4], 6), floats("b", [1000], 7), ints("shape", shape)],
    ]);

  it.each([
    ["reshaped, as in GoogLeNet", end([-1, 4], node("Reshape", ["kept", "shape"], "flat"))],
    ["reshaped to one picture", end([1, 4], node("Reshape", ["kept", "shape"], "flat"))],
    ["flattened", end([1, 4], node("Flatten", ["kept"], "flat"))],
  ])("scores the mean over all places of a picture of any size, where it is %s", async (_how, bytes) => {
    const network = await read(bytes);
    expect(network.classes).toBe(1000);
    // At the size of the training the pool's window is the whole map: onnxruntime tells what is right.
    const trained = await scoresOf(network, image(7, 7));
    const truthful = await truth(bytes, "y", image(7, 7));
    expect(difference({ ...trained, shape: truthful.shape }, truthful)).toBeLessThan(2e-2);
    expect((await scoresOf(network, image(20, 30))).shape).toEqual([1, 1000, 1, 1]);
    expect((await scoresByPlaceOf(network, image(20, 30))).shape).toEqual([1, 1000, 20, 30]);
  });

  it("is what goes into the softmax", async () => {
    const bytes = end([1, 4], node("Flatten", ["kept"], "flat"), true);
    const plain = await read(end([1, 4], node("Flatten", ["kept"], "flat")));
    const network = await read(bytes);
    expect(difference(await scoresOf(network, image(9, 9)), await scoresOf(plain, image(9, 9)))).toBe(0);
    expect(network.unusable?.get("y")).toContain("class scores");
  });

  it("is none where the numbers after the pool are not the channels: they are for one size", async () => {
    const network = await read(
      bytesOf([
        [
          conv("data", "c", "w"),
          node("AveragePool", ["c"], "pool", { kernel_shape: [2, 2], strides: [2, 2] }),
          node("Flatten", ["pool"], "flat"),
          node("Gemm", ["flat", "m", "b"], "y", { transB: 1 }),
        ],
        [floats("w", [4, 3, 1, 1]), floats("m", [1000, 16], 6), floats("b", [1000], 7)],
      ]),
    );
    expect(network.classes).toBeUndefined();
    expect(network.unusable?.get("y")).toContain("pictures of one size");
  });
});
