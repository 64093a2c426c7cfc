/** The option that names a preset; those that come with the program are its choices. */
export const PRESET = "preset";
