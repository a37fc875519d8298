import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Destination, Parcel } from "../../destinations/destination.ts";
import { identityOf } from "../../destinations/object-store/identity.ts";
import { ParcelProgress } from "../../destinations/parcel-progress.ts";
import { csvFormat } from "../../formats/csv/csv-format.ts";
import { parquetFormat } from "../../formats/parquet/parquet-format.ts";
import { LakehoseError } from "../../model/errors.ts";
import { backoffMs } from "../../std/backoff.ts";
import type { Clock } from "../../std/clock.ts";
import type { Disk } from "../../std/disk.ts";
import type { Random } from "../../std/random.ts";
import { bytesBody } from "../../storage/bytes-body.ts";
import type { ObjectBody, ObjectStore } from "../../storage/object-store.ts";
import { ExportError } from "./export-error.ts";
import type { ExportOutput, Sealed } from "./export-state.ts";
import { fileBody } from "./local-file.ts";
import type { ChunkTask } from "./plan-progress.ts";
import { countStatement } from "./postgresql/copy-statement.ts";
import type { RowSource } from "./postgresql/session.ts";
import { type ChunkToWrite, type WrittenRows, writeCsv } from "./write-csv.ts";
import { writeParquet } from "./write-parquet.ts";

export interface ChunkWorld {
  readonly output: ExportOutput;
  readonly store: ObjectStore;
  readonly destination: Destination;
  /** Of this run alone. */
  readonly directory: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/**
 * One chunk, exactly once: a file here, its rows counted against the source, then `seal` (durable), then a conditional PUT
 * under the name that the plan gave it.
 *
 * An attempt that broke after `seal` may have put the object, and may do so until its last request is over. The object says
 * by its metadata which chunk it is, and is taken as it is: read again, the chunk could have other rows by now.
 */
export async function exportChunk(
  session: RowSource,
  task: ChunkTask,
  world: ChunkWorld,
  seal: (sealed: Sealed) => Promise<void>,
): Promise<Sealed> {
  const { name, chunk } = task;
  const landed = chunk.sealed && (await findLanded(name, chunk.sealed, world));
  if (landed) return landed;
  const path = join(world.directory, `${parcelId(name, world)}.part`);
  const { rows, file } = await writeCounted(session, { ...task, path, disk: world.disk }, world);
  const sealed = { rows, bytes: file.bytes, checksum: file.checksum };
  if (rows === 0) return { ...sealed, bytes: 0 };
  await seal(sealed);
  await put(parcelOf(name, sealed, await fileBody(world.disk, file), world), world);
  await world.disk.unlink(path);
  return sealed;
}

async function writeCounted(session: RowSource, chunk: ChunkToWrite, { output }: ChunkWorld): Promise<WrittenRows> {
  const { table, bounds } = chunk;
  const written =
    output.format === "csv" ? await writeCsv(session, chunk, output.compression) : await writeParquet(session, chunk);
  const place = `${table.schema}.${table.name}`;
  const [row] = await session.rows(countStatement(table, bounds), `Counting the rows of ${place}`);
  if (Number(row?.[0]) === written.rows) return written;
  const message =
    `The source counts ${row?.[0]} rows in a chunk of ${place}, and ${written.rows} came: nothing of it was put. ` +
    "A function in where that answers differently each time does this; else look at the indexes of the table";
  throw new ExportError("count-differs", message);
}

async function findLanded(name: string, sealed: Sealed, world: ChunkWorld): Promise<Sealed | undefined> {
  const { store, destination, output, signal } = world;
  if (sealed.rows === 0) return undefined;
  const found = await store.head(output.bucket, name, signal);
  const parcel = parcelOf(name, sealed, { ...bytesBody(NOTHING), ...sealed }, world);
  if (found === undefined) {
    await destination.abandonUploads(parcel, []);
    return undefined;
  }
  const identity = identityOf(found);
  if (identity?.id === parcel.id) {
    await store.settle?.(output.bucket, name);
    return { rows: identity.records, bytes: found.bytes, checksum: sealed.checksum };
  }
  // A store that keeps no metadata: then it has to have the bytes that were sealed. Throws where it is somebody else's.
  await destination.find(parcel);
  return sealed;
}

const NOTHING = new Uint8Array();

/** Puts are tried again for about a minute; then the run fails, to be gone on with. */
const PUT_TRIES_MAX = 8;

async function put(parcel: Parcel, { destination, clock, random, signal }: ChunkWorld): Promise<void> {
  const progress = new ParcelProgress(parcel.records);
  for (let number = 1; ; number++) {
    try {
      await destination.deliver(parcel, { number, progress, recordUpload: async () => undefined, signal });
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof LakehoseError) || !error.retriable || number === PUT_TRIES_MAX) throw error;
      await clock.sleep(backoffMs(number, random), signal);
    }
  }
}

function parcelOf(name: string, { rows }: Sealed, body: ObjectBody, world: ChunkWorld): Parcel {
  const { format, compression } = world.output;
  const { contentType, contentEncoding } = format === "csv" ? csvFormat : parquetFormat;
  const encoding = contentEncoding?.({ type: format === "csv" ? compression : "none" });
  const id = parcelId(name, world);
  return {
    id,
    ordinal: 0,
    settledBelow: 0,
    name,
    records: rows,
    outcomeDigest: id.slice(0, 8),
    contentType,
    ...(encoding !== undefined && { contentEncoding: encoding }),
    metadata: {},
    body,
  };
}

/** The name has a run in it that is never given twice. */
function parcelId(name: string, { output }: ChunkWorld): string {
  return createHash("sha256").update(`${output.bucket}/${name}`).digest("hex").slice(0, 32);
}
