import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isHidden } from "../../src/catalog/partition-layout.ts";
import { StoredCatalog } from "../../src/catalog/stored-catalog.ts";
import type { TableDefinition } from "../../src/catalog/table.ts";
import type { RewritingRun } from "../../src/jobs/rewriting/rewriting-world.ts";
import { nodeDisk } from "../../src/std/node-disk.ts";
import { seededRandom } from "../../src/std/random.ts";
import type { ObjectStore } from "../../src/storage/object-store.ts";
import { type ChangeWorld, openChangeWorld } from "./change-world.ts";
import { PretendClock } from "./pretend-clock.ts";
import { PretendDisk } from "./pretend-disk.ts";

/**
 * Jobs that rewrite files, ended at each step that they take on the disk of the lake.
 *
 * Goal: whatever step a job dies at, readers of the catalog find each record once, at rest nothing is left but what is in
 * force, and the next run finishes the work. Method: lake, catalog and changes lie on a pretend disk that loses its power, or
 * whose process is killed, at one operation after another. What a job puts aside for itself is nobody else's: it is on the
 * same disk where the job can do with that, and in a real folder where DuckDB has to read it; that folder is empty after a
 * crash, as it is after the start of a server.
 */
export interface CrashCase {
  /** By their names in the database `sales`. */
  readonly tables: readonly TableDefinition[];
  readonly objects: Readonly<Record<string, readonly string[]>>;
  readonly scratch: "pretend" | "real";
  readonly work: (run: RewritingRun) => Promise<unknown>;
  /** Throws for what nobody may ever find. */
  readonly check: (process: LakeProcess, when: string) => Promise<void>;
  /** The same for when all is done that falls due. */
  readonly checkAtRest: (process: LakeProcess, when: string) => Promise<"undone" | "whole">;
}

export interface LakeProcess extends ChangeWorld {
  readonly catalog: StoredCatalog;
  /** What a reader of the catalog finds below a prefix, by key. */
  visible(prefix: string): Promise<ReadonlyMap<string, Buffer>>;
  /** What falls due is done, all of it. */
  rest(): Promise<void>;
}

const HOUR_MS = 60 * 60_000;

/** Ends the work at every step in turn, by a kill and by a loss of power alternately unless told which. */
export async function crashAtEachStep(crash: CrashCase, only?: "kill" | "power"): Promise<void> {
  const seen = { undone: 0, whole: 0 };
  for (let step = 0; ; step++) {
    const disk = new PretendDisk(seededRandom(step));
    const before = await openFilled(disk, crash);
    await before.clock.advance(1);
    disk.crashAt(disk.faults.count + step, only ?? (step % 2 === 0 ? "power" : "kill"));
    const ended = await work(disk, before, crash, step).then(
      () => true,
      () => false,
    );
    if (ended && disk.crashPending) {
      assert.ok(step > 20, "there were steps to end at");
      break;
    }
    disk.heal();
    disk.processKill();
    const after = await openProcess(disk, 1000 + step);
    await crash.check(after, `after step ${step}`);
    const state = await stateAtRest(after, crash, `at rest after step ${step}`);
    seen[state]++;
    // What was not done is the same each time: to do it some of the times tells enough.
    if (state === "whole" || seen.undone % NEXT_RUN_EVERY !== 0) continue;
    await work(disk, after, crash, 2000 + step);
    assert.equal(await stateAtRest(after, crash, `in the run after step ${step}`), "whole", "the next run does it");
  }
  assert.ok(seen.undone > 0 && seen.whole > 0, `both ends were seen: ${JSON.stringify(seen)}`);
}

const NEXT_RUN_EVERY = 4;

async function stateAtRest(process: LakeProcess, crash: CrashCase, when: string): Promise<"undone" | "whole"> {
  await process.rest();
  await crash.check(process, when);
  return crash.checkAtRest(process, when);
}

/** The work without any crash. */
export async function workOnce(crash: CrashCase): Promise<LakeProcess> {
  const disk = new PretendDisk();
  const process = await openFilled(disk, crash);
  await work(disk, process, crash, 1);
  await process.rest();
  return process;
}

async function openFilled(disk: PretendDisk, { tables, objects }: CrashCase): Promise<LakeProcess> {
  const process = await openProcess(disk, 1);
  await process.catalog.createDatabase({ name: "sales" });
  for (const table of tables) await process.catalog.createTable("sales", table);
  for (const [key, words] of Object.entries(objects)) await process.put(key, ...words);
  return process;
}

async function openProcess(disk: PretendDisk, seed: number): Promise<LakeProcess> {
  const clock = new PretendClock();
  const world = await openChangeWorld(disk, seed, clock);
  const random = seededRandom(seed);
  const catalog = await StoredCatalog.open({ disk: disk.process(), clock, random, dataDirectory: "/data" });
  const rest = async () => {
    for (let turn = 0; turn < 3; turn++) {
      await clock.advance(2 * HOUR_MS);
      await world.changes.settle();
    }
  };
  return { ...world, catalog, rest, visible: (prefix) => visibleObjects(world, prefix) };
}

async function visibleObjects({ store, changes }: ChangeWorld, prefix: string) {
  const view = changes.view();
  const keys = view.hiddenBelow("lake", prefix).map(({ key }) => key);
  for await (const { key } of store.list("lake", { prefix })) {
    if (!isHidden(key.slice(prefix.length)) && view.shows({ bucket: "lake", key })) keys.push(key);
  }
  view.release();
  const objects = new Map<string, Buffer>();
  for (const key of keys) {
    const pieces: Buffer[] = [];
    for await (const piece of await store.get("lake", key)) pieces.push(piece);
    objects.set(key, Buffer.concat(pieces));
  }
  return objects;
}

async function work(
  disk: PretendDisk,
  { catalog, changes, store, clock }: LakeProcess,
  { scratch, work: run }: CrashCase,
  seed: number,
): Promise<void> {
  const isReal = scratch === "real";
  const directory = isReal ? mkdtempSync(join(tmpdir(), "lakehose-crash-")) : "/data/temporary/jobs/run";
  if (!isReal) await disk.process().makeDirectory(directory);
  try {
    await run({
      catalog,
      changes,
      storeFor: () => (isReal ? takingBytes(store) : store),
      isSettled: () => true,
      // Nobody moves the clock while it waits for a disk that is gone.
      clock: { now: () => clock.now(), monotonic: () => clock.monotonic(), sleep: async () => undefined },
      disk: isReal ? nodeDisk : disk.process(),
      random: seededRandom(seed),
      origin: "job",
      graceMs: HOUR_MS,
      directory,
      signal: new AbortController().signal,
      log: () => undefined,
      progress: () => undefined,
    });
  } finally {
    if (isReal) rmSync(directory, { recursive: true, force: true });
  }
}

/** A store that cannot take a file of another disk for its own. */
function takingBytes(store: ObjectStore): ObjectStore {
  return new Proxy(store, {
    get: (target, name) => {
      if (name === "put") {
        return ({ body: { bytes, checksum, read }, ...rest }: Parameters<ObjectStore["put"]>[0]) =>
          target.put({ ...rest, body: { bytes, checksum, read } });
      }
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
