import { cpSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const out = fileURLToPath(new URL("../src/tributary/page", import.meta.url));

export default defineConfig({
  base: "./", // one build works under any path: the server fills in <base>
  plugins: [
    react(),
    {
      // Copied as it stands: its one script must stay inline, because a sandboxed frame has no origin to load from.
      name: "preview-frame",
      closeBundle: () => cpSync("preview-frame.html", `${out}/preview-frame.html`),
      apply: "build",
    },
    {
      // What the server fills in, when Vite serves the page itself.
      name: "placeholders",
      transformIndexHtml: (html) => html.replace("__BASE__", "/").replace("__NONCE__", ""),
      // As it stands, too: the scripts that Vite would add cannot load in the sandbox.
      configureServer: ({ middlewares }) =>
        void middlewares.use("/preview-frame.html", (_, response) => {
          response.setHeader("Content-Type", "text/html").end(readFileSync("preview-frame.html", "utf8").replace("__NONCE__", ""));
        }),
      apply: "serve",
    },
  ],
  resolve: { alias: { "@shared": fileURLToPath(new URL("src/shared", import.meta.url)) } },
  build: {
    outDir: out,
    emptyOutDir: true,
    target: ["chrome100", "edge100", "firefox100", "safari15.4"],
    modulePreload: { polyfill: false }, // the polyfill is an inline script
    manifest: true, // the budget check reads it
    chunkSizeWarningLimit: 700,
  },
  cacheDir: process.env.VITE_CACHE ?? "node_modules/.vite",
  server: {
    // The API beside which `npm run dev` works.
    proxy: { "^/(api|t|u)/": process.env.TRIBUTARY_URL ?? "http://127.0.0.1:8000" },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing/setup.ts"],
    restoreMocks: true,
    testTimeout: 20_000, // first imports of the component library are slow on a busy machine
  },
});
