import type { Attack } from "./attack.js";
import { films } from "./films.js";
import { frames } from "./frames.js";
import { lines } from "./lines.js";
import { pictures } from "./pictures.js";
import { requests } from "./requests.js";
import { stores } from "./stores.js";
import { urls } from "./urls.js";

export const ATTACKS: readonly Attack[] = [requests, frames, lines, pictures, films, urls, stores];
