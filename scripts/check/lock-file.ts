import type { Finding, Gate } from "./gate.ts";

interface LockedPackage {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const FILE = "package-lock.json";

/**
 * `npm ci` in a fresh clone stops when the lock lacks an entry for a package of another platform, and `npm install` on one
 * platform can leave such entries out. Nobody who has a `node_modules` already would notice.
 */
export const lockFile: Gate = {
  name: "lock file",
  run: async (tree) => (tree.paths.includes(FILE) ? missingEntries(tree.text(FILE)) : []),
};

function missingEntries(text: string): readonly Finding[] {
  const { packages } = JSON.parse(text) as { packages: Readonly<Record<string, LockedPackage>> };
  return Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => packages[`node_modules/${name}`] === undefined)
      .map(([name, version]) => ({
        file: FILE,
        message: `has no entry for ${name} ${version}, so "npm ci" refuses it; add one with version, os, cpu and "optional": true`,
      })),
  );
}
