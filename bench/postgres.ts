import { createReadStream } from "node:fs";
import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from } from "pg-copy-streams";
import type { Parcel } from "../src/destinations/destination.ts";
import { ParcelProgress } from "../src/destinations/parcel-progress.ts";
import { postgresDestinationType } from "../src/destinations/postgres/postgres-destination.ts";
import { IdentityWriter } from "../src/model/identified-records.ts";
import { packRecords } from "../src/model/records.ts";
import { systemClock } from "../src/std/clock.ts";
import { bytesBody } from "../src/storage/bytes-body.ts";
import { alternate, middle, ratio } from "./harness/rounds.ts";
import { atLeast, type Question } from "./question.ts";

const VARIABLE = "LAKEHOSE_TEST_POSTGRESQL";
const ROWS = 300_000;
const ROWS_PER_PARCEL = 30_000;

/** One that only takes rows, and one that keeps their keys apart. */
const COLUMNS = "id bigint, customer text, city text, total numeric(12,2), paid boolean, placed timestamptz";
const TABLES = { plain: `(${COLUMNS})`, keyed: `(${COLUMNS}, PRIMARY KEY (id))` };

export const postgres: Question = {
  name: "postgres",
  asks: "How fast do parcels become rows of PostgreSQL, beside a bare COPY of the same rows that only reads them from a file?",
  unanswerable: (environment) =>
    environment[VARIABLE] === undefined
      ? `its address belongs in ${VARIABLE}: npm run servers -- run postgresql -- npm run bench -- postgres`
      : undefined,
  run: (bench) =>
    bench.withFolder(async (folder) => {
      const files = await writeFiles(folder);
      const client = await connect();
      try {
        const { bare, added, bareKeyed, addedKeyed, replaced } = await alternate(bench, {
          bare: () => timed(client, TABLES.plain, bareCopy(client, files.rows)),
          added: () => timed(client, TABLES.plain, destination(files.parcels, {})),
          bareKeyed: () => timed(client, TABLES.keyed, bareCopy(client, files.rows)),
          addedKeyed: () => timed(client, TABLES.keyed, destination(files.parcels, {})),
          replaced: () => timed(client, TABLES.keyed, destination(files.parcels, { key: ["id"] })),
        });
        const same = (rate: number) => rate;
        return {
          checks: [
            { what: "rows added / bare COPY", value: ratio(added, bare, same, same), limit: atLeast(0.8, "goal") },
            {
              what: "rows added / bare COPY, both into a table with a key",
              value: ratio(addedKeyed, bareKeyed, same, same),
            },
            {
              what: "rows replaced by key / bare COPY into a table with a key",
              value: ratio(replaced, bareKeyed, same, same),
            },
          ],
          rows: Object.entries({
            "bare COPY": bare,
            added,
            "bare COPY, key": bareKeyed,
            "added, key": addedKeyed,
            "replaced by key": replaced,
          }).map(([name, rates]) => ({ name, values: { "rows/s": middle(rates, same) } })),
          notes: [
            `${ROWS} rows of 6 columns from JSON of about 150 B; parcels of ${ROWS_PER_PARCEL}, one COPY for the bare one`,
          ],
        };
      } finally {
        await client.end();
      }
    }),
};

interface ParcelFile {
  readonly path: string;
  readonly bytes: number;
}

/** The rows in the text format of COPY, and the same as parcels, with the members of each record in the table's order. */
async function writeFiles(folder: string) {
  const rows: string[] = [];
  const parcels: ParcelFile[] = [];
  for (let first = 0; first < ROWS; first += ROWS_PER_PARCEL) {
    const records = Array.from({ length: ROWS_PER_PARCEL }, (_, n) => orderOf(first + n));
    rows.push(...records.map((record) => `${Object.values(record).join("\t")}\n`));
    const chunks: Buffer[] = [];
    const packed = packRecords(records.map((record) => Buffer.from(JSON.stringify(record))));
    new IdentityWriter().write(packed, systemClock.now(), { offsets: { first } }, (source, start, end) =>
      chunks.push(Buffer.from(source.subarray(start, end))),
    );
    const path = join(folder, `parcel-${first}`);
    const bytes = Buffer.concat(chunks);
    await writeFile(path, bytes);
    parcels.push({ path, bytes: bytes.length });
  }
  const path = join(folder, "rows");
  await writeFile(path, rows.join(""));
  return { rows: path, parcels };
}

function orderOf(id: number) {
  const placed = new Date(Date.UTC(2026, 0, 1) + 1_000 * id).toISOString();
  return {
    id,
    customer: `customer number ${id % 9_973}`,
    city: "Frankfurt am Main",
    total: `${id % 997}.25`,
    paid: id % 3 === 0,
    placed,
  };
}

async function connect(): Promise<pg.Client> {
  const address = new URL(process.env[VARIABLE] ?? "");
  const client = new pg.Client(reachOf(address));
  await client.connect();
  return client;
}

function reachOf({ hostname: host, port, username: user, password, pathname }: URL) {
  return { host, port: Number(port), user, password: decodeURIComponent(password), database: pathname.slice(1) };
}

/** Rows per second into a fresh table, counted from when a connection is there. */
async function timed(client: pg.Client, definition: string, writer: Writer): Promise<number> {
  await client.query(`DROP TABLE IF EXISTS bench, bench_parcels; CREATE TABLE bench ${definition}; CHECKPOINT`);
  await writer.connect();
  const startedAt = performance.now();
  await writer.write();
  const seconds = (performance.now() - startedAt) / 1_000;
  await writer.close();
  const { rows } = await client.query<{ count: string }>("SELECT count(*) FROM bench");
  if (Number(rows[0]?.count) !== ROWS) throw new Error(`Expected ${ROWS} rows, got ${rows[0]?.count}`);
  await client.query("DROP TABLE IF EXISTS bench, bench_parcels");
  return ROWS / seconds;
}

interface Writer {
  connect(): Promise<void>;
  write(): Promise<void>;
  close(): Promise<void>;
}

function bareCopy(client: pg.Client, path: string): Writer {
  return {
    connect: async () => undefined,
    write: () => pipeline(createReadStream(path), client.query(from("COPY bench FROM STDIN"))),
    close: async () => undefined,
  };
}

function destination(parcels: readonly ParcelFile[], options: { readonly key?: string[] }): Writer {
  const reach = {
    ...reachOf(new URL(process.env[VARIABLE] ?? "")),
    tls: "off",
    table: "bench",
    receipts: "bench_parcels",
  };
  const stream = { name: "bench", uid: "0".repeat(32), arn: "arn", region: "us-east-1" };
  const dependencies = {
    owner: { stream, delivery: "bench" },
    secretOf: (name: string) => name,
    clock: systemClock,
  };
  const target = postgresDestinationType.create({ ...reach, ...options }, dependencies);
  const deliver = (parcel: Parcel) =>
    target.deliver(parcel, {
      number: 1,
      progress: new ParcelProgress(parcel.records),
      recordUpload: async () => undefined,
      signal: new AbortController().signal,
    });
  return {
    // A parcel of nothing.
    connect: async () => {
      await deliver({ ...parcelOf(parcels.length, bytesBody(Buffer.alloc(0))), records: 0 });
    },
    write: async () => {
      for (const [ordinal, { path, bytes }] of parcels.entries()) {
        await using file = await open(path);
        const read = async (start: number, length: number) =>
          (await file.read(Buffer.allocUnsafe(length), 0, length, start)).buffer;
        await deliver(parcelOf(ordinal, { bytes, checksum: 0, read }));
      }
    },
    close: () => target.close(),
  };
}

function parcelOf(ordinal: number, body: Parcel["body"]): Parcel {
  return {
    id: `00000000-0000-0000-0000-${String(ordinal).padStart(12, "0")}`,
    ordinal,
    settledBelow: 0,
    name: String(ordinal),
    records: ROWS_PER_PARCEL,
    outcomeDigest: "00000000",
    contentType: "application/octet-stream",
    metadata: {},
    body,
  };
}
