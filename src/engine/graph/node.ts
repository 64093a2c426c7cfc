/**
 * The tensor program's data structure: an immutable DAG of nodes over a closed set of operations.
 *
 * A node names an operation, its inputs and its attributes. There is no graph object: a program is whatever its outputs
 * reach, so dead branches and layers past the last one used simply do not exist. `ops.ts` builds nodes and infers
 * shapes, `gradient.ts` holds one rule per operation, `src/engine/runtimes` run programs on devices.
 *
 * Feature maps are NCHW, kernels OIHW.
 */

/**
 * A dimension: a number where known when the program is built, null where it varies from run to run (batch, height,
 * width).
 */
export type Dim = number | null;
export type Shape = readonly Dim[];

/** Top, left, bottom, right. */
export type Pads = readonly [number, number, number, number];
/** Height, width. */
export type Pair = readonly [number, number];

/** A convolution's geometry. Padding is with zeros. */
export interface ConvAttributes {
  readonly strides: Pair;
  readonly pads: Pads;
  readonly dilations: Pair;
  readonly groups: number;
}

/** A pooling window's geometry. Padded places never win (max) and are never counted (average). */
export interface PoolAttributes {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly pads: Pads;
}

/**
 * Where the places along an axis of a result are taken from: between which two places of the source, or at which one.
 * Sources outside the axis count as its nearest place; "reflect" mirrors them at the first and last place.
 */
export type Sampling =
  | { readonly type: "pad"; readonly mode: "reflect" | "edge"; readonly before: number; readonly after: number }
  | {
      readonly type: "resize";
      /** Result's places a source's place; null: to the size of the second input. */
      readonly factor: number | null;
      /** Which places of source and result fall together: corners of pixels, their centres at both ends, the first. */
      readonly align: "corners" | "ends" | "first";
      /** null: linear, weighted by distance. */
      readonly rounding: "floor" | "ceil" | "round-down" | "round-up" | null;
    };

/** How rows and columns of a feature map are taken. */
export interface ResampleAttributes {
  readonly rows: Sampling;
  readonly columns: Sampling;
}

/** Blocks of places that are channels on the other side; "DCR" has a channel's places apart, "CRD" side by side. */
export interface BlockAttributes {
  readonly block: number;
  readonly order: "DCR" | "CRD";
}

/** How much to take off, or add, before and after each axis. */
export interface BorderAttributes {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/**
 * The closed set of operations and their attributes. Adding one means: a constructor with its shape rule in `ops.ts`, a
 * gradient rule in `gradient.ts`, and a lowering in every runtime; the conformance suite fails until all are there.
 */
export interface OperationAttributes {
  // Sources
  /** `multipleOf` promises that height and width are multiples of it. */
  readonly input: { readonly name: string; readonly multipleOf: number };
  readonly constant: { readonly data: Float32Array };
  // Elementwise, with broadcasting of dimensions of size 1
  readonly add: Record<never, never>;
  readonly sub: Record<never, never>;
  readonly mul: Record<never, never>;
  readonly div: Record<never, never>;
  // Elementwise
  readonly relu: Record<never, never>;
  readonly clip: { readonly min: number; readonly max: number };
  readonly exp: Record<never, never>;
  readonly log: Record<never, never>;
  readonly abs: Record<never, never>;
  readonly erf: Record<never, never>;
  readonly sigmoid: Record<never, never>;
  readonly tanh: Record<never, never>;
  readonly pow: { readonly exponent: number };
  // Comparison (bool result) and choice
  readonly greater: Record<never, never>;
  readonly greaterOrEqual: Record<never, never>;
  readonly equal: Record<never, never>;
  readonly where: Record<never, never>;
  // Windows over feature maps, and their adjoints
  readonly conv2d: ConvAttributes;
  readonly conv2dTranspose: ConvAttributes;
  readonly maxPool: PoolAttributes;
  readonly maxPoolGradient: PoolAttributes;
  readonly avgPool: PoolAttributes;
  readonly avgPoolGradient: PoolAttributes;
  readonly subsample: { readonly strides: Pair };
  readonly subsampleGradient: { readonly strides: Pair };
  // Images that continue at their opposite sides
  readonly roll: Record<never, never>;
  readonly blur: Record<never, never>;
  readonly sample: Record<never, never>;
  // Images of another size, and blocks of pixels as channels
  readonly resample: ResampleAttributes;
  readonly resampleGradient: ResampleAttributes;
  readonly depthToSpace: BlockAttributes;
  readonly spaceToDepth: BlockAttributes;
  // Linear algebra and layout
  readonly matmul: { readonly transposeA: boolean; readonly transposeB: boolean };
  readonly transpose: { readonly permutation: readonly number[] };
  readonly reshape: { readonly shape: readonly number[] };
  readonly reshapeLike: Record<never, never>;
  readonly crop: BorderAttributes;
  readonly pad: BorderAttributes;
  readonly concat: { readonly axis: number };
  // Reductions (dimensions are kept with size 1) and their adjoints
  readonly reduceSum: { readonly axes: readonly number[] };
  readonly reduceMax: { readonly axes: readonly number[] };
  readonly expandLike: Record<never, never>;
  readonly count: { readonly axes: readonly number[] };
  readonly stopGradient: Record<never, never>;
}

export type Operation = keyof OperationAttributes;

/** A value in a tensor program. */
export type Node = { readonly [K in Operation]: NodeOf<K> }[Operation];

export interface NodeOf<K extends Operation> {
  readonly op: K;
  readonly inputs: readonly Node[];
  readonly attributes: OperationAttributes[K];
  readonly shape: Shape;
  readonly type: "float32" | "bool";
}

/** A mistake in how a program was put together: a shape that does not fit, a rule that does not exist. */
export class GraphError extends Error {
  override readonly name = "GraphError";
}

/** An element that must be there, such as an operation's input. */
export function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new GraphError(`element ${index} of ${list.length} is needed`);
  return found;
}

/** A convolution's kernel. */
export function kernelOf(node: NodeOf<"conv2d"> | NodeOf<"conv2dTranspose">): NodeOf<"constant"> {
  const kernel = at(node.inputs, 1);
  if (kernel.op !== "constant") throw new GraphError("a convolution's kernel must be a constant");
  return kernel;
}

/** Whether a node is the number 0. */
export function isZero(node: Node | undefined): boolean {
  return node?.op === "constant" && node.attributes.data.length === 1 && node.attributes.data[0] === 0;
}

/** Whether an operand is a feature map of its sum's shape: nothing is broadcast. */
export const isMap = ({ shape }: Node, sum: Node): boolean =>
  shape.length === 4 &&
  shape.every((d, i) => (d === null ? sum.shape[i] !== 1 : d === sum.shape[i] && (i < 2 || d !== 1)));

/** All nodes that `outputs` reach, each after its inputs. */
export function topologicalOrder(outputs: Iterable<Node>): Node[] {
  return inOrder(outputs, (node) => node.inputs);
}

/**
 * All that `roots` reach, each after its inputs. An explicit stack: a ResNet with its gradient is deeper than the call
 * stack allows.
 * @param circle is told of one that reaches itself
 */
export function inOrder<T>(roots: Iterable<T>, inputsOf: (item: T) => readonly T[], circle?: (item: T) => never): T[] {
  const order: T[] = [];
  const state = new Map<T, "open" | "done">();
  for (const root of roots) {
    const stack = state.has(root) ? [] : [{ item: root, inputs: inputsOf(root), next: 0 }];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      state.set(top.item, "open");
      const input = top.inputs[top.next++];
      if (input === undefined) {
        state.set(top.item, "done");
        order.push(top.item);
        stack.pop();
      } else if (!state.has(input)) stack.push({ item: input, inputs: inputsOf(input), next: 0 });
      else if (state.get(input) === "open") circle?.(input);
    }
  }
  return order;
}
