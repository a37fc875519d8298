import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where pages and files of the console live on the server: two letters, so that no bucket can have that name. */
const BASE = "/ui/";

/** `npx vite console` serves the pages with hot reload and sends API calls to a server that runs beside it. */
export default defineConfig({
  base: BASE,
  plugins: [react()],
  build: {
    target: ["es2023", "chrome123", "firefox120", "safari17.5"],
    // The content security policy allows no data addresses: every file is one of its own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { "/api": process.env.LAKEHOSE_ENDPOINT ?? "http://127.0.0.1:4573" } },
});
