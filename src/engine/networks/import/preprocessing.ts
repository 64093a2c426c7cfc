/** What a network's training did to images before they went in. */
import { z } from "zod";

const three = z.tuple([z.number(), z.number(), z.number()]);

/**
 * The network sees `(x - mean) * scale` with channels in `channels` order, x being 0..255.
 * `mean` and `scale` are in the network's order, as published: BGR networks list blue first.
 */
export const Preprocessing = z.strictObject({
  channels: z.enum(["rgb", "bgr"]),
  mean: three.default([0, 0, 0]),
  scale: z.union([z.number().positive(), three]).default(1),
});
export type Preprocessing = z.infer<typeof Preprocessing>;

/** Keras's "caffe" mode: VGG16, VGG19, ResNet50, SqueezeNet. */
export const CAFFE: Preprocessing = { channels: "bgr", mean: [103.939, 116.779, 123.68], scale: 1 };

/** 0..255 as they are. */
export const RAW: Preprocessing = { channels: "rgb", mean: [0, 0, 0], scale: 1 };
/** 0..1: a picture divided by 255. */
export const UNIT: Preprocessing = { channels: "rgb", mean: [0, 0, 0], scale: 1 / 255 };
/** -1..1: Keras's "tf" mode; Inception, MobileNet, Xception. */
export const SIGNED: Preprocessing = { channels: "rgb", mean: [127.5, 127.5, 127.5], scale: 1 / 127.5 };

/**
 * Torchvision's: RGB, mean and standard deviation of ImageNet. The ONNX zoo's VGG, ResNet, SqueezeNet and MobileNetV2
 * want this.
 */
export const TORCH: Preprocessing = {
  channels: "rgb",
  mean: [123.675, 116.28, 103.53],
  scale: [1 / 58.395, 1 / 57.12, 1 / 57.375],
};

/** For each channel of RGB, its place in the network's order. */
export function channelOrder({ channels }: Preprocessing): readonly [number, number, number] {
  return channels === "bgr" ? [2, 1, 0] : [0, 1, 2];
}

/** The factor of each channel, in the network's order. */
export function channelScale({ scale }: Preprocessing): readonly [number, number, number] {
  return typeof scale === "number" ? [scale, scale, scale] : scale;
}
