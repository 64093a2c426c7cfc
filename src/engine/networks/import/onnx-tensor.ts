/** Numbers of ONNX tensors: raw bytes, typed lists, or a file beside the model. */
import { closeSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { DataLocation, DataType, type OnnxTensor } from "../../onnx-schema.js";
import { NetworkError } from "../network.js";
import { halfToFloat } from "./kernels.js";
import { elements } from "./weights.js";

const BYTES: Readonly<Record<number, number>> = {
  [DataType.float32]: 4,
  [DataType.uint8]: 1,
  [DataType.int8]: 1,
  [DataType.uint16]: 2,
  [DataType.int16]: 2,
  [DataType.int32]: 4,
  [DataType.int64]: 8,
  [DataType.float16]: 2,
  [DataType.float64]: 8,
};

export const shapeOf = (tensor: OnnxTensor): readonly number[] => tensor.dims ?? [];

/** Bytes that lie in a file of their own. Only files in the model's folder are read: a model may come from anywhere. */
function externalBytes(tensor: OnnxTensor, modelPath: string): Uint8Array<ArrayBuffer> {
  const entries = new Map((tensor.externalData ?? []).map((e) => [e.key ?? "", e.value ?? ""]));
  const location = entries.get("location") ?? "";
  const folder = realpathSync(dirname(modelPath));
  let path: string;
  try {
    path = realpathSync(join(folder, location));
  } catch (error) {
    const missing = { file: location, model: basename(modelPath) };
    throw new NetworkError("corrupt", "weights.missing", missing, { cause: error });
  }
  if (!path.startsWith(folder + sep)) throw new NetworkError("corrupt", "weights.outside", { file: location });
  const offset = Number(entries.get("offset") ?? 0);
  const rest = statSync(path).size - offset;
  const length = entries.has("length") ? Number(entries.get("length")) : rest;
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0 || length > rest)
    throw new NetworkError("corrupt", "weights.short", { file: location, weight: tensor.name ?? "?" });
  const bytes = new Uint8Array(length);
  const file = openSync(path, "r");
  try {
    for (let at = 0; at < length; ) {
      const read = readSync(file, bytes, at, length - at, offset + at);
      if (read === 0) throw new NetworkError("corrupt", "weights.shrank", { file: location });
      at += read;
    }
  } finally {
    closeSync(file);
  }
  return bytes;
}

function fromBytes(bytes: Uint8Array, type: number, count: number, name: string): ArrayLike<number> {
  const size = BYTES[type];
  if (size === undefined) throw new NetworkError("unsupported", "weight.unknown-type", { weight: name, type });
  const expected = count * size;
  if (bytes.byteLength !== expected)
    throw new NetworkError("corrupt", "weight.bytes", { weight: name, bytes: bytes.byteLength, expected });
  // Protobuf aligns nothing.
  const whole = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  const { buffer, byteOffset } = whole;
  switch (type) {
    case DataType.float32:
      return new Float32Array(buffer, byteOffset, count);
    case DataType.float16:
      return halfToFloat(new Uint16Array(buffer, byteOffset, count));
    case DataType.float64:
      return new Float64Array(buffer, byteOffset, count);
    case DataType.int32:
      return new Int32Array(buffer, byteOffset, count);
    case DataType.int64:
      return Array.from(new BigInt64Array(buffer, byteOffset, count), Number);
    case DataType.uint16:
      return new Uint16Array(buffer, byteOffset, count);
    case DataType.int16:
      return new Int16Array(buffer, byteOffset, count);
    case DataType.int8:
      return new Int8Array(buffer, byteOffset, count);
    default:
      return whole;
  }
}

/**
 * A tensor's numbers, whatever their type in the file; shapes and axes are among them, so these are not all floats.
 * @throws NetworkError
 */
export function tensorNumbers(tensor: OnnxTensor, modelPath: string): ArrayLike<number> {
  const type = tensor.dataType ?? DataType.float32;
  const count = elements(shapeOf(tensor));
  const name = tensor.name ?? "?";
  if (tensor.dataLocation === DataLocation.external)
    return fromBytes(externalBytes(tensor, modelPath), type, count, name);
  if (tensor.rawData && tensor.rawData.byteLength > 0) return fromBytes(tensor.rawData, type, count, name);
  if (type === DataType.float16) return halfToFloat(Uint16Array.from(tensor.int32Data ?? []));
  const list = {
    [DataType.float32]: tensor.floatData,
    [DataType.float64]: tensor.doubleData,
    [DataType.int64]: tensor.int64Data,
  }[type];
  const numbers = list ?? tensor.int32Data ?? [];
  if (numbers.length !== count)
    throw new NetworkError("corrupt", "weight.numbers", { weight: name, numbers: numbers.length, expected: count });
  return numbers;
}
