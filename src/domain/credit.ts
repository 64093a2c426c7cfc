/** Who is named beside a job's author: who made the image or the style that it uses, or who chose. */
export interface Credit {
  /** "choice": who has chosen the styles' shares. */
  readonly role: "picture" | "style" | "choice";
  /** A person or an artist. */
  readonly by: string;
  /** What of theirs was used, where it has a name: a style's. */
  readonly what?: string;
}
