import { UserError } from "../../user-error.js";

export function tooLarge(name: string, maxBytes: number): UserError {
  return new UserError(
    `The picture ${name} is larger than ${Math.round((maxBytes / 1024 / 1024) * 10) / 10} MB; please send a smaller one.`,
  );
}

export function tooSlow(name: string, seconds: number): UserError {
  return new UserError(`The picture ${name} took longer than ${seconds} s to arrive; please try again.`);
}
