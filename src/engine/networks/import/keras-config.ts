/**
 * Keras's `model_config`: which layers there are and what they take in. Sequential and functional models, models within
 * models.
 */
import { z } from "zod";
import { NetworkError } from "../network.js";

const Config = z.record(z.string(), z.unknown());
const LayerConfig = z.object({
  class_name: z.string(),
  name: z.string().optional(),
  config: Config.or(z.array(z.unknown())),
  inbound_nodes: z.array(z.unknown()).optional(),
});
const ModelConfig = z.object({ class_name: z.string(), config: z.unknown() });
const LayerList = z.object({ layers: z.array(LayerConfig) });
type LayerConfig = z.infer<typeof LayerConfig>;

/** A layer of the model with models within it opened up. */
export interface KerasLayer {
  readonly name: string;
  readonly kind: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: readonly string[];
  /** Where Keras 3 may keep its weights: by the names of the models around it and its own, or by their kinds. */
  readonly stored?: { readonly name: string; readonly kind: string };
  /** Which Keras wrote the file, where it says so: 2, 3. */
  readonly keras?: number;
}

/** The first number of a version of Keras, as `3.8.0`. */
export function majorOf(version: unknown): number | undefined {
  const major = typeof version === "string" ? Number.parseInt(version, 10) : Number.NaN;
  return Number.isNaN(major) ? undefined : major;
}

/** Keras's own: Conv2D is conv2d, BatchNormalization batch_normalization. */
const snake = (kind: string): string =>
  kind
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();

const MODELS = new Set(["Model", "Functional", "Sequential"]);

/**
 * Names of what one call of a layer takes in: Keras 2 `[["conv1", 0, 0, {}], ...]`, Keras 3 `{args:
 * [...keras_history...]}`.
 */
function callInputs(call: unknown): { name: string; node: number }[] {
  const found: { name: string; node: number }[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      const [name, node, tensor] = value;
      if (typeof name === "string" && typeof node === "number" && typeof tensor === "number")
        found.push({ name, node });
      else for (const item of value) visit(item);
    } else if (value !== null && typeof value === "object") {
      if ("keras_history" in value) visit(value.keras_history);
      else for (const item of Object.values(value)) visit(item);
    }
  };
  visit(call);
  return found;
}

/** A layer's later calls (it may be used several times) get names of their own. */
const callName = (name: string, node: number): string => (node === 0 ? name : `${name}:${node}`);

function nameOf(layer: LayerConfig): string {
  const inner = Array.isArray(layer.config) ? undefined : layer.config.name;
  return layer.name ?? (typeof inner === "string" ? inner : layer.class_name);
}

interface Opened {
  readonly layers: KerasLayer[];
  /** What the model gives out. */
  readonly output: string;
}

/** Opens one model: adds its layers one by one, those of inner models included. */
class Opening {
  readonly layers: KerasLayer[] = [];
  /** Names inside this model, of calls, to names of opened layers. */
  readonly #names = new Map<string, string>();
  /** Layers of each kind so far. */
  readonly #kinds = new Map<string, number>();
  #previous: string | undefined;

  /** @param given what takes the place of the model's input, for an inner model */
  constructor(
    private readonly sequential: boolean,
    private readonly given: string | undefined,
    private readonly prefix: string,
    /** Where the model's own layers are stored. */
    private readonly within: { readonly name: string; readonly kind: string },
  ) {
    this.#previous = given;
  }

  add(layer: LayerConfig): void {
    const kind = snake(layer.class_name);
    const before = this.#kinds.get(kind) ?? 0;
    this.#kinds.set(kind, before + 1);
    const stored = {
      name: `${this.within.name}${nameOf(layer)}`,
      kind: `${this.within.kind}${kind}${before === 0 ? "" : `_${before}`}`,
    };
    const calls = !this.sequential && layer.inbound_nodes?.length ? layer.inbound_nodes : [undefined];
    for (const [node, call] of calls.entries()) this.#addCall(layer, callName(nameOf(layer), node), call, stored);
  }

  #addCall(layer: LayerConfig, name: string, call: unknown, stored: { name: string; kind: string }): void {
    const inputs = this.#inputs(call);
    if (layer.class_name === "InputLayer" && this.given !== undefined) {
      this.#names.set(name, this.given);
      return;
    }
    if (MODELS.has(layer.class_name)) {
      const within = { name: `${stored.name}/`, kind: `${stored.kind}/` };
      const inner = openModel(layer.class_name, layer.config, inputs[0], `${this.prefix}${name}>`, within);
      this.layers.push(...inner.layers);
      this.#opened(name, inner.output);
      return;
    }
    // Sequential models may leave their InputLayer out: its shape is then on the first layer.
    if (this.sequential && this.#previous === undefined && layer.class_name !== "InputLayer") {
      const image = `${this.prefix}input`;
      this.#push(layer, "InputLayer", image, []);
      inputs.push(image);
    }
    this.#push(layer, layer.class_name, this.prefix + name, inputs, stored);
    this.#opened(name, this.prefix + name);
  }

  #inputs(call: unknown): string[] {
    if (this.sequential) return this.#previous === undefined ? [] : [this.#previous];
    return callInputs(call).map(({ name, node }) => {
      const called = callName(name, node);
      return this.#names.get(called) ?? this.prefix + called;
    });
  }

  #push(
    { config }: LayerConfig,
    kind: string,
    name: string,
    inputs: readonly string[],
    stored?: KerasLayer["stored"],
  ): void {
    this.layers.push({ name, kind, config: Array.isArray(config) ? {} : config, inputs, ...(stored && { stored }) });
  }

  #opened(name: string, as: string): void {
    this.#names.set(name, as);
    this.#previous = as;
  }

  /** What the model gives out: as its config declares, or its last layer. */
  output(config: unknown): string {
    const declared =
      config !== null && typeof config === "object" && "output_layers" in config
        ? callInputs(config.output_layers)[0]
        : undefined;
    const output = (declared && this.#names.get(callName(declared.name, declared.node))) ?? this.#previous;
    if (output === undefined) throw new NetworkError("corrupt", "model.empty");
    return output;
  }
}

function openModel(
  kind: string,
  config: unknown,
  given: string | undefined,
  prefix: string,
  within: { readonly name: string; readonly kind: string },
): Opened {
  const list = LayerList.safeParse(Array.isArray(config) ? { layers: config } : config);
  if (!list.success) throw new NetworkError("corrupt", "model.layers");
  const opening = new Opening(kind === "Sequential", given, prefix, within);
  for (const layer of list.data.layers) opening.add(layer);
  return { layers: opening.layers, output: opening.output(config) };
}

/**
 * Reads a `model_config` (or what tfjs calls `modelTopology`).
 * @throws NetworkError "corrupt" when it is not one
 */
export function readModelConfig(topology: unknown): KerasLayer[] {
  let inner = topology;
  if (inner !== null && typeof inner === "object" && "model_config" in inner) inner = inner.model_config;
  const model = ModelConfig.safeParse(inner);
  if (!model.success) throw new NetworkError("corrupt", "model.no-description");
  const { class_name: kind, config } = model.data;
  if (!MODELS.has(kind)) throw new NetworkError("unsupported", "model.kind", { kind });
  const { layers } = openModel(kind, config, undefined, "", { name: "", kind: "" });
  // Layers of inner models keep their short names where nothing else is called so.
  const count = new Map<string, number>();
  const short = (name: string): string => name.slice(name.lastIndexOf(">") + 1);
  for (const { name } of layers) count.set(short(name), (count.get(short(name)) ?? 0) + 1);
  const final = (name: string): string => (count.get(short(name)) === 1 ? short(name) : name.replaceAll(">", "/"));
  return layers.map((l) => ({ ...l, name: final(l.name), inputs: l.inputs.map(final) }));
}
