import { extname } from "node:path";

/**
 * The address of a module beside the one that asks, for a worker thread: `from` is its `import.meta.url`. In a checkout
 * that is TypeScript, in the published package what was made of it, and nobody rewrites the names of workers.
 */
export function siblingModule(name: string, from: string): URL {
  return new URL(`./${name}${extname(new URL(from).pathname)}`, from);
}
