/**
 * Feature maps as planes: a matrix of pixels by channels, whose pixels are sorted by their place in tiles of p x p
 * pixels.
 *
 * Plane (i, j) holds the pixels (p * t + i, p * u + j) of all tiles (t, u), so a tile is a column through the planes,
 * and linear maps of tiles (Winograd's transforms, pooling) are products with small matrices. One plane of zeros
 * follows the others: pixels outside the image are taken from it. Tiles at the end may reach past the image; what
 * stands there is never read as a pixel.
 */
import type { OnnxWriter } from "./writer.js";

export interface Planes {
  /** ONNX name of the matrix, [(p * p + 1) * N * tiles down * tiles across, C]. With p = 1 one row of zeros follows. */
  readonly name: string;
  readonly channels: number;
  readonly grid: Grid;
}

/** How the pixels of a map are sorted. */
export interface Grid {
  /** p. */
  readonly tile: number;
  /** ONNX names of int64 tensors: tiles [down, across], pixels [H, W] of the map, and [N]. */
  readonly tiles: string;
  readonly size: string;
  readonly batch: string;
}

export const sameGrid = (a: Grid, b: Grid): boolean =>
  a.tile === b.tile && a.tiles === b.tiles && a.size === b.size && a.batch === b.batch;

/** The pixels that are wanted: for each tile of a grid those at some offsets from its first, in each dimension. */
interface Wanted {
  readonly tile: number;
  readonly tiles: string;
  readonly offsets: readonly number[];
  /** Where the source is smaller: its pixel lies at the wanted coordinate divided by this. */
  readonly divisor?: number;
  /** Whether a plane of zeros is wanted after the others. */
  readonly zeros?: boolean;
}

/** Writes the numbers of rows at which pixels stand. */
export class PixelIndex {
  readonly #known = new Map<string, string>();

  constructor(private readonly w: OnnxWriter) {}

  /** The wanted pixels of x, in the order of offset, offset, image, tile, tile: a matrix of pixels by channels. */
  take(x: Planes, wanted: Wanted): string {
    return this.w.node("Gather", [x.name, this.#indices(x.grid, wanted)], { axis: 0 });
  }

  /** Tiles of p x p that cover a size. */
  tilesOf(size: string, tile: number): string {
    return this.#once(`tiles ${size} ${tile}`, () => {
      const w = this.w;
      return w.node("Div", [w.node("Add", [size, w.ints([tile - 1])]), w.ints([tile])]);
    });
  }

  #indices(grid: Grid, wanted: Wanted): string {
    const key = [
      grid.tile,
      grid.tiles,
      grid.size,
      grid.batch,
      wanted.tile,
      wanted.tiles,
      wanted.offsets,
      wanted.divisor,
      wanted.zeros,
    ];
    return this.#once(`indices ${key.join(" ")}`, () => this.#write(grid, wanted));
  }

  #write(grid: Grid, wanted: Wanted): string {
    const w = this.w;
    const [down, across] = this.#both(grid.tiles);
    const pixels = w.node("Mul", [down, across]);
    const plane = w.node("Mul", [pixels, grid.batch]);
    const zero = w.node("Mul", [plane, w.ints([grid.tile ** 2])]);
    const [height, width] = this.#both(grid.size);
    const [wantedDown, wantedAcross] = this.#both(wanted.tiles);
    const part = (tiles: string, size: string, perPlace: string, perTile: string): string => {
      const start = w.node("Mul", [this.#range(tiles), w.ints([wanted.tile])]);
      // [offsets, 1, tiles]
      const places = w.node("Add", [w.node("Reshape", [w.ints(wanted.offsets), w.ints([-1, 1])]), start]);
      const at = wanted.divisor ? w.node("Div", [places, w.ints([wanted.divisor])]) : places;
      const tile = w.node("Div", [at, w.ints([grid.tile])]);
      const place = w.node("Sub", [at, w.node("Mul", [tile, w.ints([grid.tile])])]);
      const row = w.node("Add", [w.node("Mul", [place, perPlace]), w.node("Mul", [tile, perTile])]);
      const inside = w.node("And", [w.node("GreaterOrEqual", [at, w.ints([0])]), w.node("Less", [at, size])]);
      return w.node("Where", [inside, row, zero]);
    };
    const rows = part(wantedDown, height, w.node("Mul", [plane, w.ints([grid.tile])]), across);
    const columns = part(wantedAcross, width, plane, w.ints([1]));
    const pictures = w.node("Mul", [this.#range(grid.batch), pixels]);
    // [offsets, offsets, N, tiles, tiles]; what is outside in one dimension lies past the first zero.
    const where = [
      w.node("Unsqueeze", [rows, w.ints([1, 2, 4])]),
      w.node("Unsqueeze", [columns, w.ints([0, 2, 3])]),
      w.node("Unsqueeze", [pictures, w.ints([1, 2])]),
    ].reduce((a, b) => w.node("Add", [a, b]));
    const flat = w.node("Reshape", [w.node("Min", [where, zero]), w.ints([-1])]);
    if (!wanted.zeros) return flat;
    const area = w.node("Mul", [w.node("Mul", [wantedDown, wantedAcross]), grid.batch]);
    return w.node("Concat", [flat, w.node("Expand", [zero, area])], { axis: 0 });
  }

  #both(pair: string): readonly [string, string] {
    const both = this.#once(`both ${pair}`, () =>
      this.w.nodes("Split", [pair], { axis: 0, num_outputs: 2 }, 2).join(" "),
    );
    const [a = "", b = ""] = both.split(" ");
    return [a, b];
  }

  /** 0, 1, ... up to a number that is the only one of its tensor. */
  #range(count: string): string {
    return this.#once(`range ${count}`, () => {
      const w = this.w;
      const [zero, one] = [w.node("Squeeze", [w.ints([0])]), w.node("Squeeze", [w.ints([1])])];
      return w.node("Range", [zero, w.node("Squeeze", [count]), one]);
    });
  }

  #once(key: string, make: () => string): string {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#known.set(key, made);
    return made;
  }
}
