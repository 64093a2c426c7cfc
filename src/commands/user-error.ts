/** What a person has done wrong: what it is, what would be right, and an example. Told to that person only. */
export class UserError extends Error {
  override readonly name = "UserError";
}
