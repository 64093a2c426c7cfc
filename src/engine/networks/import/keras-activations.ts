/** Keras's activations by name. */
import type { KerasLayer } from "./keras-config.js";
import { type Step, Unusable } from "./layer-graph.js";

const parameter = (config: Readonly<Record<string, unknown>>, names: readonly string[], otherwise: number): number => {
  for (const name of names) {
    const value = config[name];
    if (typeof value === "number") return value;
  }
  return otherwise;
};

const step = (activation: Extract<Step, { type: "activation" }>["activation"]): Step => ({
  type: "activation",
  activation,
});

function relu(config: Readonly<Record<string, unknown>>): Step {
  const max = parameter(config, ["max_value"], Number.POSITIVE_INFINITY);
  const slope = parameter(config, ["negative_slope"], 0);
  const threshold = parameter(config, ["threshold"], 0);
  if (threshold !== 0 || (slope !== 0 && Number.isFinite(max))) throw new Unusable("unusable.relu");
  if (slope !== 0) return step({ name: "leakyRelu", alpha: slope });
  return step(Number.isFinite(max) ? { name: "clip", min: 0, max } : { name: "relu" });
}

/**
 * The step of an activation, a Keras name or `{class_name, config}`.
 * @param layer that it belongs to, with its settings: alpha, max_value, ...
 */
export function kerasActivation(activation: unknown, layer: Pick<KerasLayer, "config" | "keras">): Step {
  if (activation !== null && typeof activation === "object" && "class_name" in activation) {
    const inner =
      "config" in activation && activation.config !== null && typeof activation.config === "object"
        ? activation.config
        : {};
    return named(String(activation.class_name).toLowerCase(), { ...layer, config: { ...inner } });
  }
  return named(activation ?? "linear", layer);
}

function named(activation: unknown, { config, keras = 2 }: Pick<KerasLayer, "config" | "keras">): Step {
  switch (activation) {
    case "linear":
      return { type: "identity" };
    case "relu":
      return relu(config);
    case "relu6":
      return step({ name: "clip", min: 0, max: 6 });
    // The function and the layer differ. What Keras 2 calls alpha is negative_slope in Keras 3.
    case "leaky_relu":
      return step({ name: "leakyRelu", alpha: parameter(config, ["alpha", "negative_slope"], 0.2) });
    case "leakyrelu":
      return step({ name: "leakyRelu", alpha: parameter(config, ["alpha", "negative_slope"], 0.3) });
    case "elu":
      return step({ name: "elu", alpha: parameter(config, ["alpha"], 1) });
    case "selu":
      return step({ name: "selu", alpha: 1.6732632423543772, gamma: 1.0507009873554805 });
    case "sigmoid":
    case "tanh":
    case "softplus":
    case "softsign":
      return step({ name: activation as "sigmoid" | "tanh" | "softplus" | "softsign" });
    case "mish":
      return step({ name: "mish" });
    case "gelu":
      return step({ name: "gelu", approximate: config.approximate === true });
    case "exponential":
      return step({ name: "exp" });
    case "hard_swish":
    case "hard_silu":
      return step({ name: "hardSwish" });
    case "swish":
    case "silu":
      return step({ name: "swish" });
    case "hard_sigmoid":
    case "hardSigmoid":
      return step({ name: "hardSigmoid", alpha: keras < 3 ? 0.2 : 1 / 6, beta: 0.5 });
    case "softmax":
      throw new Unusable("unusable.classes");
    default:
      throw new Unusable("unusable.activation", { activation: String(activation) });
  }
}
