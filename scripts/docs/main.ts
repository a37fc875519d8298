/** `npm run docs`: writes `docs/reference/` and the console's client of the admin API anew; `npm run check` compares. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ADMIN_CLIENT, adminClientSource } from "../console/admin-client.ts";
import { generatePages } from "./generate-pages.ts";

const folder = fileURLToPath(new URL("../../docs/reference", import.meta.url));
const pages = await generatePages();
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) if (!pages.has(name)) rmSync(join(folder, name), { recursive: true });
for (const [name, text] of pages) writeFileSync(join(folder, name), text);
writeFileSync(fileURLToPath(new URL(`../../${ADMIN_CLIENT}`, import.meta.url)), adminClientSource());
process.stdout.write(`${pages.size} pages written to docs/reference/, and the client of the console.\n`);
