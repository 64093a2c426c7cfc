/** What a runtime is: something that runs tensor programs on a device. */
import { type Said, SentenceError } from "../../shared/sentences/sentence-error.js";
import type { Node } from "../graph/node.js";

/** Numbers in row-major order with their shape. */
export interface Tensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

export type Tensors = Readonly<Record<string, Tensor>>;

/** A compiled tensor program. */
export interface Program {
  /** Weights and other constants it holds, in bytes; known once it has run. */
  readonly bytes: number;
  /**
   * Runs the program. Dimensions that are null in the inputs' shapes may differ from run to run.
   * @param inputs one tensor for each input node that the outputs reach, by its name
   */
  run(inputs: Tensors): Promise<Tensors>;
  /** Frees the device's memory. */
  dispose(): Promise<void>;
}

export interface Runtime {
  /** For instance "onnx-cpu", "onnx-webgpu", "tfjs-cpu". */
  readonly name: string;
  /** Compiles what `outputs` reach. */
  compile(outputs: Readonly<Record<string, Node>>): Promise<Program>;
}

/** A device or its library cannot do what was asked. */
export class RuntimeFailure extends Error {
  override readonly name = "RuntimeFailure";
}

/** A device that was asked for cannot be used; the message says why, and what would help. */
export class DeviceError<S extends Said = Said> extends SentenceError<S> {
  override readonly name = "DeviceError";
}
