/** A plot of distances against seconds, as SVG. */

interface Sample {
  readonly seconds: number;
  readonly style: number;
  readonly content: number;
}

const COLOURS = ["#3b4cca", "#d1495b", "#2a9d8f", "#8a6d3b"];
const [WIDTH, HEIGHT, LEFT, TOP] = [420, 300, 60, 40] as const;

/** Two panels side by side, logarithmic in both directions: style distance, content distance. */
export function plot(results: ReadonlyMap<string, readonly Sample[]>): string {
  const panels = (["style", "content"] as const).map((kind, i) => panel(results, kind, i * (WIDTH + LEFT + 20)));
  const names = [...results.keys()].map(
    (name, i) =>
      `<text x="${LEFT + i * 90}" y="${HEIGHT + TOP + 50}" fill="${COLOURS[i]}" font-weight="600">${name}</text>`,
  );
  const [width, height] = [2 * (WIDTH + LEFT) + 60, HEIGHT + TOP + 70];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13"><title>Style and content distance against seconds</title><rect width="100%" height="100%" fill="#fff"/>${panels.join("")}${names.join("")}</svg>\n`;
}

function panel(results: ReadonlyMap<string, readonly Sample[]>, kind: "style" | "content", left: number): string {
  const all = [...results.values()].flat();
  const scale = (values: readonly number[], from: number, to: number) => {
    const logs = values.filter((v) => v > 0).map(Math.log10);
    const [low, high] = [Math.min(...logs), Math.max(...logs)];
    return { low, high, at: (v: number) => from + ((Math.log10(v) - low) / (high - low || 1)) * (to - from) };
  };
  const x = scale(
    all.map((s) => s.seconds),
    left + LEFT,
    left + LEFT + WIDTH,
  );
  const y = scale(
    all.map((s) => s[kind]),
    TOP + HEIGHT,
    TOP,
  );
  const ticks = ({ low, high }: { low: number; high: number }): number[] => {
    const found: number[] = [];
    for (let power = Math.floor(low); power <= Math.ceil(high); power++) {
      for (const digit of [1, 2, 5])
        if (Math.log10(digit * 10 ** power) >= low && Math.log10(digit * 10 ** power) <= high)
          found.push(digit * 10 ** power);
    }
    return found;
  };
  const grid = [
    ...ticks(x).map(
      (v) =>
        `<line x1="${x.at(v)}" x2="${x.at(v)}" y1="${TOP}" y2="${TOP + HEIGHT}" stroke="#e5e5e5"/><text x="${x.at(v)}" y="${TOP + HEIGHT + 18}" text-anchor="middle" fill="#555">${v} s</text>`,
    ),
    ...ticks(y).map(
      (v) =>
        `<line x1="${left + LEFT}" x2="${left + LEFT + WIDTH}" y1="${y.at(v)}" y2="${y.at(v)}" stroke="#e5e5e5"/><text x="${left + LEFT - 8}" y="${y.at(v) + 4}" text-anchor="end" fill="#555">${Number(v.toPrecision(2))}</text>`,
    ),
  ];
  const lines = [...results.values()].map((samples, i) => {
    const points = samples.map((s) => `${x.at(s.seconds).toFixed(1)},${y.at(s[kind]).toFixed(1)}`).join(" ");
    const dots = samples
      .map(
        (s) =>
          `<circle cx="${x.at(s.seconds).toFixed(1)}" cy="${y.at(s[kind]).toFixed(1)}" r="2.5" fill="${COLOURS[i]}"/>`,
      )
      .join("");
    return `<polyline points="${points}" fill="none" stroke="${COLOURS[i]}" stroke-width="2"/>${dots}`;
  });
  return `<text x="${left + LEFT}" y="${TOP - 14}" font-weight="600">${kind} distance</text>${grid.join("")}${lines.join("")}`;
}
