/** Where an adapter keeps small values between two runs. */
export interface KeyValueStore {
  /** Undefined when nothing is kept under this key. */
  get(key: string): unknown;
  /** @param value anything that JSON can say, but for null */
  set(key: string, value: NonNullable<unknown>): void;
}
