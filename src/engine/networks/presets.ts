/**
 * What a network is good for: looks for dreaming, layers for style and content. Kept in YAML, beside the network or in
 * the catalogue.
 */
import { parse } from "yaml";
import { z } from "zod";
import { sentence } from "../../shared/sentences/sentence.js";
import { Preprocessing } from "./import/preprocessing.js";

/** Layers with weights. */
export const LayerWeights = z
  .record(z.string().min(1), z.number())
  .refine((layers) => Object.values(layers).some((weight) => weight !== 0), {
    error: () => sentence("presets.no-layer"),
  });
export type LayerWeights = z.infer<typeof LayerWeights>;

export const Look = z.strictObject({ description: z.string().min(1), layers: LayerWeights });
export type Look = z.infer<typeof Look>;

const Dream = z
  .strictObject({ default: z.string(), looks: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), Look) })
  .refine((dream) => dream.default in dream.looks, { error: () => sentence("presets.default"), path: ["default"] });

export const Presets = z.strictObject({
  dream: Dream,
  style: z.strictObject({
    layers: LayerWeights,
    content: z.string().min(1),
    /**
     * "average" replaces the network's own pooling, where its windows tile the image (VGG): smoother, and slower to
     * find shapes.
     */
    pooling: z.enum(["max", "average"]).default("max"),
    /**
     * Length of a painting's steps against the usual; networks with skips between layers lose the photo with long ones.
     */
    rate: z.number().positive().max(10).default(0.85),
    /**
     * Shifts of the canvas that a painting's steps take in turn, so that the grid of strided convolutions does not
     * show.
     */
    shifts: z.number().int().min(1).max(16).default(4),
    /**
     * Paintings have the style's random features too: larger swirls and fuller forms for some more work. With VGG it
     * shows, with ResNet50 it does not.
     */
    randomFeatures: z.boolean().default(false),
  }),
});
export type Presets = z.infer<typeof Presets>;

/** What a network's classes are called, in the file's order. */
export const ClassNames = z.array(z.string().min(1)).min(2);

/** The side in pixels of the squares as which a classifier has seen pictures in training, whatever their shape. */
export const Square = z.int().min(16).max(1024);

/** A `dreamloom.yaml` beside a network of one's own. Everything may be left out. */
export const NetworkNotes = z.strictObject({
  title: z.string().optional(),
  help: z.string().optional(),
  licence: z.string().optional(),
  credit: z.string().optional(),
  preprocessing: Preprocessing.optional(),
  /** What the file's classes are called, in its order, where they are not ImageNet's. */
  classes: ClassNames.optional(),
  square: Square.optional(),
  dream: Dream.optional(),
  style: Presets.shape.style.optional(),
});
export type NetworkNotes = z.infer<typeof NetworkNotes>;

/** What is written in a `dreamloom.yaml`. @throws ZodError or YAMLParseError that says what is wrong */
export function readNotes(text: string): NetworkNotes {
  return NetworkNotes.parse(parse(text) ?? {});
}

/** The looks of a network that comes with none, and how deep in it each is. */
const DEPTHS = { textures: 0.25, patterns: 0.45, parts: 0.6, creatures: 0.72, ornaments: 0.9 } as const;

/** @param layerAt the layer's name at a share of the depth */
export function looksByDepth(layerAt: (share: number) => string): Presets["dream"] {
  const looks = Object.entries(DEPTHS).map(([name, share]) => {
    return [name, { description: sentence(`look.${name as keyof typeof DEPTHS}`), layers: { [layerAt(share)]: 1 } }];
  });
  return { default: "creatures", looks: Object.fromEntries(looks) };
}
