// The library, as `import { start } from "lakehose"` finds it: from the TypeScript of a checkout, from dist/ in the package.
import { existsSync } from "node:fs";

const source = new URL("../src/server/index.ts", import.meta.url);
const built = new URL("../dist/server/index.js", import.meta.url);
export const { ConfigurationError, start } = await import((existsSync(source) ? source : built).href);
