import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { type ExpectedFrames, readFrames } from "../../../test/fixtures/log-v1/read-frames.ts";
import { packRecords, recordAt } from "../../model/records.ts";
import { KeyRing } from "../../std/key-ring.ts";
import { nodeDisk } from "../../std/node-disk.ts";
import { systemRandom } from "../../std/random.ts";
import { silentTelemetry } from "../../telemetry/telemetry.ts";
import { EmbeddedLog } from "../embedded/embedded-log.ts";

/**
 * Logs that released formats have left behind, opened by the code of today: what was acknowledged under an older version
 * is never lost by an update. A format's folder is written once by its `generate.ts` and never again.
 */
const FORMATS = ["log-v1"] as const;

interface Fixture {
  /** A copy, unpacked, that the test may change. */
  readonly folder: string;
  readonly expected: { readonly streamUid: string } & Readonly<Record<"log" | "journal" | "staging", ExpectedFrames>>;
  readonly options: Parameters<typeof EmbeddedLog.open>[0];
}

async function fixture(t: TestContext, format: string): Promise<Fixture> {
  const source = join(import.meta.dirname, "..", "..", "..", "test", "fixtures", format);
  const folder = await mkdtemp(join(tmpdir(), "lakehose-format-"));
  t.after(() => rm(folder, { recursive: true }));
  await cp(join(source, "files"), folder, { recursive: true });
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const packed = join(entry.parentPath, entry.name);
    await writeFile(packed.slice(0, -".gz".length), gunzipSync(await readFile(packed)));
    await rm(packed);
  }
  const expected = JSON.parse(await readFile(join(source, "expected.json"), "utf8")) as Fixture["expected"];
  const options = {
    disk: nodeDisk,
    clock: new PretendClock(Date.UTC(2026, 10, 21, 12, 1)),
    random: systemRandom,
    telemetry: silentTelemetry,
    label: "fixture",
    directory: join(folder, "log"),
    streamUid: expected.streamUid,
    keyRing: KeyRing.parse(await readFile(join(source, "keys.txt"), "utf8")),
  };
  return { folder, expected, options };
}

for (const format of FORMATS) {
  test(`${format}: every frame of log, journal and staging reads as it was written, twice over`, async (t) => {
    const { folder, expected, options } = await fixture(t, format);
    const current = await readFile(join(folder, "journal", "current"), "utf8");
    const directories = { log: "log", journal: join("journal", current), staging: "staging" } as const;
    for (const name of ["log", "journal", "staging"] as const) {
      const directory = join(folder, directories[name]);
      assert.deepEqual(await readFrames({ ...options, directory }), expected[name], name);
      // The first start may have copied what nothing proved; it has to say the same.
      assert.deepEqual(await readFrames({ ...options, directory }), expected[name], `${name}, opened again`);
    }
  });

  test(`${format}: a log of that version goes on: answers, source positions, offsets and origins`, async (t) => {
    const { expected, options } = await fixture(t, format);
    const log = await EmbeddedLog.open(options);
    const [partition] = log.partitions();
    assert.ok(partition);
    const recalled = log.recall("call 21");
    assert.deepEqual([recalled?.firstOffset, String(recalled?.answer)], [63, "answer 21"]);
    assert.equal(log.recall("call 22"), undefined);
    assert.equal(String(log.sourcePosition("source-1")), "position 20");
    const [batch] = await partition.read(21, 1);
    assert.deepEqual(batch?.origin?.offsets, [1, undefined, 3]);
    assert.equal(batch.onlyDelivery, "destinationId-000000000001");
    const { firstOffset } = await log.append({ records: packRecords([Buffer.from("today")]) });
    assert.equal(firstOffset, expected.log.end);
    await log.close();
    const again = await EmbeddedLog.open(options);
    const [last] = (await again.partitions()[0]?.read(firstOffset, 1)) ?? [];
    assert.equal(last && recordAt(last, 0).toString(), "today");
    await again.close();
  });

  test(`${format}: its encrypted part is refused without the key, and damage in its middle is seen`, async (t) => {
    const { expected, options, folder } = await fixture(t, format);
    const { keyRing: _, ...keyless } = options;
    await assert.rejects(readFrames(keyless), { code: "key-missing" });
    const first = join(folder, "log", "00000000000000000001.seg");
    const bytes = await readFile(first);
    const at = bytes.indexOf("record 3\n");
    assert.ok(at > 0, "the first segment is in the clear");
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    await writeFile(first, bytes);
    await assert.rejects(readFrames(options), { code: "damaged" });
    assert.ok(expected.log.frames.length > 0);
  });
}
