/** Constants of an ONNX graph, and numbers that follow from the shapes of its maps. */
import { DataType, type OnnxTensor } from "../../onnx-schema.js";
import { shapeOf, tensorNumbers } from "./onnx-tensor.js";
import { elements } from "./weights.js";

/** The height (axis 2) or width (3) of a layer's map, times a number. */
interface Size {
  readonly of: string;
  readonly axis: 2 | 3;
  readonly times: number;
}

/** A number, a size that varies from run to run, or something else that does. */
export type Element = number | Size | undefined;

export interface Constant {
  readonly shape: readonly number[];
  /** Its numbers' type in the file, or that which the operation has that made them: a {@link DataType}. */
  readonly type: number;
  /** Its numbers, whatever their type in the file; the result may be the file's own memory. */
  numbers(): ArrayLike<number>;
  /** In place of numbers, where some vary. */
  readonly elements?: readonly Element[];
}

const FLOATS: ReadonlySet<number> = new Set([DataType.float16, DataType.float32, DataType.float64, DataType.bfloat16]);
/** Whether numbers of a {@link DataType} are whole, so that what is left of a division is dropped. */
export const isWhole = (type: number): boolean => !FLOATS.has(type);

/** What has more elements is weights, not sizes. */
const SMALL = 4096;

export const constantOf = (tensor: OnnxTensor, path: string): Constant => ({
  shape: shapeOf(tensor),
  type: tensor.dataType ?? DataType.float32,
  numbers: () => tensorNumbers(tensor, path),
});

export function floatsOf(constant: Constant): Float32Array {
  const numbers = constant.numbers();
  return numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
}

/** A constant's elements, where there are few. */
export function elementsOf(constant: Constant): readonly Element[] | undefined {
  if (constant.elements) return constant.elements;
  return elements(constant.shape) <= SMALL ? Array.from(constant.numbers()) : undefined;
}

/** The constant of a few elements; undefined where they are too many or do not fill the shape. */
export function small(type: number, shape: readonly number[], list: readonly Element[]): Constant | undefined {
  if (list.length > SMALL || list.length !== elements(shape)) return undefined;
  const known = list.every((e): e is number => typeof e === "number");
  return known ? { type, shape, numbers: () => list } : { type, shape, numbers: () => [], elements: list };
}
