import { join } from "node:path";
import { DRAIN_BYTES, type Format, type Scratch } from "../src/formats/format.ts";
import { formatOf } from "../src/formats/registry.ts";
import type { CompressionType } from "../src/model/delivery-definition.ts";
import { type PackedRecords, packRecords } from "../src/model/records.ts";
import type { JsonObject } from "../src/std/json.ts";
import { seededRandom } from "../src/std/random.ts";
import type { Bench } from "./harness/bench.ts";
import { alternate, middle, ratio } from "./harness/rounds.ts";
import type { Question, Row } from "./question.ts";

/** Ten columns, as in the question that ends in Parquet objects. */
const COLUMNS = {
  id: "bigint",
  at: "timestamp",
  type: "string",
  user: "string",
  country: "string",
  price: "decimal(10,2)",
  quantity: "int",
  ratio: "double",
  paid: "boolean",
  text: "string",
};

const SCHEMA: JsonObject = { columns: Object.entries(COLUMNS).map(([name, type]) => ({ name, type })) };

const BATCHES = 64;
const RECORDS_PER_BATCH = 250;

interface Encoding {
  readonly megabytesPerSecond: number;
  readonly cores: number;
  /** Record bytes for each byte of the object. */
  readonly smaller: number;
}

interface Variant {
  readonly format: string;
  readonly options: JsonObject;
  readonly compression: CompressionType;
}

const VARIANTS: Readonly<Record<string, Variant>> = {
  "raw, gzip": { format: "raw", options: { delimiter: "\n" }, compression: "gzip" },
  "json-lines, gzip": { format: "json-lines", options: {}, compression: "gzip" },
  "csv, gzip": { format: "csv", options: { schema: SCHEMA }, compression: "gzip" },
  "avro, snappy": { format: "avro", options: { schema: SCHEMA }, compression: "snappy" },
  "sequence-file, snappy": { format: "sequence-file", options: {}, compression: "hadoop-snappy" },
  "orc, snappy": { format: "orc", options: { schema: SCHEMA }, compression: "none" },
  "orc, zlib": { format: "orc", options: { schema: SCHEMA, compression: "zlib" }, compression: "none" },
};

export const formats: Question = {
  name: "formats",
  asks: "How fast does each format encode JSON records of ten columns and 400 B, without a server around it?",
  run: async (bench) => {
    const batches = Array.from({ length: BATCHES }, (_, batch) => batchOf(batch));
    const measured = await alternate(bench, {
      parse: () => parseAlone(bench, batches),
      ...Object.fromEntries(
        Object.entries(VARIANTS).map(([name, variant]) => [name, () => encode(bench, batches, variant)]),
      ),
    } as Readonly<Record<string, () => Promise<Encoding>>>);
    const { parse = [], ...encoded } = measured;
    return {
      checks: Object.entries(encoded).map(([name, results]) => ({
        what: `${name} / JSON.parse alone`,
        value: ratio(results, parse, megabytesPerSecond, megabytesPerSecond),
      })),
      rows: [row("JSON.parse alone", parse), ...Object.entries(encoded).map(([name, results]) => row(name, results))],
      notes: ["MB are those of the records. Compression has threads of its own: `cores` says how many were busy."],
    };
  },
};

const megabytesPerSecond = (one: Encoding) => one.megabytesPerSecond;

function row(name: string, results: readonly Encoding[]): Row {
  return {
    name,
    values: {
      "MB/s": middle(results, megabytesPerSecond),
      cores: middle(results, ({ cores }) => cores),
      "MB/s a core": middle(results, (one) => one.megabytesPerSecond / one.cores),
      smaller: middle(results, ({ smaller }) => smaller),
    },
  };
}

async function encode(bench: Bench, batches: readonly PackedRecords[], variant: Variant): Promise<Encoding> {
  return bench.withFolder(async (folder) => {
    const format: Format = formatOf(variant.format);
    let written = 0;
    const sink = {
      write: async (chunks: readonly Buffer[]) => {
        for (const chunk of chunks) written += chunk.length;
      },
    };
    let files = 0;
    const scratch: Scratch = { path: async (name) => join(folder, `${files++}-${name}`) };
    const { options, compression } = variant;
    const encoder = format.open({ options, compression: { type: compression }, seed: "bench", sink, scratch });
    const measuring = measure(bench.seconds);
    for (let index = 0; measuring.goesOn(); index++) {
      const batch = batches[index % batches.length];
      if (batch === undefined) break;
      encoder.add(batch, index);
      measuring.took(batch.bytes.length);
      if (encoder.heldBytes >= DRAIN_BYTES) await encoder.drain();
    }
    const { rejects } = await encoder.finish();
    if (rejects.length > 0) throw new Error(`${rejects.length} records were rejected: ${rejects[0]?.message}`);
    return measuring.end(written);
  });
}

async function parseAlone(bench: Bench, batches: readonly PackedRecords[]): Promise<Encoding> {
  const measuring = measure(bench.seconds);
  for (let index = 0; measuring.goesOn(); index++) {
    const batch = batches[index % batches.length];
    if (batch === undefined) break;
    let start = 0;
    for (const end of batch.ends) {
      JSON.parse(batch.bytes.toString("utf8", start, end));
      start = end;
    }
    measuring.took(batch.bytes.length);
  }
  return measuring.end(0);
}

function measure(seconds: number) {
  const [startedAt, cpuBefore] = [performance.now(), process.cpuUsage()];
  let bytes = 0;
  return {
    goesOn: () => performance.now() - startedAt < seconds * 1000,
    took: (more: number) => {
      bytes += more;
    },
    end: (written: number): Encoding => {
      const elapsedMs = performance.now() - startedAt;
      const { user, system } = process.cpuUsage(cpuBefore);
      return {
        megabytesPerSecond: bytes / 1000 / elapsedMs,
        cores: (user + system) / 1000 / elapsedMs,
        smaller: written === 0 ? 1 : bytes / written,
      };
    },
  };
}

function batchOf(batch: number): PackedRecords {
  const random = seededRandom(batch);
  const below = (limit: number) => Math.floor(random.fraction() * limit);
  const records = Array.from({ length: RECORDS_PER_BATCH }, (_, place) =>
    Buffer.from(
      JSON.stringify({
        id: 1_000_000_000_000 + batch * RECORDS_PER_BATCH + place,
        at: 1_700_000_000_000 + batch * 1000 + place,
        type: ["view", "click", "order", "return"][below(4)],
        user: `user-${below(1_000_000)}`,
        country: ["DE", "FR", "JP", "US", "BR", "IN"][below(6)],
        price: below(1_000_000) / 100,
        quantity: below(10),
        ratio: random.fraction(),
        paid: below(2) === 1,
        text: Array.from({ length: 40 }, () => below(2 ** 24).toString(36)).join(" "),
      }),
    ),
  );
  return packRecords(records);
}
