/** Progress bars: on a terminal, and only there. */
import { Presets, SingleBar } from "cli-progress";
import type { Progress } from "../engine/networks/download/transfer.js";

const MEGABYTE = 1e6;

interface ProgressBar {
  /** Shows the bar from the first value on. */
  show(value: number, total: number, payload?: object): void;
  end(): void;
}

/** @param quiet shows nothing anywhere */
export function progressBar(format: string, quiet: boolean): ProgressBar {
  if (quiet) return { show: () => undefined, end: () => undefined };
  const bar = new SingleBar(
    { stream: process.stderr, format, hideCursor: true, clearOnComplete: true },
    Presets.shades_classic,
  );
  return {
    show(value, total, payload) {
      if (!bar.isActive) bar.start(total, value, payload);
      bar.setTotal(total);
      bar.update(value, payload);
    },
    end: () => bar.stop(),
  };
}

/** A bar for the download of a network. */
export function downloadBar(network: string, quiet: boolean) {
  const bar = progressBar(`${network} {bar} {value}/{total} MB`, quiet);
  const show = ({ received, total = received }: Progress): void =>
    bar.show(Math.round(received / MEGABYTE), Math.round(total / MEGABYTE));
  return { show, end: bar.end };
}
