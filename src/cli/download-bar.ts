/** A progress bar for a download: on a terminal, and only there. */
import { Presets, SingleBar } from "cli-progress";
import type { Progress } from "../engine/networks/download/progress.js";

const MEGABYTE = 1e6;

interface DownloadBar {
  show(progress: Progress): void;
  end(): void;
}

/** @param quiet shows nothing anywhere */
export function downloadBar(id: string, quiet: boolean): DownloadBar {
  if (quiet || !process.stderr.isTTY) return { show: () => undefined, end: () => undefined };
  const format = `${id} {bar} {value}/{total} MB`;
  const bar = new SingleBar(
    { stream: process.stderr, format, hideCursor: true, clearOnComplete: true },
    Presets.shades_classic,
  );
  let shown = false;
  return {
    show({ received, total }) {
      const [now, end] = [Math.round(received / MEGABYTE), Math.round((total ?? received) / MEGABYTE)];
      if (shown) bar.update(now);
      else bar.start(end, now);
      shown = true;
      bar.setTotal(end);
    },
    end() {
      if (shown) bar.stop();
      shown = false;
    },
  };
}
