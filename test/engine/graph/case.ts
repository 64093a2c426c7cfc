/** What a conformance case is, and how its numbers are made. */
import { gradientOf } from "../../../src/engine/graph/gradient.js";
import type { Node, NodeOf, Shape } from "../../../src/engine/graph/node.js";
import { input, mul, sumAll } from "../../../src/engine/graph/ops.js";
import { type Domain, distinct } from "./numbers.js";
import { type Array64, interpret } from "./reference.js";

/** An input: its declared shape, with null where it varies; by which it is differentiated unless `fixed`. */
export interface CaseInput {
  readonly shape: Shape;
  readonly domain?: Domain;
  readonly fixed?: boolean;
  /** A promise about height and width, which runs must keep. */
  readonly multipleOf?: number;
}

/** A small program, and the sizes of its inputs with which it is run, one compiled program for all. */
export interface Case {
  readonly name: string;
  readonly inputs: Readonly<Record<string, CaseInput>>;
  readonly runs: readonly Readonly<Record<string, readonly number[]>>[];
  build(x: Readonly<Record<string, Node>>): Node;
}

/** A feature map whose batch, height and width vary. */
export const map = (channels: number): CaseInput => ({ shape: [null, channels, null, null] });

export interface Program {
  readonly y: Node;
  /** sum(y * g) for numbers g that are an input as well: its gradients exercise every rule with uneven gradients. */
  readonly loss: Node;
  /** y, and the gradients of the loss under `by:NAME`. */
  readonly outputs: Readonly<Record<string, Node>>;
  /** The inputs that are differentiated by. */
  readonly by: readonly string[];
}

export function programOf({ inputs, build }: Case): Program {
  const nodes: Record<string, NodeOf<"input">> = {};
  for (const [name, { shape, multipleOf }] of Object.entries(inputs)) nodes[name] = input(name, shape, multipleOf);
  const y = build(nodes);
  const g = input("g", y.shape);
  const by = Object.keys(inputs).filter((name) => !inputs[name]?.fixed);
  const outputs: Record<string, Node> = { y };
  for (const name of by) {
    const x = nodes[name];
    if (x) outputs[`by:${name}`] = gradientOf([{ of: y, g }], x);
  }
  return { y, loss: sumAll(mul(y, g)), outputs, by };
}

/** The inputs of one run, g included. */
export function numbersOf(
  test: Case,
  { y }: Program,
  run: Readonly<Record<string, readonly number[]>>,
): Record<string, Array64> {
  const values: Record<string, Array64> = {};
  for (const [i, [name, shape]] of Object.entries(run).entries())
    values[name] = distinct(shape, 100 + i, test.inputs[name]?.domain);
  const { shape } = interpret({ y }, values).y;
  return { ...values, g: distinct(shape, 99) };
}
