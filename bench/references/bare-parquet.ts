/**
 * The ceiling of everything that writes Parquet here: DuckDB alone, from a file of the events that the load generator
 * sends. Started as `bare-parquet.ts FOLDER COLUMNS`; prints how many bytes it took in and gave out.
 */
import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { Events } from "../harness/events.ts";

const EVENT_BYTES = 1000;
const EVENTS = 128_000;
const EVENTS_PER_WRITE = 1000;

const [folder = ".", columns = ""] = process.argv.slice(2);
const lines = join(folder, "bare.ndjson");
const object = join(folder, "bare.parquet");
const events = new Events(EVENT_BYTES);
const file = await open(lines, "w");
for (let written = 0; written < EVENTS; written += EVENTS_PER_WRITE) {
  await file.write(Buffer.concat(Array.from({ length: EVENTS_PER_WRITE }, () => events.next())));
}
await file.close();
const connection = await (await DuckDBInstance.create(":memory:", { threads: "2", memory_limit: "768MiB" })).connect();
const read = `read_json('${lines}', format = 'newline_delimited', auto_detect = false, columns = {${columns}})`;
const startedAt = performance.now();
await connection.run(`COPY (FROM ${read}) TO '${object}' (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 20480)`);
const elapsedSeconds = (performance.now() - startedAt) / 1000;
process.stdout.write(`took ${EVENTS * EVENT_BYTES} gave ${(await stat(object)).size} in ${elapsedSeconds}\n`);
