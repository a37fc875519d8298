import { hivePartitionFolder } from "../../catalog/partition-layout.ts";
import type { Statement } from "../dialect/statement.ts";
import type { QueryStatistics } from "../query-statistics.ts";
import { checkEmpty, newTable, planNewTable, readFolder } from "./new-table.ts";
import { ensureBuckets, objectText, removeObjects, storeFiles } from "./store-files.ts";
import { namesOf, type WriteOptions, type WrittenRows, withRows } from "./write-rows.ts";

type Unload = Extract<Statement, { readonly kind: "unload" }>;

const WHAT = "UNLOAD";

/**
 * UNLOAD: rows become objects in a folder that was empty, written as those of CREATE TABLE AS, and no table knows them. Whoever
 * asked learns their names when all are there; when one cannot be put, none stays.
 */
export async function unload(
  { query, properties, location: text }: Unload,
  options: WriteOptions,
): Promise<QueryStatistics> {
  const location = readFolder(text, WHAT);
  await checkEmpty(location, WHAT, options);
  const target = { name: "unload", label: "the unloaded rows", location, properties, what: WHAT };
  const plan = (columns: Parameters<typeof newTable>[1]) => planNewTable(options.database, newTable(target, columns));
  const folderOf = (values: readonly string[]) => {
    const folder = hivePartitionFolder(properties.partitionedBy, values);
    return { bucket: location.bucket, prefix: `${location.prefix}${folder}` };
  };
  return withRows(query, properties.partitionedBy.length, options, plan, async (rows) => {
    const places = namesOf(rows.files, rows.plan.writer, options.random, folderOf);
    await putAll(places, rows, options);
    return { ...rows.statistics, written: places.map(objectText) };
  });
}

async function putAll(
  places: ReturnType<typeof namesOf>,
  { files, plan }: WrittenRows,
  options: WriteOptions,
): Promise<void> {
  try {
    await ensureBuckets(places, options.storeFor);
    await storeFiles(files, { places }, plan.writer, options);
    options.signal.throwIfAborted();
  } catch (error) {
    // The first failure is the one to tell.
    await removeObjects(places, options).catch(() => undefined);
    throw error;
  }
}
