/** Architectures of weight-only Keras files, which do not hold their own, and how to tell which one a file is. */
import type { KerasLayer } from "./keras-config.js";

const image: KerasLayer = {
  name: "input_1",
  kind: "InputLayer",
  config: { batch_input_shape: [null, null, null, 3] },
  inputs: [],
};

/** Layers that each take in the one before, unless others are named. */
function stack() {
  const layers = [image];
  const push = (name: string, kind: string, config: KerasLayer["config"], inputs = [layers.at(-1)?.name ?? ""]) => {
    layers.push({ name, kind, config, inputs });
    return name;
  };
  return { layers, push };
}

/**
 * VGG without its top: blocks of 3x3 convolutions, each block ended by max pooling (Simonyan and Zisserman 2014).
 * @param depths convolutions in each block: [2, 2, 3, 3, 3] is VGG16
 */
function vgg(depths: readonly number[]): KerasLayer[] {
  const { layers, push } = stack();
  for (const [b, depth] of depths.entries()) {
    for (let c = 1; c <= depth; c++) push(`block${b + 1}_conv${c}`, "Conv2D", { padding: "same", activation: "relu" });
    push(`block${b + 1}_pool`, "MaxPooling2D", { pool_size: [2, 2], strides: [2, 2] });
  }
  return layers;
}

/**
 * SqueezeNet 1.1 without its top, with the layer names of github.com/rcmalli/keras-squeezenet (Iandola et al. 2016).
 */
function squeezenet(): KerasLayer[] {
  const { layers, push } = stack();
  const pool = (name: string) => push(name, "MaxPooling2D", { pool_size: [3, 3], strides: [2, 2] });
  const fire = (n: number): void => {
    const at = `fire${n}/`;
    push(`${at}squeeze1x1`, "Conv2D", { padding: "valid" });
    const squeezed = push(`${at}relu_squeeze1x1`, "Activation", { activation: "relu" });
    for (const size of ["expand1x1", "expand3x3"]) {
      push(`${at}${size}`, "Conv2D", { padding: size === "expand3x3" ? "same" : "valid" }, [squeezed]);
      push(`${at}relu_${size}`, "Activation", { activation: "relu" });
    }
    push(`${at}concat`, "Concatenate", { axis: 3 }, [`${at}relu_expand1x1`, `${at}relu_expand3x3`]);
  };
  push("conv1", "Conv2D", { strides: [2, 2], padding: "valid" });
  push("relu_conv1", "Activation", { activation: "relu" });
  pool("pool1");
  fire(2);
  fire(3);
  pool("pool3");
  fire(4);
  fire(5);
  pool("pool5");
  for (const n of [6, 7, 8, 9]) fire(n);
  return layers;
}

/** The architecture whose layers a file's weights are for, or undefined. */
export function architectureOf(names: ReadonlySet<string>): KerasLayer[] | undefined {
  if (names.has("block5_conv4")) return vgg([2, 2, 4, 4, 4]);
  if (names.has("block5_conv3")) return vgg([2, 2, 3, 3, 3]);
  if (names.has("fire9/squeeze1x1") && names.has("pool5")) return squeezenet();
  return undefined;
}
