import { speaker } from "../../../../shared/sentences/catalogue.js";
import { english } from "./english.js";

/** What the page says, by identifier. What the server says comes with its answers. */
export const { sentence } = speaker(english);
