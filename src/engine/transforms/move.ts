/**
 * Shift, rotation and scale about the centre, the image continuing at its opposite sides: what survives them is large
 * and whole. The images of a batch move each by its own.
 */
import type { Node } from "../graph/node.js";
import { add, sample } from "../graph/ops.js";
import type { Random } from "../images/random.js";
import { fold, type Size } from "../images/raster.js";
import type { ValueOf } from "../objectives/objective.js";
import type { Tensor, Tensors } from "../runtimes/runtime.js";
import { randomShift, type Shift, type Transform } from "./see.js";

/** First the shift, then the rotation and the scale. */
export interface Move extends Shift {
  /** Clockwise. */
  readonly degrees: number;
  /** 1.05 shows everything 5 % larger. */
  readonly zoom: number;
}

interface Limits {
  /** Largest shift along each side, in pixels. */
  readonly jitter: number;
  /** Largest rotation either way, in degrees. */
  readonly turn: number;
  /** Largest change of scale, as a share. */
  readonly scale: number;
}

export function randomMove(next: Random, { jitter, turn, scale }: Limits): Move {
  const by = jitter > 0 ? randomShift(next, jitter) : { dx: 0, dy: 0 };
  if (turn === 0 && scale === 0) return { ...by, degrees: 0, zoom: 1 };
  const degrees = turn * (2 * next() - 1);
  return { ...by, degrees, zoom: 1 + scale * (2 * next() - 1) };
}

/** Where a moved image has its columns from, and its rows: (u, v) = across * x + down * y + start. */
interface Places {
  readonly across: readonly [u: number, v: number];
  readonly down: readonly [u: number, v: number];
  readonly start: readonly [u: number, v: number];
  /** Moves x and y beforehand, on their circles. */
  readonly first: Shift;
}

/** Each pixel of the moved image, in the image. */
function forward({ dx, dy, degrees, zoom }: Move, { width, height }: Size): Places {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle) / zoom, Math.sin(angle) / zoom];
  const [cx, cy] = [(width - 1) / 2, (height - 1) / 2];
  const start = [cx - cos * cx - sin * cy - dx, cy + sin * cx - cos * cy - dy] as const;
  return { across: [cos, -sin], down: [sin, cos], start, first: { dx: 0, dy: 0 } };
}

/** Each pixel of the image, in the moved one: the inverse, which is the adjoint up to a factor. */
function backward({ dx, dy, degrees, zoom }: Move, size: Size): Places {
  const undone = forward({ dx: 0, dy: 0, degrees: -degrees, zoom: 1 / zoom }, size);
  return { ...undone, first: { dx, dy } };
}

/** One move for each image of a batch of a size. */
export function move(moves: readonly Move[], size: Size): Transform {
  const through = (images: Node, value: ValueOf, name: string): Node => {
    const places = (axis: "u" | "v"): Node =>
      add(value(`${name}.${axis}.across`, [null, 1, 1, null]), value(`${name}.${axis}.down`, [null, 1, null, 1]));
    return sample(images, places("u"), places("v"));
  };
  return {
    structure: "move",
    values: {
      ...placeValues(
        "see",
        moves.map((by) => forward(by, size)),
        size,
      ),
      ...placeValues(
        "back",
        moves.map((by) => backward(by, size)),
        size,
      ),
    },
    see: (images, value) => through(images, value, "see"),
    back: (gradient, value) => through(gradient, value, "back"),
  };
}

const around = (i: number, length: number): number => fold(i, length, "wrap");

function placeValues(name: string, places: readonly Places[], { width, height }: Size): Tensors {
  const lines = (length: number, at: (place: Places, i: number) => number): Float32Array =>
    Float32Array.from({ length: places.length * length }, (_, i) => {
      const place = places[Math.floor(i / length)];
      return place ? at(place, i % length) : 0;
    });
  const values = (["u", "v"] as const).flatMap((axis, a): [string, Tensor][] => {
    const across = lines(
      width,
      (place, x) => (place.across[a] ?? 0) * around(x + place.first.dx, width) + (place.start[a] ?? 0),
    );
    const down = lines(height, (place, y) => (place.down[a] ?? 0) * around(y + place.first.dy, height));
    return [
      [`${name}.${axis}.across`, { data: across, shape: [places.length, 1, 1, width] }],
      [`${name}.${axis}.down`, { data: down, shape: [places.length, 1, height, 1] }],
    ];
  });
  return Object.fromEntries(values);
}
