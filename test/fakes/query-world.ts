import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoredCatalog } from "../../src/catalog/stored-catalog.ts";
import { StoredTableChanges } from "../../src/catalog/table-changes/stored-table-changes.ts";
import {
  QueryEngine,
  type QueryStatistics,
  type ResultColumn,
  type ResultRow,
} from "../../src/query/engine/query-engine.ts";
import { PreparedStatements } from "../../src/query/prepared/prepared-statements.ts";
import { QueryError } from "../../src/query/query-error.ts";
import { DEFAULT_QUERY_LIMITS, type QueryLimits } from "../../src/query/query-limits.ts";
import { systemClock } from "../../src/std/clock.ts";
import { nodeDisk } from "../../src/std/node-disk.ts";
import { systemRandom } from "../../src/std/random.ts";
import { bytesBody } from "../../src/storage/bytes-body.ts";
import { openDiskStore } from "../../src/storage/disk/disk-store.ts";
import { MemoryStore } from "../../src/storage/memory/memory-store.ts";
import { silentTelemetry, type Telemetry } from "../../src/telemetry/telemetry.ts";
import { FakePartitions } from "./fake-partitions.ts";

export interface Answer {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly ResultRow[];
  readonly statistics: QueryStatistics;
}

/** The bucket `lake` on a disk, the bucket `far` in a store that is elsewhere, a catalog with the database `default`. */
export async function queryWorld(limits: Partial<QueryLimits> = {}, telemetry: Telemetry = silentTelemetry) {
  const root = mkdtempSync(join(tmpdir(), "lakehose-query-"));
  const folder = (name: string) => {
    mkdirSync(join(root, name), { recursive: true });
    return join(root, name);
  };
  const lake = await openDiskStore({
    disk: nodeDisk,
    root: folder("buckets"),
    temporaryDirectory: folder("temporary"),
    metadataDirectory: folder("objects"),
  });
  const far = new MemoryStore({ clock: systemClock });
  await lake.ensureBucket("lake");
  await far.ensureBucket("far");
  const storeFor = (bucket: string) => (bucket === "far" ? far : lake);
  const world = { disk: nodeDisk, clock: systemClock, random: systemRandom };
  const catalog = await StoredCatalog.open({ ...world, dataDirectory: root });
  await catalog.createDatabase({ name: "default" });
  const partitions = new FakePartitions();
  const changesDirectory = folder("changes");
  const changes = await StoredTableChanges.open({
    ...world,
    directory: changesDirectory,
    catalog,
    storeFor,
    telemetry,
  });
  const engine = await QueryEngine.open({
    catalog,
    partitions,
    changes,
    storeFor,
    localPath: (bucket, key) => (bucket === "far" ? undefined : lake.pathOf(bucket, key)),
    ...world,
    telemetry,
    directory: folder("query"),
    tablesLocation: "s3://lake/tables/",
    prepared: await PreparedStatements.open({ ...world, directory: folder("executions") }),
    limits: { ...DEFAULT_QUERY_LIMITS, memoryMib: 256, ...limits },
  });
  const run = async (sql: string, signal: AbortSignal = new AbortController().signal): Promise<Answer> => {
    let columns: readonly ResultColumn[] = [];
    const rows: ResultRow[] = [];
    const statistics = await engine.run(
      { sql, database: "default", signal },
      {
        columns: (all) => {
          columns = all;
        },
        rows: (some) => {
          rows.push(...some);
        },
      },
    );
    return { columns, rows, statistics };
  };
  return {
    root,
    catalog,
    partitions,
    changes,
    storeFor,
    engine,
    put: async (bucket: string, key: string, content: string | Buffer) => {
      const body = bytesBody(Buffer.from(content));
      await storeFor(bucket).put({ bucket, key, body, onlyIfAbsent: true, contentType: "text/plain", metadata: {} });
    },
    keys: async (bucket: string, prefix: string) => {
      const found: string[] = [];
      for await (const { key } of storeFor(bucket).list(bucket, { prefix })) found.push(key);
      return found;
    },
    /** Empty for what is not there. */
    etagOf: async (bucket: string, key: string) => (await storeFor(bucket).head(bucket, key))?.etag ?? "",
    run,
    /** The statement is refused, as a failure that callers are told. */
    fails: (sql: string, code: string, message: RegExp): Promise<void> =>
      assert.rejects(run(sql), (error: Error) => {
        assert.ok(error instanceof QueryError, String(error));
        assert.match(error.message, message);
        assert.equal(error.code, code, error.message);
        return true;
      }),
    close: async () => {
      await engine.close();
      await changes.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

export type QueryWorld = Awaited<ReturnType<typeof queryWorld>>;
