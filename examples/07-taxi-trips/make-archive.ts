import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generate } from "../../src/generators/registry.ts";

/** An archive as the scenario has it: lines of JSON in LZ4 frames, in a folder for each year of the trips' ends. */
export interface Archive {
  readonly folder: string;
  readonly trips: readonly string[];
  /** Lines that are no trips, among them. */
  readonly poison: readonly string[];
}

/** Trips end every half a minute, around the turn of the year. */
const START = "2017-12-31T08:00:00Z";
const INTERVAL_MS = 30_000;

/** Cut off, and without a place that could be a number. */
const POISON = ['{"type":"trip","trip_id":10000', '{"type":"trip","pickup_location_id":"somewhere","trip_id":7}'];
const POISON_EVERY = 1500;

/** Two recorders wrote at the same time, each a file a year. */
const RECORDERS = 2;

export async function makeArchive(folder: string, count: number): Promise<Archive> {
  const events = generate("taxi", { seed: 7, startMs: Date.parse(START), intervalMs: INTERVAL_MS });
  const trips: string[] = [];
  const poison: string[] = [];
  const files = new Map<string, string[]>();
  for (let index = 0; index < count; index++) {
    const trip = String(events.next().value);
    trips.push(trip);
    const { dropoff_datetime } = JSON.parse(trip) as { readonly dropoff_datetime: string };
    const name = join(`dropoff_year=${dropoff_datetime.slice(0, 4)}`, `trips-${index % RECORDERS}.ndjson.lz4`);
    const lines = files.get(name) ?? [];
    files.set(name, lines);
    lines.push(trip);
    if (index % POISON_EVERY !== POISON_EVERY - 1) continue;
    const line = POISON[poison.length % POISON.length] ?? "";
    poison.push(line);
    lines.push(line);
  }
  for (const [name, lines] of files) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), lz4Frame(Buffer.from(`${lines.join("\n")}\n`)));
  }
  return { folder, trips, poison };
}

const BLOCK_BYTES = 64 * 1024;
const STORED = 0x8000_0000;

/** A frame whose blocks are stored as they are, which the format allows; `lz4 trips.ndjson` makes smaller ones. */
function lz4Frame(content: Buffer): Buffer {
  // Magic, version 1 with independent blocks of at most 64 KiB, and the checksum of these two bytes.
  const parts: Buffer[] = [Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82])];
  for (let at = 0; at < content.length; at += BLOCK_BYTES) {
    const block = content.subarray(at, at + BLOCK_BYTES);
    parts.push(uint32(STORED + block.length), block);
  }
  return Buffer.concat([...parts, uint32(0)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
