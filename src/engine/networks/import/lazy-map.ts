/** A read-only map whose values are made when they are asked for: what is never asked for costs nothing. */
export class LazyMap<V> implements ReadonlyMap<string, V> {
  readonly #keys: ReadonlySet<string>;
  readonly #make: (key: string) => V;

  /** @param make returns the same value each time it is called with the same key */
  constructor(keys: Iterable<string>, make: (key: string) => V) {
    this.#keys = new Set(keys);
    this.#make = make;
  }

  get size(): number {
    return this.#keys.size;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  get(key: string): V | undefined {
    return this.#keys.has(key) ? this.#make(key) : undefined;
  }

  forEach(visit: (value: V, key: string, map: ReadonlyMap<string, V>) => void): void {
    for (const key of this.#keys) visit(this.#make(key), key, this);
  }

  keys(): SetIterator<string> {
    return this.#keys.keys();
  }

  *values(): Generator<V, undefined> {
    for (const key of this.#keys) yield this.#make(key);
    return undefined;
  }

  *entries(): Generator<[string, V], undefined> {
    for (const key of this.#keys) yield [key, this.#make(key)];
    return undefined;
  }

  [Symbol.iterator](): Generator<[string, V], undefined> {
    return this.entries();
  }
}
