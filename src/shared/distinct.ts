/** Those with different ids, the last of each, in the order in which the ids came. */
export function distinctById<T extends { readonly id: string }>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [item.id, item])).values()];
}
