import { createRequire } from "node:module";

/** Native Snappy, loaded with its first use: most servers never compress with it. */
export function snappyLibrary(): typeof import("snappy") {
  return require("snappy");
}

const require = createRequire(import.meta.url);
