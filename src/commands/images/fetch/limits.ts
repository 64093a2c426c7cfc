import { UserError } from "../../user-error.js";

export function tooLarge(name: string, maxBytes: number): UserError {
  return new UserError("image.too-large", { name, megabytes: Math.round((maxBytes / 1024 / 1024) * 10) / 10 });
}

export function tooSlow(name: string, seconds: number): UserError {
  return new UserError("image.too-slow", { name, seconds });
}
