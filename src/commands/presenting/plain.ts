/** Names are people's own choice: they must not become formatting. */
export function plain(name: string): string {
  return name.replace(/[*_`~[\]<>\\]/g, "").trim() || "somebody";
}
