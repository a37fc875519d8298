import assert from "node:assert/strict";
import { appendFile, copyFile, mkdtemp, rename, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { describeSourceConformance } from "../../../test/conformance/source.ts";
import { UpstreamWorld } from "../../../test/fakes/upstream-world.ts";
import { filesSource } from "./files-source.ts";

describeSourceConformance("files", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lakehose-files-"));
  return {
    kind: filesSource,
    folder,
    options: { filePattern: "app.log*", lineFeed: "remove", minTimeBetweenFilePollsMillis: 10 },
    missing: { filePattern: "absent/app.log" },
    exactlyOnce: true,
    put: (texts) => appendFile(join(folder, "app.log"), texts.map((text) => `${text}\n`).join("")),
    cleanUp: () => rm(folder, { recursive: true, force: true }),
  };
});

async function filesWorld(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), "lakehose-files-"));
  const options = { filePattern: "app.log*", minTimeBetweenFilePollsMillis: 10 };
  const world = new UpstreamWorld(filesSource, options, { folder });
  t.after(async () => {
    await world.stop();
    await rm(folder, { recursive: true, force: true });
  });
  return { world, log: join(folder, "app.log") };
}

test("files: a file that was copied, emptied and renamed around kills comes once", async (t) => {
  const { world, log } = await filesWorld(t);
  const wanted: string[] = [];
  for (let turn = 0; turn < 8; turn++) {
    const lines = Array.from({ length: 50 }, (_, line) => `turn ${turn} line ${line}\n`);
    wanted.push(...lines);
    await appendFile(log, lines.join(""));
    world.fate = turn % 2 === 0 ? "killed-after" : "answered";
    await world.start();
    await world.until(() => world.appends > 0, "an append");
    await world.kill();
    world.fate = "answered";
    if (turn % 3 === 0) await rename(log, `${log}.${turn}`);
    else {
      await copyFile(log, `${log}.${turn}`);
      await truncate(log);
    }
  }
  await world.start();
  const records = await world.untilRecords(wanted.length);
  assert.deepEqual(records.map(String).sort(), wanted.sort());
});
