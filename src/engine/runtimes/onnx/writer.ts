/** Collects ONNX nodes and initializers, and encodes them as a model. */

import type { Dimension } from "../../graph/dimensions.js";
import type { Node } from "../../graph/node.js";
import { DataLocation, DataType, encodeModel, type OnnxTensor } from "../../onnx-schema.js";

/** ONNX AttributeProto.AttributeType. */
const AttributeType = { float: 1, int: 2, string: 3, ints: 7 } as const;
type Attribute = number | { readonly float: number } | string | readonly number[];

const OPSET = 18;
/** onnxruntime's own operations, and where they are from. */
const OWN_OPERATIONS: readonly string[] = ["FusedMatMul"];
const OWN_DOMAIN = { domain: "com.microsoft", version: 1 };
const IR_VERSION = 9;

/** Constants of so many bytes or more are handed over beside the model: in it they would be copied twice. */
const BESIDE = 1024;

/** Numbers that a model has only a name for. onnxruntime copies them when it opens the model. */
export interface Beside {
  readonly path: string;
  readonly data: Uint8Array;
}

function describe(name: string, elemType: number, dimensions: readonly Dimension[]): object {
  const dim = dimensions.map((d) => (typeof d === "string" ? { dimParam: d } : { dimValue: d }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

export type OnnxDevice = "cpu" | "webgpu" | "cuda";

export class OnnxWriter {
  /** The ONNX names of the nodes written so far. */
  readonly results = new Map<Node, string>();
  readonly #nodes: object[] = [];
  readonly #initializers: OnnxTensor[] = [];
  readonly #beside: Beside[] = [];
  readonly #floats = new Map<ArrayBufferLike, Map<string, string>>();
  readonly #small = new Map<string, string>();
  readonly #shapes = new Map<string, { readonly elemType: number; readonly dimensions: readonly Dimension[] }>();
  readonly #blocked = new Set<string>();
  #own = false;
  #counter = 0;
  #bytes = 0;

  /** @param device where the model will run: what is fast differs */
  constructor(readonly device: OnnxDevice = "cpu") {}

  /** Bytes of all float initializers, and of what was reserved. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Counts floats that are made of initializers when the model is opened. */
  reserve(floats: number): void {
    this.#bytes += floats * Float32Array.BYTES_PER_ELEMENT;
  }

  /** Adds a node with `outputs` results and returns their names. */
  nodes(
    opType: string,
    input: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    outputs = 1,
  ): string[] {
    const output = Array.from({ length: outputs }, () => `${opType}_${this.#counter++}`);
    this.#write(opType, input, output, attributes);
    return output;
  }

  /** Adds a node whose one result has a given name. */
  named(opType: string, input: readonly string[], output: string): void {
    this.#write(opType, input, [output], {});
  }

  #write(
    opType: string,
    input: readonly string[],
    output: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
  ): void {
    const attribute = Object.entries(attributes).map(([name, value]) => {
      if (typeof value === "number") return { name, type: AttributeType.int, i: value };
      if (typeof value === "string") return { name, type: AttributeType.string, s: Buffer.from(value) };
      if ("float" in value) return { name, type: AttributeType.float, f: value.float };
      return { name, type: AttributeType.ints, ints: value };
    });
    const own = OWN_OPERATIONS.includes(opType);
    this.#own ||= own;
    this.#nodes.push({ name: output[0], opType, input, output, attribute, ...(own && { domain: OWN_DOMAIN.domain }) });
  }

  /** Adds a node with one result. */
  node(opType: string, input: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    return this.nodes(opType, input, attributes)[0] ?? "";
  }

  /** A float tensor. The same numbers in the same shape are stored once. */
  floats(data: Float32Array, dims: readonly number[]): string {
    const key = `${data.byteOffset}:${data.length}:${dims.join("x")}`;
    if (data.length <= 4)
      return this.#once(`f:${[...data].join(",")}:${dims.join("x")}`, () => this.#addFloats(data, dims));
    const known = this.#floats.get(data.buffer) ?? new Map<string, string>();
    this.#floats.set(data.buffer, known);
    const found = known.get(key);
    if (found) return found;
    const name = this.#addFloats(data, dims);
    known.set(key, name);
    return name;
  }

  scalar(value: number): string {
    return this.floats(Float32Array.of(value), []);
  }

  ints(values: readonly number[]): string {
    return this.#once(`i:${values.join(",")}`, () => {
      const raw = new BigInt64Array(values.map((v) => BigInt(v)));
      return this.#add([values.length], DataType.int64, new Uint8Array(raw.buffer));
    });
  }

  /** Says what shape a result has; equal names of dimensions mean equal sizes. */
  describe(name: string, elemType: number, dimensions: readonly Dimension[]): void {
    this.#shapes.set(name, { elemType, dimensions });
  }

  /** Notes that a result is expected in the CPU's blocked layout. */
  block(name: string): void {
    if (this.device === "cpu") this.#blocked.add(name);
  }

  isBlocked(name: string): boolean {
    return this.#blocked.has(name);
  }

  /** Says that a result has the shape of another. */
  describeLike(name: string, like: string): void {
    const shape = this.#shapes.get(like);
    if (shape) this.#shapes.set(name, shape);
  }

  /** Constants that are not in the model but handed over with it. */
  get beside(): readonly Beside[] {
    return this.#beside;
  }

  /** The encoded model. */
  finish(
    inputs: readonly { readonly name: string; readonly shape: readonly Dimension[] }[],
    outputs: readonly { readonly name: string; readonly shape: readonly Dimension[]; readonly dataType: number }[],
  ): Uint8Array {
    for (const { name } of inputs) this.#shapes.delete(name);
    return encodeModel({
      irVersion: IR_VERSION,
      producerName: "dreamloom",
      opsetImport: [{ domain: "", version: OPSET }, ...(this.#own ? [OWN_DOMAIN] : [])],
      graph: {
        name: "program",
        node: this.#nodes,
        initializer: this.#initializers,
        input: inputs.map((i) => describe(i.name, DataType.float32, i.shape)),
        output: outputs.map((o) => describe(o.name, o.dataType, o.shape)),
        valueInfo: [...this.#shapes].map(([name, shape]) => describe(name, shape.elemType, shape.dimensions)),
      },
    });
  }

  #once(key: string, make: () => string): string {
    const known = this.#small.get(key);
    if (known) return known;
    const name = make();
    this.#small.set(key, name);
    return name;
  }

  #addFloats(data: Float32Array, dims: readonly number[]): string {
    this.#bytes += data.byteLength;
    return this.#add(dims, DataType.float32, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }

  #add(dims: readonly number[], dataType: number, rawData: Uint8Array): string {
    const name = `const_${this.#initializers.length}`;
    const length = rawData.byteLength;
    if (length < BESIDE) this.#initializers.push({ name, dims, dataType, rawData });
    else {
      const externalData = Object.entries({ location: name, offset: 0, length }).map(([key, value]) => {
        return { key, value: String(value) };
      });
      this.#initializers.push({ name, dims, dataType, dataLocation: DataLocation.external, externalData });
      this.#beside.push({ path: name, data: rawData });
    }
    return name;
  }
}
