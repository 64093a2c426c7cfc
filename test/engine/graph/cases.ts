/** One case or more for every operation of the closed set. */
import type { ConvAttributes, Node, PoolAttributes, Sampling } from "../../../src/engine/graph/node.js";
import * as ops from "../../../src/engine/graph/ops.js";
import { type Case, type CaseInput, map } from "./case.js";
import { weights } from "./numbers.js";

type Rounding = Extract<Sampling, { type: "resize" }>["rounding"];

const at = (x: Readonly<Record<string, Node>>, name: string): Node => {
  const node = x[name];
  if (!node) throw new Error(`the case has no input "${name}"`);
  return node;
};
const free = (rank: number): CaseInput => ({ shape: new Array<null>(rank).fill(null) });

const SIZES = [
  [1, 7, 9],
  [2, 12, 5],
] as const;
const mapRuns = (channels: number, sizes: readonly (readonly [number, number, number])[] = SIZES) =>
  sizes.map(([n, h, w]) => ({ x: [n, channels, h, w] }));

function unary(name: string, f: (x: Node) => Node, domain: CaseInput["domain"] = "any"): Case[] {
  return [
    { name, inputs: { x: { ...map(3), domain } }, runs: mapRuns(3), build: (x) => f(at(x, "x")) },
    // Of a blocked layout's size, and of another rank.
    {
      name: `${name}, 16 channels`,
      inputs: { x: { ...map(16), domain } },
      runs: mapRuns(16),
      build: (x) => f(at(x, "x")),
    },
    {
      name: `${name}, a vector`,
      inputs: { x: { shape: [5], domain } },
      runs: [{ x: [5] }],
      build: (x) => f(at(x, "x")),
    },
  ];
}

function itself(name: string, f: (x: Node) => Node): Case {
  return { name: `${name}, with itself`, inputs: { x: map(3) }, runs: mapRuns(3), build: (x) => f(at(x, "x")) };
}

function binary(name: string, f: (a: Node, b: Node) => Node): Case[] {
  const pair = (label: string, a: CaseInput, b: CaseInput, runs: Case["runs"]): Case => ({
    name: `${name}, ${label}`,
    inputs: { a, b: { ...b, domain: "nonzero" } },
    runs,
    build: (x) => f(at(x, "a"), at(x, "b")),
  });
  return [
    pair("alike", map(3), map(3), [
      { a: [1, 3, 4, 5], b: [1, 3, 4, 5] },
      { a: [3, 3, 2, 7], b: [3, 3, 2, 7] },
    ]),
    pair("a channel's number", map(16), { shape: [1, 16, 1, 1] }, [{ a: [2, 16, 3, 5], b: [1, 16, 1, 1] }]),
    pair("a channel's number by rank 3", map(3), { shape: [3, 1, 1] }, [{ a: [2, 3, 3, 5], b: [3, 1, 1] }]),
    pair("a picture's number first", { shape: [null, 1, 1, 1] }, map(3), [{ a: [2, 1, 1, 1], b: [2, 3, 4, 3] }]),
    pair("a number", map(3), { shape: [] }, [{ a: [1, 3, 4, 5], b: [] }]),
    pair("a number first", { shape: [] }, { shape: [4, 3] }, [{ a: [], b: [4, 3] }]),
    pair("a row and a column", { shape: [4, 1] }, { shape: [1, 5] }, [{ a: [4, 1], b: [1, 5] }]),
    // Not so for division: the gradient of x / x is zero, and what rounding leaves of it says nothing.
    ...(name === "div" ? [] : [itself(name, (x) => f(x, x))]),
  ];
}

export interface ConvGeometry extends Partial<ConvAttributes> {
  readonly channels: readonly [inputs: number, outputs: number];
  readonly kernel: readonly [number, number];
  readonly bias?: boolean;
  readonly sizes?: readonly (readonly [number, number, number])[];
}

export function convCase({ channels: [cin, out], kernel, bias, sizes, ...options }: ConvGeometry): Case {
  const { strides = [1, 1], pads = [0, 0, 0, 0], dilations = [1, 1], groups = 1 } = options;
  const k = ops.constant(weights([out, cin / groups, ...kernel], 7), [out, cin / groups, ...kernel]);
  const b = bias ? ops.constant(weights([out], 8), [out]) : undefined;
  return {
    name: `conv2d ${cin}>${out} k${kernel.join("x")} s${strides} p${pads} d${dilations} g${groups}${bias ? " bias" : ""}`,
    inputs: { x: map(cin) },
    runs: mapRuns(cin, sizes),
    build: (x) => ops.conv2d(at(x, "x"), k, b, options),
  };
}

const CONVOLUTIONS: readonly ConvGeometry[] = [
  { channels: [3, 4], kernel: [1, 1], bias: true },
  { channels: [3, 4], kernel: [3, 3], bias: true },
  { channels: [3, 4], kernel: [3, 3], pads: [1, 1, 1, 1] },
  { channels: [3, 2], kernel: [3, 3], pads: [0, 1, 2, 0], bias: true },
  // More padding than the kernel reaches.
  { channels: [2, 3], kernel: [3, 3], pads: [3, 3, 3, 3] },
  { channels: [2, 3], kernel: [1, 1], pads: [1, 0, 0, 2], bias: true },
  { channels: [3, 4], kernel: [1, 3], pads: [0, 1, 0, 1] },
  { channels: [3, 4], kernel: [5, 1], pads: [2, 0, 2, 0] },
  { channels: [3, 16], kernel: [7, 7], strides: [2, 2], pads: [3, 3, 3, 3], bias: true },
  { channels: [3, 16], kernel: [7, 7], strides: [2, 2], pads: [2, 2, 3, 3] },
  { channels: [3, 4], kernel: [7, 7], pads: [3, 3, 3, 3] },
  { channels: [4, 4], kernel: [3, 3], strides: [2, 2], pads: [0, 0, 1, 1] },
  { channels: [4, 4], kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  { channels: [4, 4], kernel: [3, 3], strides: [3, 3] },
  { channels: [4, 4], kernel: [2, 2], strides: [3, 3], pads: [1, 1, 1, 1] },
  { channels: [4, 4], kernel: [4, 4], strides: [2, 2], pads: [1, 2, 1, 2] },
  { channels: [4, 4], kernel: [3, 3], strides: [2, 1], pads: [1, 1, 1, 1] },
  { channels: [4, 4], kernel: [3, 2], strides: [1, 3], pads: [1, 0, 1, 1] },
  { channels: [4, 4], kernel: [1, 1], strides: [2, 2] },
  { channels: [4, 4], kernel: [1, 1], strides: [3, 3], bias: true },
  { channels: [4, 4], kernel: [1, 1], strides: [2, 1] },
  { channels: [4, 4], kernel: [1, 1], strides: [2, 2], pads: [0, 0, 1, 1] },
  { channels: [4, 4], kernel: [3, 3], dilations: [2, 2], pads: [2, 2, 2, 2] },
  { channels: [4, 4], kernel: [3, 3], dilations: [2, 1], pads: [2, 0, 1, 1] },
  { channels: [4, 4], kernel: [3, 3], strides: [2, 2], dilations: [2, 2], pads: [2, 2, 2, 2] },
  { channels: [4, 6], kernel: [3, 3], groups: 2, pads: [1, 1, 1, 1], bias: true },
  { channels: [4, 6], kernel: [3, 3], groups: 2, strides: [2, 2], pads: [1, 1, 1, 1] },
  { channels: [5, 5], kernel: [3, 3], groups: 5, pads: [1, 1, 1, 1] },
  { channels: [5, 10], kernel: [3, 3], groups: 5, strides: [2, 2], pads: [0, 0, 1, 1] },
  { channels: [16, 16], kernel: [3, 3], groups: 16, pads: [1, 1, 1, 1] },
  { channels: [16, 16], kernel: [3, 3], groups: 16, strides: [2, 2], pads: [1, 1, 1, 1] },
  { channels: [32, 32], kernel: [3, 3], groups: 2, pads: [1, 1, 1, 1] },
  { channels: [16, 32], kernel: [3, 3], pads: [1, 1, 1, 1], bias: true },
  { channels: [16, 16], kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  { channels: [16, 32], kernel: [1, 1], strides: [2, 2] },
  { channels: [32, 16], kernel: [1, 1] },
];

export function poolCase(
  op: "maxPool" | "avgPool",
  attributes: PoolAttributes,
  channels: number,
  sizes: ConvGeometry["sizes"] = SIZES,
): Case {
  const { kernel, strides, pads } = attributes;
  return {
    name: `${op} ${channels} channels k${kernel.join("x")} s${strides} p${pads}`,
    inputs: { x: map(channels) },
    runs: mapRuns(channels, sizes),
    build: (x) => (op === "maxPool" ? ops.maxPool : ops.avgPool)(at(x, "x"), attributes),
  };
}

const POOLS: readonly PoolAttributes[] = [
  { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] },
  { kernel: [3, 3], strides: [3, 3], pads: [0, 0, 0, 0] },
  { kernel: [2, 3], strides: [2, 3], pads: [0, 0, 0, 0] },
  { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 1, 1] },
  { kernel: [3, 3], strides: [2, 2], pads: [0, 0, 0, 0] },
  { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  { kernel: [3, 3], strides: [2, 2], pads: [0, 0, 1, 1] },
  { kernel: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] },
  { kernel: [2, 2], strides: [1, 1], pads: [0, 0, 0, 0] },
  { kernel: [2, 2], strides: [3, 3], pads: [0, 0, 0, 0] },
  { kernel: [3, 2], strides: [2, 1], pads: [1, 0, 0, 1] },
  { kernel: [1, 1], strides: [2, 2], pads: [0, 0, 0, 0] },
];

function matmulCases(): Case[] {
  const cases: Case[] = [];
  for (const transposeA of [false, true])
    for (const transposeB of [false, true]) {
      const options = { transposeA, transposeB };
      const [a, b] = [transposeA ? [4, 3] : [3, 4], transposeB ? [5, 4] : [4, 5]];
      const label = `matmul${transposeA ? " A^T" : ""}${transposeB ? " B^T" : ""}`;
      const build = (x: Readonly<Record<string, Node>>) => ops.matmul(at(x, "a"), at(x, "b"), options);
      cases.push({ name: `${label}, rank 2`, inputs: { a: { shape: a }, b: { shape: b } }, runs: [{ a, b }], build });
      const runs = [
        { a: [1, ...a], b: [1, ...b] },
        { a: [3, ...a], b: [3, ...b] },
      ];
      cases.push({ name: `${label}, rank 3`, inputs: { a: free(3), b: free(3) }, runs, build });
      cases.push({
        name: `${label}, of a square with itself`,
        inputs: { x: { shape: [null, 4, 4] } },
        runs: [{ x: [2, 4, 4] }],
        build: (x) => ops.matmul(at(x, "x"), at(x, "x"), options),
      });
    }
  cases.push({
    name: "matmul, one matrix for all planes, on either side",
    inputs: { x: map(3), left: { shape: [1, 1, null, null] }, right: { shape: [1, 1, null, null] } },
    runs: mapRuns(3).map(({ x }) => ({ x, left: [1, 1, 4, x[2] ?? 0], right: [1, 1, x[3] ?? 0, 2] })),
    build: (x) => ops.matmul(at(x, "left"), ops.matmul(at(x, "x"), at(x, "right"))),
  });
  const gram = (x: Readonly<Record<string, Node>>) => ops.matmul(at(x, "x"), at(x, "x"), { transposeB: true });
  const runs = [{ x: [1, 4, 6] }, { x: [2, 4, 9] }];
  cases.push({ name: "matmul, a Gram matrix", inputs: { x: { shape: [null, 4, null] } }, runs, build: gram });
  return cases;
}

/** Images that continue at their opposite sides. */
const WRAPPED: readonly Case[] = [
  ...[
    [0, 0],
    [2, -3],
    [-20, 13],
  ].map(
    (offset): Case => ({
      name: `roll by ${offset}`,
      inputs: { x: map(3) },
      runs: mapRuns(3),
      build: (x) => ops.roll(at(x, "x"), ops.constant(Float32Array.from(offset), [2])),
    }),
  ),
  ...[1, 3].map(
    (filters): Case => ({
      name: `blur, ${filters} filters`,
      inputs: { x: map(3), across: { shape: [null, null], fixed: true }, down: { shape: [null, null], fixed: true } },
      runs: mapRuns(3).map((run) => ({ ...run, across: [filters, 3], down: [filters, 6 - filters] })),
      build: (x) => ops.blur(at(x, "x"), at(x, "across"), at(x, "down")),
    }),
  ),
  {
    name: "blur of a line by nothing",
    inputs: { x: map(3), one: { shape: [1, 1], fixed: true } },
    runs: [{ x: [1, 3, 1, 4], one: [1, 1] }],
    build: (x) => ops.blur(at(x, "x"), at(x, "one"), at(x, "one")),
  },
  {
    name: "sample",
    inputs: { x: { ...map(3), fixed: true }, u: { ...map(1), fixed: true }, v: { ...map(1), fixed: true } },
    runs: mapRuns(3).map(({ x }) => ({
      x,
      u: x.map((d, i) => (i === 1 ? 1 : d)),
      v: x.map((d, i) => (i === 1 ? 1 : d)),
    })),
    // Far beyond the borders too.
    build: (x) => ops.sample(at(x, "x"), ops.mul(at(x, "u"), ops.scalar(9)), at(x, "v")),
  },
];

const LAYOUT: readonly Case[] = [
  {
    name: "transpose, rank 4",
    inputs: { x: map(3) },
    runs: mapRuns(3),
    build: (x) => ops.transpose(at(x, "x"), [2, 0, 3, 1]),
  },
  {
    name: "transpose, a matrix",
    inputs: { x: free(2) },
    runs: [{ x: [3, 4] }],
    build: (x) => ops.transpose(at(x, "x"), [1, 0]),
  },
  {
    name: "reshape, places in a row",
    inputs: { x: map(16) },
    runs: mapRuns(16),
    build: (x) => ops.reshape(at(x, "x"), [0, 0, -1]),
  },
  {
    name: "reshape, one number",
    inputs: { x: { shape: [1, 1] } },
    runs: [{ x: [1, 1] }],
    build: (x) => ops.reshape(at(x, "x"), []),
  },
  {
    name: "reshapeLike",
    inputs: { x: map(3), like: { shape: [null, null], fixed: true } },
    runs: [{ x: [1, 3, 4, 5], like: [6, 10] }],
    build: (x) => ops.reshapeLike(at(x, "x"), at(x, "like")),
  },
  {
    name: "crop, uneven",
    inputs: { x: map(3) },
    runs: mapRuns(3),
    build: (x) => ops.crop(at(x, "x"), [0, 1, 2, 0], [0, 0, 1, 3]),
  },
  {
    name: "crop, blocked",
    inputs: { x: map(16) },
    runs: mapRuns(16),
    build: (x) => ops.crop(at(x, "x"), [0, 0, 2, 2], [0, 0, 2, 2]),
  },
  {
    name: "crop, a vector",
    inputs: { x: { shape: [6] } },
    runs: [{ x: [6] }],
    build: (x) => ops.crop(at(x, "x"), [2], [3]),
  },
  {
    name: "pad, uneven",
    inputs: { x: map(3) },
    runs: mapRuns(3),
    build: (x) => ops.pad(at(x, "x"), [0, 2, 1, 0], [0, 0, 3, 1]),
  },
  {
    name: "pad, a matrix",
    inputs: { x: free(2) },
    runs: [{ x: [3, 4] }],
    build: (x) => ops.pad(at(x, "x"), [1, 0], [0, 2]),
  },
  {
    name: "concat, channels",
    inputs: { a: map(3), b: map(16), c: map(1) },
    runs: [
      { a: [1, 3, 4, 5], b: [1, 16, 4, 5], c: [1, 1, 4, 5] },
      { a: [2, 3, 3, 1], b: [2, 16, 3, 1], c: [2, 1, 3, 1] },
    ],
    build: (x) => ops.concat([at(x, "a"), at(x, "b"), at(x, "c")], 1),
  },
  {
    name: "concat, rows of a matrix, one of them twice",
    inputs: { a: { shape: [2, 3] }, b: { shape: [1, 3] } },
    runs: [{ a: [2, 3], b: [1, 3] }],
    build: (x) => ops.concat([at(x, "a"), at(x, "b"), at(x, "a")], 0),
  },
  {
    name: "subsample, rows only",
    inputs: { x: map(3) },
    runs: mapRuns(3),
    build: (x) => ops.subsample(at(x, "x"), [2, 1]),
  },
  {
    name: "subsample, blocked",
    inputs: { x: map(16) },
    runs: mapRuns(16),
    build: (x) => ops.subsample(at(x, "x"), [2, 2]),
  },
  {
    name: "subsample, every third",
    inputs: { x: map(3) },
    runs: mapRuns(3),
    build: (x) => ops.subsample(at(x, "x"), [3, 3]),
  },
  {
    name: "subsampleGradient",
    inputs: { x: map(3), like: { ...map(3), fixed: true } },
    runs: [
      { x: [1, 3, 4, 3], like: [1, 3, 7, 6] },
      { x: [2, 3, 4, 3], like: [2, 3, 8, 5] },
    ],
    build: (x) => ops.subsampleGradient(at(x, "x"), at(x, "like"), [2, 2]),
  },
];

const window = { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] } as const;
const halves = { x: [1, 4, 4, 3], like: [1, 4, 7, 6] };

const ADJOINTS: readonly Case[] = [
  ...[1, 2].map(
    (groups): Case => ({
      name: `conv2dTranspose, ${groups} groups`,
      inputs: { x: map(4), like: { ...map(4), fixed: true } },
      runs: [halves, { x: [2, 4, 5, 3], like: [2, 4, 10, 5] }],
      build: (x) => {
        const kernel = ops.constant(weights([4, 4 / groups, 3, 3], 5), [4, 4 / groups, 3, 3]);
        return ops.conv2dTranspose(at(x, "x"), kernel, at(x, "like"), {
          strides: [2, 2],
          pads: [1, 1, 1, 1],
          dilations: [1, 1],
          groups,
        });
      },
    }),
  ),
  {
    name: "avgPoolGradient",
    inputs: { x: map(4), like: { ...map(4), fixed: true } },
    runs: [halves],
    build: (x) => ops.avgPoolGradient(at(x, "x"), at(x, "like"), window),
  },
  {
    name: "maxPoolGradient",
    inputs: { x: { ...map(4), fixed: true }, y: { ...map(4), fixed: true } },
    runs: [{ x: [2, 4, 7, 6], y: [2, 4, 4, 3] }],
    build: (x) => ops.maxPoolGradient(at(x, "x"), ops.maxPool(at(x, "x"), window), at(x, "y"), window),
  },
];

const REDUCTIONS: readonly Case[] = [
  ...[[0], [1], [2, 3], [0, 1, 2, 3]].flatMap((axes): Case[] => [
    {
      name: `reduceSum ${axes}`,
      inputs: { x: map(3) },
      runs: mapRuns(3),
      build: (x) => ops.reduceSum(at(x, "x"), axes),
    },
    {
      name: `reduceMax ${axes}, which no gradient passes`,
      inputs: { x: map(3), z: { ...map(3), fixed: true } },
      runs: mapRuns(3).map(({ x }) => ({ x, z: x })),
      build: (x) => ops.mul(at(x, "x"), ops.reduceMax(at(x, "z"), axes)),
    },
    { name: `mean ${axes}`, inputs: { x: map(16) }, runs: mapRuns(16), build: (x) => ops.reduceMean(at(x, "x"), axes) },
  ]),
  { name: "mean over no axes", inputs: { x: map(3) }, runs: mapRuns(3), build: (x) => ops.reduceMean(at(x, "x"), []) },
  {
    name: "expandLike",
    inputs: { x: { shape: [null, 3, 1, 1] }, like: { ...map(3), fixed: true } },
    runs: [
      { x: [2, 3, 1, 1], like: [2, 3, 4, 5] },
      { x: [1, 3, 1, 1], like: [1, 3, 1, 2] },
    ],
    build: (x) => ops.expandLike(at(x, "x"), at(x, "like")),
  },
  {
    name: "count",
    inputs: { x: map(3) },
    runs: mapRuns(3),
    build: (x) => ops.mul(at(x, "x"), ops.div(ops.count(at(x, "x"), [0, 2]), ops.count(at(x, "x"), [1, 3]))),
  },
  {
    name: "stopGradient",
    inputs: { x: map(3) },
    runs: mapRuns(3),
    // The finite differences know nothing of stopGradient: what it holds back must not depend on x. A sign does not.
    build: (x) => {
      const positive = ops.greater(at(x, "x"), ops.scalar(0));
      return ops.mul(at(x, "x"), ops.stopGradient(ops.where(positive, ops.scalar(1), ops.scalar(-2))));
    },
  },
];

const COMPARISONS = { greater: ops.greater, greaterOrEqual: ops.greaterOrEqual, equal: ops.equal } as const;

const CHOICES: readonly Case[] = [
  ...(["greater", "greaterOrEqual"] as const).map(
    (op): Case => ({
      name: op,
      inputs: { a: map(3), b: { shape: [1, 3, 1, 1] } },
      runs: [{ a: [2, 3, 4, 5], b: [1, 3, 1, 1] }],
      build: (x) => ops.where(COMPARISONS[op](at(x, "a"), at(x, "b")), ops.mul(at(x, "a"), at(x, "b")), at(x, "b")),
    }),
  ),
  ...(["equal", "greaterOrEqual", "greater"] as const).map(
    (op): Case => ({
      name: `${op}, of numbers that are alike`,
      inputs: { x: map(3), z: map(3) },
      runs: [{ x: [2, 3, 4, 5], z: [2, 3, 4, 5] }],
      build: (x) => {
        const largest = ops.stopGradient(ops.reduceMax(at(x, "x"), [2, 3]));
        return ops.where(COMPARISONS[op](at(x, "x"), largest), at(x, "z"), ops.scalar(0.5));
      },
    }),
  ),
].map((test) =>
  test.name.includes("alike") ? { ...test, inputs: { ...test.inputs, x: { ...map(3), fixed: true } } } : test,
);

const resize = (factor: number | null, align: "corners" | "ends" | "first", rounding: Rounding = null): Sampling => ({
  type: "resize",
  factor,
  align,
  rounding,
});
const padding = (mode: "reflect" | "edge", before: number, after: number): Sampling => ({
  type: "pad",
  mode,
  before,
  after,
});

const SAMPLINGS: readonly (readonly [rows: Sampling, columns: Sampling])[] = [
  [resize(2, "first", "floor"), resize(3, "first", "floor")],
  [resize(2, "corners", "round-down"), resize(0.5, "corners", "round-up")],
  [resize(2, "corners"), resize(1, "corners")],
  [resize(1.5, "ends"), resize(2, "first")],
  [resize(null, "corners"), resize(null, "ends")],
  [resize(null, "first", "floor"), resize(null, "ends", "ceil")],
  [padding("reflect", 1, 2), padding("reflect", 0, 3)],
  [padding("edge", 2, 0), padding("edge", 1, 1)],
];

const RESAMPLING: readonly Case[] = SAMPLINGS.flatMap(([rows, columns]): Case[] => {
  const name = `resample ${JSON.stringify([rows, columns])}`;
  if (rows.type === "pad" || rows.factor !== null)
    return [
      { name, inputs: { x: map(3) }, runs: mapRuns(3), build: (x) => ops.resample(at(x, "x"), { rows, columns }) },
    ];
  return [
    {
      name,
      inputs: { x: map(3), like: { ...map(2), fixed: true } },
      runs: [
        { x: [1, 3, 7, 9], like: [1, 2, 11, 6] },
        { x: [2, 3, 4, 3], like: [2, 2, 2, 1] },
      ],
      build: (x) => ops.resample(at(x, "x"), { rows, columns }, at(x, "like")),
    },
  ];
});

const UNSAMPLED: Case = {
  name: "resampleGradient",
  inputs: { x: map(3), like: { ...map(3), fixed: true } },
  runs: [{ x: [2, 3, 10, 9], like: [2, 3, 5, 6] }],
  build: (x) => {
    const attributes = { rows: resize(2, "corners"), columns: padding("reflect", 1, 2) };
    return ops.resampleGradient(at(x, "x"), at(x, "like"), attributes);
  },
};

const BLOCKS: readonly Case[] = (["DCR", "CRD"] as const).flatMap((order): Case[] => [
  {
    name: `depthToSpace ${order}`,
    inputs: { x: map(12) },
    runs: mapRuns(12),
    build: (x) => ops.depthToSpace(at(x, "x"), { block: 2, order }),
  },
  {
    name: `spaceToDepth ${order}`,
    inputs: { x: map(2) },
    runs: mapRuns(2, [[2, 6, 9]]),
    build: (x) => ops.spaceToDepth(at(x, "x"), { block: 3, order }),
  },
]);

export const CASES: readonly Case[] = [
  ...binary("add", ops.add),
  ...binary("sub", ops.sub),
  ...binary("mul", ops.mul),
  ...binary("div", ops.div),
  ...unary("relu", ops.relu),
  ...unary("clip", (x) => ops.clip(x, -0.9137, 1.1171)),
  ...unary("exp", ops.exp),
  ...unary("log", ops.log, "positive"),
  ...unary("abs", ops.abs),
  ...unary("erf", ops.erf),
  ...unary("sigmoid", ops.sigmoid),
  ...unary("tanh", ops.tanh),
  ...unary("pow 3", (x) => ops.pow(x, 3)),
  ...unary("pow 2", (x) => ops.pow(x, 2)),
  ...unary("pow 0.5", (x) => ops.pow(x, 0.5), "positive"),
  ...unary("pow 1.25", (x) => ops.pow(x, 1.25), "positive"),
  ...unary("pow -0.75", (x) => ops.pow(x, -0.75), "positive"),
  ...CHOICES,
  ...CONVOLUTIONS.map(convCase),
  ...POOLS.flatMap((attributes) => [
    poolCase("maxPool", attributes, 3),
    poolCase("avgPool", attributes, 3),
    poolCase("maxPool", attributes, 16),
    poolCase("avgPool", attributes, 16),
  ]),
  ...RESAMPLING,
  UNSAMPLED,
  ...BLOCKS,
  ...matmulCases(),
  ...WRAPPED,
  ...LAYOUT,
  ...ADJOINTS,
  ...REDUCTIONS,
];
