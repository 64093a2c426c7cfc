/** A number and its English noun: "1 job", "3 jobs". */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
