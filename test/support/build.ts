import { build } from "../../scripts/build.js";

/** Builds the program before the tests that run the built one, where the build is missing or older than the sources. */
export function setup(): void {
  build();
}
