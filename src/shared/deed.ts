/** What a recipe does, as far as people are told who do not see the picture; the sentences put it into words. */
export type Deed =
  | {
      readonly does: "dream";
      /** The things that the picture becomes, and those that it is pushed away from. */
      readonly into?: readonly string[] | undefined;
      readonly away?: readonly string[] | undefined;
      /** A named choice of layers. */
      readonly look?: string | undefined;
    }
  /** By the styles' names; without one, in the style of a picture that was sent. */
  | { readonly does: "paint"; readonly styles: readonly string[]; readonly film?: boolean }
  /** Of a named style or of a picture, leaning into things or away from them; or of the things alone. */
  | {
      readonly does: "texture";
      readonly style?: string | undefined;
      readonly into?: readonly string[] | undefined;
      readonly away?: readonly string[] | undefined;
    }
  /** What a neuron, or the word for a class, looks like by itself. */
  | { readonly does: "neuron"; readonly neuron?: string | undefined; readonly into?: readonly string[] | undefined }
  | { readonly does: "neurons"; readonly network: string }
  | { readonly does: "zoom"; readonly into?: readonly string[] | undefined }
  /** What a network has learnt, shown by a dream of it. */
  | { readonly does: "teach"; readonly look: string };
