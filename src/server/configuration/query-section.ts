import { z } from "zod";
import { readLocation } from "../../catalog/location.ts";
import { DEFAULT_QUERY_LIMITS, DEFAULT_TABLES_LOCATION, type QueryLimits } from "../../query/query-limits.ts";
import { byteSize, duration } from "../../streams/setting-types.ts";

/** `query:` of the configuration: what SQL may take, and where new tables lie. */

const MIB = 1024 ** 2;
const defaults = DEFAULT_QUERY_LIMITS;

export const querySection = z
  .strictObject({
    duration: duration({
      description: "Longest that one statement may run, from its turn to its last row. Athena: 30 minutes.",
      example: "10m",
      min: 1000,
      max: 24 * 3_600_000,
    }).prefault("30m"),
    memory: byteSize({
      description: "Memory of DuckDB for one statement; what does not fit is put aside on disk.",
      example: "4GiB",
      min: 64 * MIB,
      max: 1024 ** 4,
    }).default(defaults.memoryMib * MIB),
    spill: byteSize({
      description: "Disk for what one statement puts aside.",
      example: "50GiB",
      min: MIB,
      max: 1024 ** 5,
    }).default(defaults.spillMib * MIB),
    threads: z
      .int()
      .min(1)
      .max(256)
      .default(defaults.threads)
      .meta({ description: "Native threads of one statement.", examples: [8] }),
    scannedBytes: byteSize({
      description: "Largest sum of the files that one statement reads, as they are stored.",
      example: "1TB",
      min: MIB,
      max: 1024 ** 5,
    }).default(defaults.scannedBytes),
    writtenBytes: byteSize({
      description: "Largest sum of the files that one `CREATE TABLE AS` or `INSERT INTO` writes.",
      example: "50GB",
      min: MIB,
      max: 1024 ** 5,
    }).default(defaults.writtenBytes),
    running: z
      .int()
      .min(1)
      .max(100)
      .default(defaults.running)
      .meta({
        description: "Statements that run at the same time, each with its own memory and threads.",
        examples: [4],
      }),
    waiting: z
      .int()
      .min(0)
      .max(10_000)
      .default(defaults.waiting)
      .meta({ description: "Statements that wait for their turn; more are refused.", examples: [100] }),
    cacheBytes: byteSize({
      description: "Disk for fetched and unpacked files that are kept for later statements.",
      example: "100GB",
      min: MIB,
      max: 1024 ** 5,
    }).default(defaults.cacheBytes),
    tablesLocation: z
      .string()
      .refine((text) => (readLocation(text)?.prefix ?? "") !== "", {
        error: "expected a location such as s3://bucket/folder/",
      })
      .default(DEFAULT_TABLES_LOCATION)
      .meta({
        description:
          "Where `CREATE TABLE AS` puts tables of databases that have no location, each in a folder of its own.",
        examples: ["s3://warehouse/tables/"],
      }),
  })
  .prefault({})
  .meta({ description: "What SQL may take of the machine, and where it puts new tables." });

export type QuerySection = z.output<typeof querySection>;

export function queryLimits(section: QuerySection): QueryLimits {
  const { duration: durationMs, memory, spill, tablesLocation: _, ...others } = section;
  return { ...others, durationMs, memoryMib: Math.floor(memory / MIB), spillMib: Math.floor(spill / MIB) };
}
