/** Where things are on some pictures, drawn by hand before any mask of the network was looked at. */

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { decode } from "../../src/engine/images/codec.js";
import type { OpenEngine } from "../../src/engine/open.js";
import { classMask } from "../../src/engine/recipes/where/class-mask.js";
import { parseWhere } from "../../src/engine/recipes/where/syntax.js";

/** A corner of an outline, in shares of the picture's width and height. */
type Corner = readonly [x: number, y: number];

/** What is drawn: the picture's file name, the word for what is outlined, and the outline. */
export interface DrawnMask {
  readonly picture: string;
  readonly word: string;
  readonly outline: readonly Corner[];
}

/** Turns "0,20 3,19" into corners: hundredths are as exact as a hand. */
const corners = (text: string): Corner[] =>
  text.split(" ").map((pair) => {
    const [x = 0, y = 0] = pair.split(",").map(Number);
    return [x / 100, y / 100];
  });

export const DRAWN_MASKS: readonly DrawnMask[] = [
  {
    picture: "sample.jpg",
    word: "mountain",
    outline: corners(
      "0,20 3,19 4.5,23 6.5,22 7,25 10,26 12.5,29 15,33 16.5,33 17,35 21,35 23,34.5 26,38 29,42 31,44 33,46 34.5,45 " +
        "36,44 38,40 40,38 43.5,39 44,30 47,26 48.5,23 55,21.5 57.5,20 60,20.5 63,23 64.5,26 66.5,26.5 68,25 73,24.5 " +
        "74,22.5 77,23.5 80,23.5 85,21.5 89,20 93,17.5 96,15 100,14 100,66.5 90,67.2 80,65 71,65 62,62 52,58.5 " +
        "44,57.5 40,55.5 35,53 30,51 22,49 16,47 8,45 0,44",
    ),
  },
  {
    picture: "chelsea.png",
    word: "cat",
    outline: corners(
      "10,0 88,0 84,10 80,24 79,35 80.5,42 79,52 77,60 72,72 69,82 66,90 60,95 62,100 0,100 0,42 7.5,39 7.5,15",
    ),
  },
  {
    picture: "tubingen.jpg",
    word: "house",
    outline: corners(
      "14.5,70 14.5,61 16.2,60 16.8,57.5 17.5,59.5 19,58.5 19,54 20,50 22.5,48.5 26,46.5 26.5,44.5 30,44.5 32.5,43 " +
        "37.5,44 38.5,43 43.5,40 52,42 55,43.5 58,42 60,36 62.5,36 63,28 64.5,24 65.5,16 66.5,24 68.2,27 68.2,31.5 " +
        "70,31 71,30 75,30.5 76,29 77,31 82,28.5 83,27 83.5,28 92,26.5 93.5,24 100,26.5 100,72 97,74 92,74 85,76.5 " +
        "80,73 70,74 65.5,72 64.5,64 61,61 58,64 53,61 50,66 45,64 42,63 38,66 33,65 28,64 24,62 22.5,64 19,66.5 17,70",
    ),
  },
  {
    picture: "coffee.png",
    word: "cup",
    outline: corners(
      "29,27 30,19 34,11 40,6.5 48,4.5 56,6.5 62,11.5 66.5,19 68,27 67.5,36 65.5,45 63.5,54 60,59 56,62 53,68 49,71 " +
        "44,70 41,71 38.5,76.5 34.5,75 33,70 34,64 36,60 32,53 30,45",
    ),
  },
];

/** The picture's file: the sample, or one in a folder of IMAGES_PATH. */
export function drawnPicture({ picture }: Pick<DrawnMask, "picture">): string | undefined {
  const sample = fileURLToPath(new URL("../../config/", import.meta.url));
  const folders = [sample, ...(process.env.IMAGES_PATH ?? "").split(delimiter).filter((folder) => folder !== "")];
  return folders.map((folder) => join(folder, picture)).find((path) => existsSync(path));
}

/** Side of the pictures on which masks are compared, in pixels. */
const SIDE = 512;

/** Whether a place lies inside an outline, by how many of its sides a ray from there crosses. */
function inside([x, y]: Corner, outline: readonly Corner[]): boolean {
  return outline.reduce((is, [x1, y1], i) => {
    const [x2, y2] = outline.at(i - 1) ?? [x1, y1];
    const crosses = y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1;
    return crosses ? !is : is;
  }, false);
}

/** The intersection of what is drawn and what the network's mask has by half or more, over their union. */
export async function overlap(
  { word, outline }: DrawnMask,
  path: string,
  { programs, network }: Pick<OpenEngine, "programs" | "network">,
): Promise<number> {
  const image = await decode(new Uint8Array(await readFile(path)), SIDE);
  const where = parseWhere(word);
  if (where?.kind !== "class") throw new Error(`${word} is no class`);
  const { mask } = await classMask({ programs, network: await network("resnet50") }, image, where.members);
  let [both, either] = [0, 0];
  for (let i = 0; i < image.width * image.height; i++) {
    const place = [
      ((i % image.width) + 0.5) / image.width,
      (Math.floor(i / image.width) + 0.5) / image.height,
    ] as const;
    const [drawn, found] = [inside(place, outline), (mask.data[i] ?? 0) >= 0.5];
    if (drawn && found) both++;
    if (drawn || found) either++;
  }
  return both / either;
}
