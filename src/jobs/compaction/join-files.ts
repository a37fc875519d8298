import { join } from "node:path";
import { compressions } from "../../formats/compression/registry.ts";
import type { StoredFile } from "../../query/engine/location.ts";
import type { QuerySession } from "../../query/engine/session.ts";
import { QueryError } from "../../query/query-error.ts";
import { invariant } from "../../std/assert.ts";
import type { Disk } from "../../std/disk.ts";
import type { ObjectBody } from "../../storage/object-store.ts";
import { groupParquet, joinParquet, type ParquetGroup, withParquetSession } from "../rewriting/join-parquet.ts";
import { joinText } from "../rewriting/join-text.ts";
import { localCopies } from "../rewriting/local-copies.ts";
import { plainExtensionOf } from "../rewriting/output-name.ts";
import { PLAIN_BYTES_MAX } from "../rewriting/rewriting-limits.ts";
import { type RewritingRun, sessionOptionsOf } from "../rewriting/rewriting-world.ts";
import { scratchFileBody } from "../rewriting/scratch-object.ts";
import type { TablePlace } from "../rewriting/table-places.ts";
import { isTextReader, type TextReader } from "../rewriting/text-lines.ts";

/** One file that was made of several, on this disk. Nobody else has heard of it. */
export interface JoinedFile {
  readonly inputs: readonly StoredFile[];
  readonly body: ObjectBody;
  readonly extension: string;
  readonly contentType: string;
  readonly contentEncoding: string | undefined;
  /** Rows of Parquet, lines of text. */
  readonly rowsIn: number;
  readonly rowsOut: number;
}

export interface JoinOutcome {
  readonly joined: readonly JoinedFile[];
  /** Files that cannot be part of another one, with the reason. */
  readonly leftAlone: ReadonlyMap<StoredFile, string>;
}

/** Makes files of the batch in `directory`, which is empty: one, or one for each schema of Parquet. */
export function joinFiles(
  place: TablePlace,
  batch: readonly StoredFile[],
  directory: string,
  run: RewritingRun,
): Promise<JoinOutcome> {
  const { reader } = place;
  return isTextReader(reader) ? joinTextFiles(reader, batch, directory, run) : joinParquetFiles(batch, directory, run);
}

async function joinTextFiles(
  reader: TextReader,
  batch: readonly StoredFile[],
  directory: string,
  { disk, signal }: RewritingRun,
): Promise<JoinOutcome> {
  const path = join(directory, "joined");
  const { body, compression, linesIn, linesOut } = await joinText(batch, {
    reader,
    disk,
    path,
    plainBytesMax: PLAIN_BYTES_MAX,
    signal,
  });
  const { extension, contentEncoding } = compressions[compression];
  const joined: JoinedFile = {
    inputs: batch,
    body,
    extension: `${plainExtensionOf(batch[0]?.object.key ?? "")}${extension}`,
    contentType: reader.format === "json" ? "application/x-ndjson" : "text/csv",
    contentEncoding,
    rowsIn: linesIn,
    rowsOut: linesOut,
  };
  return { joined: [joined], leftAlone: new Map() };
}

async function joinParquetFiles(
  batch: readonly StoredFile[],
  directory: string,
  run: RewritingRun,
): Promise<JoinOutcome> {
  const { disk, signal } = run;
  const inputs = join(directory, "inputs");
  await disk.makeDirectory(inputs);
  const copies = await localCopies(batch, { disk, directory: inputs, extension: ".parquet", signal });
  const paths = [...copies.keys()];
  // Each try has a path of its own: no half of a group is tried twice, so that there are fewer than twice as many as files.
  const outputs = paths.flatMap((_, index) => [`${index}-a`, `${index}-b`].map((name) => join(directory, name)));
  const options = sessionOptionsOf(run, join(directory, "spill"));
  return withParquetSession(options, paths, outputs, async (session) => {
    const { groups, leftAlone } = await groupParquet(session, paths);
    const joined: JoinedFile[] = [];
    const refused = new Map(leftAlone);
    const joinGroup = async (group: readonly string[]): Promise<void> => {
      const output = outputs.pop();
      if (group.length < 2 || output === undefined) return;
      try {
        joined.push(await parquetFile(session, disk, { paths: group, output }, copies));
      } catch (error) {
        if (!(error instanceof QueryError && error.code === "data")) throw error;
        // One bad file is found by halves; of two nobody knows which it is, and neither would gain much.
        if (group.length === 2) for (const path of group) refused.set(path, error.message);
        else for (const half of halvesOf(group)) await joinGroup(half);
      }
    };
    for (const group of groups) await joinGroup(group);
    return { joined, leftAlone: new Map([...refused].map(([path, reason]) => [fileAt(copies, path), reason])) };
  });
}

async function parquetFile(
  session: QuerySession,
  disk: Disk,
  group: ParquetGroup,
  copies: ReadonlyMap<string, StoredFile>,
): Promise<JoinedFile> {
  const { rowsIn, rowsOut } = await joinParquet(session, group);
  return {
    inputs: group.paths.map((path) => fileAt(copies, path)),
    body: await scratchFileBody(disk, group.output),
    extension: ".parquet",
    contentType: "application/vnd.apache.parquet",
    contentEncoding: undefined,
    rowsIn,
    rowsOut,
  };
}

function halvesOf(group: readonly string[]): readonly (readonly string[])[] {
  const middle = Math.ceil(group.length / 2);
  return [group.slice(0, middle), group.slice(middle)];
}

function fileAt(copies: ReadonlyMap<string, StoredFile>, path: string): StoredFile {
  const file = copies.get(path);
  invariant(file !== undefined, "each path is the copy of a file");
  return file;
}
