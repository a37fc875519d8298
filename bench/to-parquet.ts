import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DRAIN_BYTES } from "../src/formats/format.ts";
import { parquetFormat } from "../src/formats/parquet/parquet-format.ts";
import { packRecords } from "../src/model/records.ts";
import type { Bench } from "./harness/bench.ts";
import { startChild } from "./harness/child.ts";
import { Events } from "./harness/events.ts";
import { alternate, middle, ratio } from "./harness/rounds.ts";
import { deliveredMegabytesPerSecond, measureToObjects, toObjectsRow } from "./harness/to-objects.ts";
import { atLeast, type Question } from "./question.ts";

/** Ten of the fields that events have; the others are passed over by both. */
const COLUMNS = {
  id: ["bigint", "BIGINT"],
  at: ["timestamp", "TIMESTAMP"],
  kind: ["string", "VARCHAR"],
  user: ["string", "VARCHAR"],
  session: ["string", "VARCHAR"],
  price: ["double", "DOUBLE"],
  quantity: ["int", "INTEGER"],
  member: ["boolean", "BOOLEAN"],
  agent: ["string", "VARCHAR"],
  text: ["string", "VARCHAR"],
} as const;

const SCHEMA = { columns: Object.entries(COLUMNS).map(([name, [type]]) => ({ name, type })) };

export const toParquet: Question = {
  name: "to-parquet",
  asks: "How fast do 1 KB records get from the request into Parquet objects (ten columns, Snappy), and what do one bad record in a hundred, and INT96, cost the encoder?",
  run: async (bench) => {
    const { bare, lakehose, clean, bad, int96 } = await alternate(bench, {
      bare: () => bareParquet(bench),
      lakehose: () => measureToObjects(bench, {}, { format: "parquet", "format-options": { schema: SCHEMA } }),
      clean: () => encode(bench, {}),
      bad: () => encode(bench, { badShare: 0.01 }),
      int96: () => encode(bench, { timestamps: "int96" }),
    });
    const speed = (one: Speed) => one.megabytesPerSecond;
    return {
      checks: [
        {
          what: "end to end / bare DuckDB on the same bytes",
          value: ratio(lakehose, bare, deliveredMegabytesPerSecond, speed),
          limit: atLeast(0.45),
        },
        { what: "encoder, 1 % bad / clean", value: ratio(bad, clean, speed, speed), limit: atLeast(0.4) },
        { what: "encoder, INT96 / clean", value: ratio(int96, clean, speed, speed) },
        {
          what: "end to end",
          value: middle(lakehose, deliveredMegabytesPerSecond),
          unit: "MB/s",
          limit: atLeast(180, "goal"),
        },
      ],
      rows: [
        { name: "bare DuckDB", values: { "delivered MB/s": middle(bare, speed) } },
        toObjectsRow("lakehose", lakehose),
        { name: "encoder, clean", values: { "delivered MB/s": middle(clean, speed) } },
        { name: "encoder, 1 % bad", values: { "delivered MB/s": middle(bad, speed) } },
        { name: "encoder, INT96", values: { "delivered MB/s": middle(int96, speed) } },
      ],
    };
  },
};

interface Speed {
  readonly megabytesPerSecond: number;
}

function bareParquet(bench: Bench): Promise<Speed> {
  return bench.withFolder(async (folder) => {
    const columns = Object.entries(COLUMNS).map(([name, [, type]]) => `'${name}': '${type}'`);
    const script = join(import.meta.dirname, "references", "bare-parquet.ts");
    const child = await startChild({
      args: [script, folder, columns.join(", ")],
      ready: /took (\d+) gave \d+ in ([\d.]+)/,
    });
    await child.kill();
    return { megabytesPerSecond: Number(child.ready[1]) / 1e6 / Number(child.ready[2]) };
  });
}

const RECORDS_PER_BATCH = 500;
const BATCHES = 128;

interface Encoding {
  readonly badShare?: number;
  readonly timestamps?: "micros" | "int96";
}

/** The encoder alone, in this process: the load generator has no bad records. */
function encode(bench: Bench, { badShare = 0, timestamps = "micros" }: Encoding): Promise<Speed> {
  return bench.withFolder(async (folder) => {
    await mkdir(folder, { recursive: true });
    const events = new Events(1000);
    const badEvery = badShare === 0 ? RECORDS_PER_BATCH : Math.round(1 / badShare);
    const isBad = (index: number) => badShare > 0 && index % badEvery === 0;
    const batches = Array.from({ length: BATCHES }, () =>
      packRecords(
        Array.from({ length: RECORDS_PER_BATCH }, (_, index) => (isBad(index) ? spoiled(events) : events.next())),
      ),
    );
    const bytes = batches.reduce((sum, batch) => sum + batch.bytes.length, 0);
    let files = 0;
    const encoder = parquetFormat.open({
      options: { schema: SCHEMA, timestamps },
      compression: { type: "none" },
      seed: "bench",
      sink: { write: () => Promise.resolve() },
      scratch: { path: async (name) => join(folder, `${files++}-${name}`) },
    });
    const startedAt = performance.now();
    for (const batch of batches) {
      encoder.add(batch);
      if (encoder.heldBytes >= DRAIN_BYTES) await encoder.drain();
    }
    const { rejects } = await encoder.finish();
    const elapsedSeconds = (performance.now() - startedAt) / 1000;
    const expected = Math.round(BATCHES * RECORDS_PER_BATCH * badShare);
    if (rejects.length !== expected) throw new Error(`Expected ${expected} rejected records, got ${rejects.length}`);
    return { megabytesPerSecond: bytes / 1e6 / elapsedSeconds };
  });
}

/** A price that is no number. */
function spoiled(events: Events): Buffer {
  return Buffer.from(
    events
      .next()
      .toString("latin1")
      .replace(/"price":[\d.]+/, '"price":"dear"'),
    "latin1",
  );
}
