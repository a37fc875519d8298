/**
 * `npm run servers -- run all -- npm run test:servers`: the suites that need real peers. Those are the test files that name a
 * variable which `scripts/servers` sets; without it they skip themselves, so `npm test` needs no peer.
 */
import { fileURLToPath } from "node:url";
import { gitTree, isTest } from "./check/source-tree.ts";
import { runTests } from "./run-tests.ts";
import { servers } from "./servers/registry.ts";

/** The peers work too, and some of them take gigabytes. Suites make buckets and databases of their own there. */
const SUITES_AT_ONCE = 2;

const tree = gitTree(fileURLToPath(new URL("..", import.meta.url)));
const variables = servers.flatMap(({ environment }) => Object.keys(environment("")));
const suites = tree.paths.filter((path) => isTest(path) && variables.some((name) => tree.text(path).includes(name)));
const given = variables.filter((name) => process.env[name] !== undefined);
process.stdout.write(`Peers: ${given.join(", ") || "none, so every suite will skip itself"}\n${suites.join("\n")}\n`);
process.exitCode = await runTests({ root: tree.root, files: suites, atOnce: SUITES_AT_ONCE });
