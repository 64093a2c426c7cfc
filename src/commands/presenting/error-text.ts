import { sentence } from "../../shared/sentences/sentence.js";
import { storeFailureText } from "../store-failure.js";
import { UserError } from "../user-error.js";

/** What a person is told of an error. Only a `UserError` says all there is to know; every other one belongs in the log. */
export function errorText(error: unknown): string {
  if (error instanceof UserError) return error.message;
  return storeFailureText(error) ?? sentence("unexpected");
}
