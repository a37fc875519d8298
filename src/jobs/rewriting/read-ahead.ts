import type { StoredFile } from "../../query/engine/location.ts";

export interface OpenedFile {
  readonly file: StoredFile;
  /** As stored. Throws what the store said, when it is read. */
  readonly packed: AsyncIterable<Buffer>;
}

/** Files that are fetched before their turn comes. A store far away takes tens of milliseconds for each. */
const FILES_AHEAD = 16;

/** What is fetched ahead is held in memory; larger files are read as they are written. */
const FETCHED_BYTES_MAX = 1024 * 1024;

/** The files in their order, the small ones fetched a few at a time. */
export async function* readAhead(files: readonly StoredFile[]): AsyncGenerator<OpenedFile> {
  const fetched: Promise<Buffer[]>[] = [];
  for (const [index, file] of files.entries()) {
    for (let next = fetched.length; next < Math.min(index + FILES_AHEAD, files.length); next++) {
      fetched.push(fetchSmall(files[next]));
    }
    const whole = fetched[index];
    fetched[index] = NOTHING;
    const isSmall = file.object.bytes <= FETCHED_BYTES_MAX;
    yield { file, packed: isSmall && whole !== undefined ? chunksOf(whole) : storedChunks(file) };
  }
}

const NOTHING: Promise<Buffer[]> = Promise.resolve([]);

function fetchSmall(file: StoredFile | undefined): Promise<Buffer[]> {
  if (file === undefined || file.object.bytes > FETCHED_BYTES_MAX) return NOTHING;
  const fetching = fetchWhole(file);
  // A failure is for whoever reads the file when its turn comes; until then it must not count as unhandled.
  fetching.catch(() => undefined);
  return fetching;
}

async function fetchWhole(file: StoredFile): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of storedChunks(file)) chunks.push(chunk);
  return chunks;
}

async function* chunksOf(whole: Promise<Buffer[]>): AsyncGenerator<Buffer> {
  yield* await whole;
}

async function* storedChunks({ store, bucket, object }: StoredFile): AsyncGenerator<Buffer> {
  yield* await store.get(bucket, object.key);
}
