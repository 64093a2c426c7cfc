/** Presets: named sets of defaults of a recipe's parameters. */
import { z } from "zod";

export type Presets<S extends z.ZodObject> = Readonly<Record<string, Partial<z.input<S>>>>;

/**
 * A schema whose defaults a `preset` changes: what is given wins over the preset, the preset over the schema's own
 * defaults.
 *
 * The parsed parameters hold every value used, so a picture can be made again even when a preset changes later.
 * @param schema has a field `preset`
 * @example withPresets(z.strictObject({ preset: z.enum(["book"]).optional(), steps: z.number().default(10) }), { book:
 * { steps: 20 } })
 */
export function withPresets<S extends z.ZodObject>(schema: S, presets: Presets<S>) {
  return z.preprocess((given) => {
    if (typeof given !== "object" || given === null || !("preset" in given)) return given;
    const values = Object.entries(given).filter(([, value]) => value !== undefined);
    return { ...presets[String(given.preset)], ...Object.fromEntries(values) };
  }, schema);
}
