import { createRequire } from "node:module";

/** jq as the package `jq-web` brings it: C, compiled to WebAssembly, 1.7 by its version. Its module is a promise. */
export interface Jq {
  /** What jq prints; `undefined` when it prints nothing. Throws when jq ends with an error. */
  raw(input: string, filter: string, flags: readonly string[]): string | undefined;
}

export async function loadJq(): Promise<Jq> {
  return await createRequire(import.meta.url)("jq-web");
}
