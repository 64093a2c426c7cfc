/** A node of a TensorFlow graph as tfjs writes it: a NodeDef as JSON, with integers as text and words in base64. */
import { z } from "zod";

const whole = z.union([z.string(), z.number()]).transform(Number);
const Attribute = z.object({
  s: z.string().optional(),
  i: whole.optional(),
  f: z.union([z.number(), z.string().transform(Number)]).optional(),
  b: z.boolean().optional(),
  list: z.object({ i: z.array(whole).optional(), s: z.array(z.string()).optional() }).optional(),
  shape: z
    .object({ dim: z.array(z.object({ size: whole.optional() })).optional(), unknownRank: z.boolean().optional() })
    .optional(),
});

export const NodeDef = z.object({
  name: z.string(),
  op: z.string(),
  input: z.array(z.string()).default([]),
  attr: z.record(z.string(), Attribute).default({}),
});

const word = (base64: string): string => Buffer.from(base64, "base64").toString();

export class TfNode {
  readonly name: string;
  readonly op: string;
  /** Values that go in: a node's name, with ":1" and so on for a later result. */
  readonly inputs: readonly string[];
  readonly #attributes: z.infer<typeof NodeDef>["attr"];

  constructor({ name, op, input, attr }: z.infer<typeof NodeDef>) {
    this.name = name;
    this.op = op;
    // A caret is an order of execution, not a value.
    this.inputs = input.filter((from) => !from.startsWith("^")).map((from) => from.replace(/:0$/, ""));
    this.#attributes = attr;
  }

  #attribute(name: string): z.infer<typeof Attribute> {
    return Object.hasOwn(this.#attributes, name) ? (this.#attributes[name] ?? {}) : {};
  }

  word(name: string, otherwise = ""): string {
    const { s } = this.#attribute(name);
    return s === undefined ? otherwise : word(s);
  }

  words(name: string): readonly string[] {
    return (this.#attribute(name).list?.s ?? []).map(word);
  }

  /** Protocol buffers leave out what is 0. */
  number(name: string, otherwise = 0): number {
    const { i, f } = this.#attribute(name);
    return i ?? f ?? otherwise;
  }

  numbers(name: string): readonly number[] {
    return this.#attribute(name).list?.i ?? [];
  }

  flag(name: string): boolean {
    return this.#attribute(name).b ?? false;
  }

  /** A placeholder's dimensions; -1 where any size will do, nothing where they are not said. */
  get shape(): readonly number[] | undefined {
    const { shape } = this.#attribute("shape");
    return shape?.unknownRank ? undefined : shape?.dim?.map(({ size = 0 }) => size);
  }
}
