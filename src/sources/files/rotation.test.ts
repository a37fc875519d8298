import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { copyFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { TailerWorld } from "../../../test/fakes/tailer-world.ts";
import { seededRandom } from "../../std/random.ts";

/** Where Debian has it, which is not on everybody's path. */
const LOGROTATE = ["/usr/sbin/logrotate", "/usr/bin/logrotate"].find(
  (path) => spawnSync(path, ["--version"]).status === 0,
);

type Step = (world: TailerWorld, turn: number) => Promise<void>;

/** What can happen to a log; what a turn does is drawn by chance. */
const STEPS: Readonly<Record<string, Step>> = {
  rename: (world, turn) => rename(world.path("app.log"), world.path(`app.log.${turn}`)),
  renameAway: (world, turn) => rename(world.path("app.log"), world.path(`old-${turn}`)),
  copyAndEmpty: async (world, turn) => {
    await copyFile(world.path("app.log"), world.path(`app.log.copy${turn}`));
    await truncate(world.path("app.log"));
  },
  copyOnly: (world, turn) => copyFile(world.path("app.log"), world.path(`app.log.backup${turn}`)),
  restart: async (world) => {
    await world.restart();
    await world.looked();
  },
  refuse: async (world) => world.sink.refuse(true),
  accept: async (world) => world.sink.refuse(false),
  wait: () => sleep(25),
};

async function storm(t: TestContext, seed: number): Promise<void> {
  const world = await TailerWorld.make(t, { finishedAfterMs: 300 });
  const chance = seededRandom(seed);
  const wanted: string[] = [];
  world.start();
  const names = Object.keys(STEPS);
  for (let turn = 0; turn < 40; turn++) {
    const count = Math.floor(chance.fraction() * 30);
    const lines = Array.from({ length: count }, (_, line) => `seed ${seed} turn ${turn} line ${line}\n`);
    await world.append("app.log", lines.join(""));
    wanted.push(...lines);
    const name = names[Math.floor(chance.fraction() * names.length)] ?? "wait";
    // A restart waits for the sink, and files that come and go before anybody looked are nobody's. A copy that stays beside
    // what nobody has read yet looks like a file of its own.
    if (name === "copyOnly") {
      world.sink.refuse(false);
      await world.until(() => world.sink.records.length >= wanted.length);
    }
    if (name === "restart") world.sink.refuse(false);
    if (name.startsWith("rename")) await world.looked();
    await STEPS[name]?.(world, turn);
  }
  world.sink.refuse(false);
  await world.expectSet(wanted);
}

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
  test(`tailer: a storm of writes, renames, copies and restarts: each line once (seed ${seed})`, (t) => storm(t, seed));
}

for (const mode of ["copytruncate", "create", "copytruncate\ncompress", "create\ncompress\ndelaycompress"]) {
  const skip = LOGROTATE === undefined ? "logrotate is not installed" : false;
  test(`tailer: logrotate with ${mode.replaceAll("\n", ", ")}`, { skip }, async (t) => {
    const world = await TailerWorld.make(t);
    const configuration = world.path("rotate.conf");
    const su = process.getuid?.() === 0 ? "su root root\n" : "";
    await writeFile(configuration, `${world.path("app.log")} {\n${su}rotate 3\nmissingok\n${mode}\n}\n`, {
      mode: 0o644,
    });
    const wanted: string[] = [];
    world.start();
    for (let turn = 0; turn < 6; turn++) {
      const lines = Array.from({ length: 200 }, (_, line) => `turn ${turn} line ${line}\n`);
      wanted.push(...lines);
      await world.append("app.log", lines.join(""));
      // What was compressed before anybody read it is lost to whoever reads text.
      if (mode.includes("\ncompress")) await world.expectSet(wanted);
      // It runs once an hour, not many times between two looks; what it renames while it is looked at may come twice.
      await world.looked();
      await promisify(execFile)(LOGROTATE ?? "", ["-f", "-s", world.path("state"), configuration]);
      if (turn !== 3) continue;
      await world.restart();
      // Not in the moment in which the positions of the last run are compared with the files.
      await world.looked();
    }
    await world.expectSet(wanted);
    assert.ok((await stat(world.path("state"))).size > 0);
    await rm(world.path("state"));
  });
}
