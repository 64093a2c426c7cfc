/** What a job makes by its parameters: one picture or, where an option asks for it, a sheet, a morph or a film. */

/** How many variations a job makes; 1 where it makes no sheet of them. */
export function variationsOf({ repeat = 1 }: { readonly repeat?: unknown }): number {
  return typeof repeat === "number" ? repeat : 1;
}

/** Whether a job makes a morph. */
export function isMorph({ morph }: { readonly morph?: unknown }): boolean {
  return morph === true;
}

/** How many frames of a moving picture a job works on; 1 where it makes a still. */
export function framesOf({ filmFrames }: { readonly filmFrames?: unknown }): number {
  return typeof filmFrames === "number" && filmFrames > 1 ? filmFrames : 1;
}
