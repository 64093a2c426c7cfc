/** What the benches of words dream into. */
export const CLASSES =
  "goldfish, jellyfish, castle, volcano, daisy, strawberry, peacock, pizza, mushroom, tiger, great grey owl, beacon, " +
  "sports car, monarch, zebra, coral reef, grand piano, umbrella, lion, teapot";

/** Such as "sample-great-grey-owl.png". */
export function pictureName(from: string, name: string): string {
  return `${from}-${name.replaceAll(" ", "-")}.png`;
}
