/** `npm run site`: writes the documentation as static pages to site/ (or the folder that is named), ready for any file server. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSite } from "./build-site.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const output = resolve(process.argv[2] ?? join(root, "site"));
const files = buildSite(root);

for (const [path, text] of files) {
  mkdirSync(dirname(join(output, path)), { recursive: true });
  writeFileSync(join(output, path), text);
}
process.stdout.write(`${files.size} files written to ${output}\n`);
