import { join } from "node:path";
import { compressions } from "../../formats/compression/registry.ts";
import type { QuerySession } from "../../query/engine/session.ts";
import { QueryError } from "../../query/query-error.ts";
import { FileLeftAlone } from "../rewriting/file-left-alone.ts";
import { groupParquet, joinParquet } from "../rewriting/join-parquet.ts";
import { nameOf } from "../rewriting/join-text.ts";
import { plainExtensionOf, rewrittenKey } from "../rewriting/output-name.ts";
import type { NewFile } from "../rewriting/replace-files.ts";
import { PLAIN_BYTES_MAX } from "../rewriting/rewriting-limits.ts";
import type { RewritingRun } from "../rewriting/rewriting-world.ts";
import { scratchFileBody } from "../rewriting/scratch-object.ts";
import { isTextReader, type TextReader } from "../rewriting/text-lines.ts";
import { dropRecords } from "./drop-records.ts";
import type { Repeats } from "./find-repeats.ts";
import type { WindowFile } from "./window-files.ts";

export interface RewriteWithoutOptions {
  readonly repeats: Repeats;
  readonly session: QuerySession;
  readonly pathOf: (number: number) => string;
  readonly made: string;
  readonly run: RewritingRun;
}

export interface RewrittenFile {
  /** Absent when no row is left. */
  readonly made: NewFile | undefined;
  readonly dropped: number;
}

/** Makes the file without its repeats on this disk. Rejects with `FileLeftAlone` where the rows do not add up. */
export async function rewriteWithout(file: WindowFile, options: RewriteWithoutOptions): Promise<RewrittenFile> {
  const { repeats } = options;
  const dropped = await repeats.placesIn(file.number);
  if (dropped.length === (await repeats.rowsIn(file.number))) return { made: undefined, dropped: dropped.length };
  const { reader } = file.place;
  const made = isTextReader(reader)
    ? await rewriteText(file, reader, dropped, options)
    : await rewriteParquet(file, dropped.length, options);
  return { made, dropped: dropped.length };
}

async function rewriteText(
  { stored, number }: WindowFile,
  reader: TextReader,
  dropped: readonly number[],
  { repeats, made, run }: RewriteWithoutOptions,
): Promise<NewFile> {
  const { disk, signal, random } = run;
  const { body, compression } = await dropRecords(stored, {
    reader,
    disk,
    path: join(made, String(number)),
    rows: await repeats.rowsIn(number),
    dropped,
    plainBytesMax: PLAIN_BYTES_MAX,
    signal,
  });
  const { extension, contentEncoding } = compressions[compression];
  const { key } = stored.object;
  return {
    name: { bucket: stored.bucket, key: rewrittenKey(key, `${plainExtensionOf(key)}${extension}`, random) },
    body,
    contentType: reader.format === "json" ? "application/x-ndjson" : "text/csv",
    ...(contentEncoding === undefined ? {} : { contentEncoding }),
  };
}

async function rewriteParquet(
  { stored, number }: WindowFile,
  dropped: number,
  { repeats, session, pathOf, made, run }: RewriteWithoutOptions,
): Promise<NewFile> {
  const path = pathOf(number);
  const output = join(made, String(number));
  const { leftAlone } = await groupParquet(session, [path]);
  const reason = leftAlone.get(path);
  if (reason !== undefined) throw new FileLeftAlone(nameOf(stored), reason);
  try {
    const group = { paths: [path], output, exceptPlaces: repeats.placesQuery(number) };
    const { rowsIn, rowsOut } = await joinParquet(session, group);
    if (rowsOut !== rowsIn - dropped) {
      throw new FileLeftAlone(nameOf(stored), `of ${rowsIn} rows ${dropped} should go, and ${rowsOut} were left`);
    }
  } catch (error) {
    if (!(error instanceof QueryError && error.code === "data")) throw error;
    throw new FileLeftAlone(nameOf(stored), error.message, { cause: error });
  }
  return {
    name: { bucket: stored.bucket, key: rewrittenKey(stored.object.key, ".parquet", run.random) },
    body: await scratchFileBody(run.disk, output),
    contentType: "application/vnd.apache.parquet",
  };
}
