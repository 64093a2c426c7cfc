/**
 * The part of ONNX's file format that this program reads and writes, as a protobuf schema made by reflection.
 *
 * Field numbers are those of `onnx.proto` (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto); names are its names
 * in camelCase. Fields left out here are skipped when a file is read.
 */
import protobuf from "protobufjs/light.js";

/** `TensorProto.DataType` */
export const DataType = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  bfloat16: 16,
} as const;

/** `TensorProto.DataLocation` */
export const DataLocation = { inline: 0, external: 1 } as const;

const field = <T extends string>(id: number, type: T) => ({ id, type });
const list = <T extends string>(id: number, type: T) => ({ id, type, rule: "repeated" as const });
const packed = <T extends string>(id: number, type: T) => ({ ...list(id, type), options: { packed: true } });

const MESSAGES = {
  ModelProto: {
    irVersion: field(1, "int64"),
    producerName: field(2, "string"),
    producerVersion: field(3, "string"),
    graph: field(7, "GraphProto"),
    opsetImport: list(8, "OperatorSetIdProto"),
    metadataProps: list(14, "StringStringEntryProto"),
  },
  OperatorSetIdProto: { domain: field(1, "string"), version: field(2, "int64") },
  GraphProto: {
    node: list(1, "NodeProto"),
    name: field(2, "string"),
    initializer: list(5, "TensorProto"),
    input: list(11, "ValueInfoProto"),
    output: list(12, "ValueInfoProto"),
    valueInfo: list(13, "ValueInfoProto"),
  },
  NodeProto: {
    input: list(1, "string"),
    output: list(2, "string"),
    name: field(3, "string"),
    opType: field(4, "string"),
    attribute: list(5, "AttributeProto"),
    domain: field(7, "string"),
  },
  AttributeProto: {
    name: field(1, "string"),
    f: field(2, "float"),
    i: field(3, "int64"),
    s: field(4, "bytes"),
    t: field(5, "TensorProto"),
    floats: list(7, "float"),
    ints: list(8, "int64"),
    strings: list(9, "bytes"),
    type: field(20, "int32"),
  },
  /** Numbers lie in `rawData` (little-endian) or in the list of their type. */
  TensorProto: {
    dims: list(1, "int64"),
    dataType: field(2, "int32"),
    floatData: packed(4, "float"),
    int32Data: packed(5, "int32"),
    int64Data: packed(7, "int64"),
    name: field(8, "string"),
    rawData: field(9, "bytes"),
    doubleData: packed(10, "double"),
    externalData: list(13, "StringStringEntryProto"),
    dataLocation: field(14, "int32"),
  },
  StringStringEntryProto: { key: field(1, "string"), value: field(2, "string") },
  ValueInfoProto: { name: field(1, "string"), type: field(2, "TypeProto") },
  TypeProto: { tensorType: field(1, "TensorType") },
  TensorType: { elemType: field(1, "int32"), shape: field(2, "TensorShapeProto") },
  TensorShapeProto: { dim: list(1, "Dimension") },
  Dimension: { dimValue: field(1, "int64"), dimParam: field(2, "string") },
};

type Value<T> = T extends "string"
  ? string
  : T extends "bytes"
    ? Uint8Array
    : T extends keyof typeof MESSAGES
      ? Message<T>
      : number;
/** A message of the file; any field may be missing. */
export type Message<M extends keyof typeof MESSAGES> = {
  [F in keyof (typeof MESSAGES)[M]]?: (typeof MESSAGES)[M][F] extends { rule: "repeated"; type: infer T }
    ? readonly Value<T>[]
    : (typeof MESSAGES)[M][F] extends { type: infer T }
      ? Value<T>
      : never;
};
export type OnnxModel = Message<"ModelProto">;
export type OnnxGraph = Message<"GraphProto">;
export type OnnxNode = Message<"NodeProto">;
export type OnnxTensor = Message<"TensorProto">;

// Presence is explicit, as in onnx.proto (proto2): an attribute that is 0 is written, a missing one is undefined.
const nested = Object.fromEntries(
  Object.entries(MESSAGES).map(([name, fields]) => [name, { edition: "proto2", fields }]),
);
const root = protobuf.Root.fromJSON({ nested: { onnx: { nested } } });

const messageOf = (name: keyof typeof MESSAGES): protobuf.Type => root.lookupType(`onnx.${name}`);

/** The whole file. Most callers want {@link encodeModel} and {@link decodeModel}. */
export const ModelProto: protobuf.Type = messageOf("ModelProto");
const GraphProto = messageOf("GraphProto");
const TensorProto = messageOf("TensorProto");

/**
 * An ONNX file's bytes. The numbers of constants are nearly all of them, and are copied once: protobufjs would copy
 * them several times, which takes a quarter of a second for each 100 MB instead of 0.07.
 * @example
 * const node = [{ opType: "Relu", input: ["x"], output: ["y"] }];
 * encodeModel({ irVersion: 8, opsetImport: [{ version: 17 }], graph: { node } });
 */
export function encodeModel({ graph = {}, ...model }: OnnxModel): Uint8Array {
  const { initializer = [], ...rest } = graph;
  const { graph: graphField } = MESSAGES.ModelProto;
  const { initializer: initializerField } = MESSAGES.GraphProto;
  const constants = initializer.flatMap(({ rawData, ...tensor }) => {
    const numbers = rawData ? fieldOf(MESSAGES.TensorProto.rawData, [rawData]) : [];
    return fieldOf(initializerField, [encode(TensorProto, tensor), ...numbers]);
  });
  return Buffer.concat([encode(ModelProto, model), ...fieldOf(graphField, [encode(GraphProto, rest), ...constants])]);
}

/** `create` keeps the objects as they are: nothing is copied before it is written. */
const encode = (type: protobuf.Type, message: object): Uint8Array => type.encode(type.create(message)).finish();

/** The pieces of a field that is a message or bytes: its number with what kind it is, its length, and `pieces`. */
function fieldOf({ id }: { readonly id: number }, pieces: readonly Uint8Array[]): Uint8Array[] {
  const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  return [
    protobuf.Writer.create()
      .uint32(id * 8 + BY_LENGTH)
      .uint32(length)
      .finish(),
    ...pieces,
  ];
}

/** A field's kind on the wire: its length, then as many bytes. */
const BY_LENGTH = 2;

/**
 * Reads an ONNX file; 64-bit integers become numbers, `rawData` are views of `bytes`.
 * @throws Error when the bytes are not such a file
 */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  return ModelProto.toObject(ModelProto.decode(bytes), { longs: Number }) as OnnxModel;
}
