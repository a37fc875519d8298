/**
 * `npm run soak -- [KILLS] [SEED]`: the kill test for as long as it takes, by default 1,000 kills from a seed of chance. The
 * seed is printed first, so that a failure can be looked for again.
 */
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { fileURLToPath } from "node:url";

const KILLS_DEFAULT = "1000";
const SEED_MAX = 2 ** 31;

const [kills = KILLS_DEFAULT, seed = String(randomInt(SEED_MAX))] = process.argv.slice(2);
process.stdout.write(`npm run soak -- ${kills} ${seed}\n`);
const run = spawn(process.execPath, ["--test", fileURLToPath(new URL("./kill.test.ts", import.meta.url))], {
  env: { ...process.env, LAKEHOSE_KILLS: kills, LAKEHOSE_SEED: seed },
  stdio: "inherit",
});
run.once("close", (code) => {
  process.exitCode = code ?? 1;
});
