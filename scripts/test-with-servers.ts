/**
 * `npm run servers -- run all -- npm run test:servers`: the suites that need real peers. Those are the test files that name a
 * variable which `scripts/servers` sets; without it they skip themselves, so `npm test` needs no peer.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { gitTree, isTest } from "./check/source-tree.ts";
import { servers } from "./servers/registry.ts";

const tree = gitTree(fileURLToPath(new URL("..", import.meta.url)));
const variables = servers.flatMap(({ environment }) => Object.keys(environment("")));
const suites = tree.paths.filter((path) => isTest(path) && variables.some((name) => tree.text(path).includes(name)));
const given = variables.filter((name) => process.env[name] !== undefined);
process.stdout.write(`Peers: ${given.join(", ") || "none, so every suite will skip itself"}\n${suites.join("\n")}\n`);
const runner = spawn(process.execPath, ["--test", "--test-concurrency=1", ...suites], {
  cwd: tree.root,
  stdio: "inherit",
});
runner.once("close", (code) => {
  process.exitCode = code ?? 1;
});
