/** `npm run docs`: writes `docs/reference/` anew; `npm run check` compares. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generatePages } from "./generate-pages.ts";

const folder = fileURLToPath(new URL("../../docs/reference", import.meta.url));
const pages = await generatePages();
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) if (!pages.has(name)) rmSync(join(folder, name), { recursive: true });
for (const [name, text] of pages) writeFileSync(join(folder, name), text);
process.stdout.write(`${pages.size} pages written to docs/reference/.\n`);
