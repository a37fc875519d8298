import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { test } from "node:test";
import { afterwards } from "../journeys/cleanup.ts";
import { temporaryFolder } from "../journeys/journey.ts";
import { readBucket } from "../journeys/read-lake.ts";
import { KillRun } from "./kill-run.ts";

/** `LAKEHOSE_KILLS=500 LAKEHOSE_SEED=1 node --test test/kill/kill.test.ts` for a long run of other moments. */
const KILLS = Number(process.env.LAKEHOSE_KILLS ?? 9);
const SEED = Number(process.env.LAKEHOSE_SEED ?? 20_261_121);

test(`kill -9 loses nothing, doubles nothing and shows nothing half-written (${KILLS} kills, seed ${SEED})`, async (t) => {
  const folder = await temporaryFolder(t);
  const [data, key, config] = [join(folder, "data"), join(folder, "master.key"), join(folder, "lakehose.yaml")];
  await writeFile(key, "5a".repeat(32));
  await writeFile(config, "encryption: { file: master.key }\n");
  const run = await KillRun.start({
    data,
    config,
    encrypted: true,
    seed: SEED,
    buckets: { direct: "direct", sorted: "sorted", backup: "backup" },
    readBucket: (bucket) => readBucket(data, bucket),
  });
  afterwards(t, () => run.close());
  for (let kill = 1; kill <= KILLS; kill++) await run.killOnce(kill);
  const repeats = await run.finish();
  assert.deepEqual(await readdir(join(data, "temporary")), [], "nothing is left of objects on their way");
  assert.deepEqual(await filesBeside(join(data, "deliveries"), "journal"), [], "nothing is left of parcels");
  const records = run.ledgers.direct.count("acknowledged") + run.ledgers.sorted.count("acknowledged");
  t.diagnostic(
    `${records} records acknowledged, ${run.objects} objects, ${repeats} calls repeated, ${run.killedStarting} kills during the start`,
  );
  assert.ok(repeats > 0, "a run in which no answer was lost proves nothing");
});

/** Files below a folder, but for those in folders of a name. */
async function filesBeside(folder: string, except: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.filter((file) => !file.split(sep).includes(except));
}
