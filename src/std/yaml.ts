import { createRequire } from "node:module";

/** The YAML library, loaded with its first use: most starts read none, and it takes some megabytes. */
export function yaml(): typeof import("yaml") {
  return require("yaml");
}

const require = createRequire(import.meta.url);
