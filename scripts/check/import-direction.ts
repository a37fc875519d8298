import type { Finding, Gate } from "./gate.ts";
import { importsOf, resolveImport } from "./imports.ts";
import { CONTRACTS_ONLY, FOUNDATIONS, ROOM_TIERS, roomOf, tierOf } from "./rooms.ts";
import { isTest, typescriptPaths } from "./source-tree.ts";

/** Imports go one way, type imports too; siblings are strangers; `delivery` and `streams` see contracts only. */
export const importDirection: Gate = {
  name: "import direction",
  run: async (tree) => {
    const findings: Finding[] = [];
    for (const path of typescriptPaths(tree).filter((path) => /^(src|console)\//.test(path))) {
      for (const { specifier, line } of importsOf(tree.text(path))) {
        const target = resolveImport(path, specifier);
        const message = target === undefined ? undefined : objection(path, target);
        if (message !== undefined) findings.push({ file: path, line, message });
      }
    }
    return findings;
  },
};

/** Why `path` may not import `target`, or `undefined` when it may. */
function objection(path: string, target: string): string | undefined {
  if (path.startsWith("console/")) return consoleObjection(target);
  if (!target.startsWith("src/")) return outsideObjection(path, target);
  const room = roomOf(path);
  const targetRoom = roomOf(target);
  if (room === undefined || targetRoom === undefined || room === targetRoom) return undefined;
  const tier = tierOf(room);
  const targetTier = tierOf(targetRoom);
  if (tier === undefined || targetTier === undefined) {
    const unknown = tier === undefined ? room : targetRoom;
    return `"${unknown}" is no room of the house; give it a place in scripts/check/rooms.ts and ARCHITECTURE.md`;
  }
  if (targetTier > tier) {
    return `${room} imports ${targetRoom}, which stands above it (${ladder(room, targetRoom)}); move what is shared down, or take it as an argument`;
  }
  if (targetTier === tier) {
    return `${room} imports ${targetRoom}, its sibling; siblings are strangers, so move what is shared to a lower room or let the server hand it over`;
  }
  return isTest(path) ? undefined : contractObjection(room, targetRoom, target);
}

/** It runs in browsers and knows of the server what the admin API says. */
function consoleObjection(target: string): string | undefined {
  if (target.startsWith("console/")) return undefined;
  return `the console imports ${target}, which no browser has; it speaks the admin API and nothing else (console/src/api)`;
}

function outsideObjection(path: string, target: string): string | undefined {
  if (isTest(path)) return undefined;
  if (target === "package.json") return undefined;
  return `the product imports ${target}, which is not part of it; only tests may use test/, scripts/ and bench/`;
}

function contractObjection(room: string, targetRoom: string, target: string): string | undefined {
  const contracts = CONTRACTS_ONLY[room];
  if (contracts === undefined || FOUNDATIONS.includes(targetRoom)) return undefined;
  if (contracts.some((contract) => target === contract || (contract.endsWith("/") && target.startsWith(contract)))) {
    return undefined;
  }
  return `${room} imports ${target}, an implementation; it sees contracts only (scripts/check/rooms.ts), so have src/server hand it over as a value`;
}

function ladder(lower: string, upper: string): string {
  const from = tierOf(lower) ?? 0;
  const to = tierOf(upper) ?? 0;
  const names = ROOM_TIERS.slice(from, to + 1).map((rooms) => {
    if (rooms.includes(lower)) return lower;
    return rooms.includes(upper) ? upper : rooms.join(", ");
  });
  return names.join(" <- ");
}
