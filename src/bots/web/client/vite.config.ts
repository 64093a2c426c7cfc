import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // A proxy may show the page below a path of its own.
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: fileURLToPath(new URL("../../../../dist/bots/web/client", import.meta.url)),
    emptyOutDir: true,
    target: ["chrome111", "firefox114", "safari16.4"],
    // The page's security policy allows no data: fonts or scripts; keep every asset a file.
    assetsInlineLimit: 0,
  },
});
