/** What a runtime is: something that runs tensor programs on a device. */
import { type Said, SentenceError } from "../../shared/sentences/sentence-error.js";
import type { Node } from "../graph/node.js";

/** Numbers in row-major order with their shape. */
export interface Tensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

export type Tensors = Readonly<Record<string, Tensor>>;

/** A result that stays on its device, of rank 4: another run there takes it as an input without a copy. */
export interface Held {
  readonly shape: readonly number[];
  read(): Promise<Float32Array>;
  /** Frees it; it can be neither read nor given to a run any more. */
  release(): void;
}

/** One for each input node that a program's outputs reach, by its name. */
export type Inputs = Readonly<Record<string, Tensor | Held>>;

/** What a run has made. */
export interface Outcome {
  readonly tensors: Tensors;
  /** Outputs that the program was compiled to hold. */
  readonly held: Readonly<Record<string, Held>>;
}

/** A compiled tensor program. */
export interface Program {
  /** Weights and other constants it holds, in bytes; known once it has run. */
  readonly bytes: number;
  /**
   * Runs the program, and reads what is not held. Dimensions that are null in the inputs' shapes may differ from run to
   * run.
   */
  run(inputs: Inputs): Promise<Tensors>;
  /** The same; the caller releases what is held. */
  advance(inputs: Inputs): Promise<Outcome>;
  /** Frees the device's memory. */
  dispose(): Promise<void>;
}

export interface CompileOptions {
  /** It will run a few times: nothing is prepared that pays over many runs only. */
  readonly seldom?: boolean;
}

export interface Runtime {
  /** For instance "onnx-cpu", "onnx-webgpu", "tfjs-cpu"; what was asked for ("auto") until `open` has chosen. */
  readonly name: string;
  /** Whether it plans again, for longer than a step takes, whenever an input has another shape than before. */
  readonly plansForShapes?: boolean;
  /**
   * Chooses the device where that is not done yet: what depends on the device (memory, smoothing) is asked afterwards.
   * @throws DeviceError when a device that was asked for by name does not work
   */
  open?(): Promise<void>;
  /**
   * Compiles what `outputs` reach.
   * @param held names of outputs that stay on the device
   */
  compile(
    outputs: Readonly<Record<string, Node>>,
    held?: readonly string[],
    options?: CompileOptions,
  ): Promise<Program>;
}

/** A device or its library cannot do what was asked. */
export class RuntimeFailure extends Error {
  override readonly name = "RuntimeFailure";
}

/** A device that was asked for cannot be used; the message says why, and what would help. */
export class DeviceError<S extends Said = Said> extends SentenceError<S> {
  override readonly name = "DeviceError";
}
