import { ADMIN_CLIENT, adminClientSource } from "../console/admin-client.ts";
import { generatePages } from "../docs/generate-pages.ts";
import type { Finding, Gate } from "./gate.ts";
import type { SourceTree } from "./source-tree.ts";

const FOLDER = "docs/reference/";

/** The reference pages are made from the schemas; a page that says something else than the code is worse than none. */
export const generatedDocs: Gate = {
  name: "generated docs",
  run: async (tree) => [...comparePages(tree, await generatePages()), ...compareClient(tree)],
};

/** The console's client of the admin API is made from the same contracts. */
function compareClient(tree: SourceTree): readonly Finding[] {
  if (tree.paths.includes(ADMIN_CLIENT) && tree.text(ADMIN_CLIENT) === adminClientSource()) return [];
  return [{ file: ADMIN_CLIENT, message: 'is not what the contracts of the admin API say; run "npm run docs"' }];
}

/** Every page is there as generated, and no other page is. */
export function comparePages(tree: SourceTree, pages: ReadonlyMap<string, string>): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [name, text] of pages) {
    const file = `${FOLDER}${name}`;
    if (!tree.paths.includes(file)) findings.push({ file, message: 'is missing; run "npm run docs"' });
    else if (tree.text(file) !== text)
      findings.push({ file, message: 'is not what the code says; run "npm run docs"' });
  }
  for (const file of tree.paths.filter((path) => path.startsWith(FOLDER))) {
    if (!pages.has(file.slice(FOLDER.length))) {
      findings.push({ file, message: "nothing generates this page; delete it, or move it to docs/guides/" });
    }
  }
  return findings;
}
