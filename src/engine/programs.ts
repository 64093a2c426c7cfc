/** Compiled programs, kept for reuse within a budget of bytes: the least recently used are released first. */
import { imageInputs, leastSide } from "./graph/dimensions.js";
import type { Node } from "./graph/node.js";
import { NetworkError } from "./networks/network.js";
import type { CompileOptions, Inputs, Outcome, Program, Runtime, Tensors } from "./runtimes/runtime.js";

interface Entry {
  readonly program: Promise<Program>;
  /** The smallest side of images that it can be run on: see {@link leastSide}. */
  readonly least: number;
  /** Names of the inputs that are images. */
  readonly images: readonly string[];
  bytes: number;
  running: number;
  evicted: boolean;
  /** Called when the program has been released. */
  released?: () => void;
}

interface ProgramsOptions {
  /** Budget for the constants of kept programs, in bytes. The one in use is kept whatever its size. */
  readonly maxBytes: number;
}

export class Programs {
  readonly #entries = new Map<string, Entry>();

  constructor(
    readonly runtime: Runtime,
    private readonly options: ProgramsOptions,
  ) {}

  /**
   * Runs a program, compiling it when it is not kept.
   * @param key equal keys mean equal programs
   * @param build makes the outputs; called only when the program must be compiled
   * @throws NetworkError when the images are so small that a feature map would have no place
   */
  async run(
    key: string,
    build: () => Readonly<Record<string, Node>>,
    inputs: Inputs,
    options?: CompileOptions,
  ): Promise<Tensors> {
    return (await this.advance(key, build, inputs, [], options)).tensors;
  }

  /** The same, where `held` outputs stay on the device; the caller releases them. */
  async advance(
    key: string,
    build: () => Readonly<Record<string, Node>>,
    inputs: Inputs,
    held: readonly string[] = [],
    options?: CompileOptions,
  ): Promise<Outcome> {
    const entry = this.#entries.get(key) ?? this.#add(key, build, held, options);
    // Moving it to the end of the map marks it as the most recently used.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    needRoom(entry, inputs);
    entry.running++;
    try {
      const program = await entry.program;
      const results = await program.advance(inputs);
      // Some hold more once they have seen other sizes.
      if (program.bytes !== entry.bytes && !entry.evicted) {
        entry.bytes = program.bytes;
        this.#evict(entry);
      }
      return results;
    } finally {
      entry.running--;
      if (entry.evicted) void this.#release(entry);
    }
  }

  /** Releases all programs; running ones when they have ended. */
  async dispose(): Promise<void> {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    await Promise.all(entries.map((entry) => this.#releaseLater(entry)));
  }

  #add(
    key: string,
    build: () => Readonly<Record<string, Node>>,
    held: readonly string[],
    options?: CompileOptions,
  ): Entry {
    const outputs = build();
    const nodes = Object.values(outputs);
    const [least, images] = [leastSide(nodes), imageInputs(nodes)];
    const program = this.runtime.compile(outputs, held, options);
    const entry: Entry = { program, least, images, bytes: 0, running: 0, evicted: false };
    this.#entries.set(key, entry);
    entry.program.then(
      (program) => {
        entry.bytes = program.bytes;
        this.#evict(entry);
      },
      () => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
    return entry;
  }

  #evict(newest: Entry): void {
    let total = [...this.#entries.values()].reduce((sum, entry) => sum + entry.bytes, 0);
    for (const [key, entry] of this.#entries) {
      if (total <= this.options.maxBytes) return;
      if (entry === newest || entry.bytes === 0) continue;
      total -= entry.bytes;
      this.#entries.delete(key);
      void this.#releaseLater(entry);
    }
  }

  #releaseLater(entry: Entry): Promise<void> {
    return new Promise((resolve) => {
      entry.evicted = true;
      entry.released = resolve;
      void this.#release(entry);
    });
  }

  /** Frees a program once nothing runs in it. */
  async #release(entry: Entry): Promise<void> {
    if (entry.running > 0) return;
    // What cannot be compiled or freed has nothing left to free.
    await entry.program.then((program) => program.dispose()).catch(() => undefined);
    entry.released?.();
  }
}

/** onnxruntime would kill the process: it divides by the size of a map. */
function needRoom({ least, images }: Entry, inputs: Inputs): void {
  const sides = images.flatMap((name) => (inputs[name] ? [Math.min(...inputs[name].shape.slice(2))] : []));
  const side = Math.max(...sides);
  // A pyramid's coarser levels have the shape of images too: the largest is the image.
  if (sides.length > 0 && side < least) throw new NetworkError("unsupported", "network.too-small", { side, least });
}
