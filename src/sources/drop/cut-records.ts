/** Records of one append. */
export interface RecordRun {
  readonly records: readonly Buffer[];
  /** Where in the file each begins. */
  readonly starts: readonly number[];
  /** Offset in the file behind the last of them. */
  readonly end: number;
  readonly last: boolean;
}

export interface CutOptions {
  readonly content: "whole" | "lines";
  readonly recordBytesMax: number;
  /** Offset in the file of the first byte. */
  readonly from: number;
}

export interface TooLarge {
  /** At least so many: it is not read further. */
  readonly tooLargeBytes: number;
}

/** Large enough that appends are few. */
const RUN_BYTES_MAX = 4 * 1024 * 1024;
const RUN_RECORDS_MAX = 10_000;

const LINE_FEED = 0x0a;

/**
 * A file's bytes as records: one, or one for each line that is not empty. Runs of lines hold only whole lines, and the last
 * one comes with `last` also when nothing is in it. After `TooLarge` nothing more comes.
 */
export async function* cutRecords(
  bytes: AsyncIterable<Uint8Array>,
  options: CutOptions,
): AsyncGenerator<RecordRun | TooLarge> {
  if (options.content === "whole") yield await cutWhole(bytes, options);
  else yield* cutLines(bytes, options);
}

async function cutWhole(
  bytes: AsyncIterable<Uint8Array>,
  { recordBytesMax, from }: CutOptions,
): Promise<RecordRun | TooLarge> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > recordBytesMax) return { tooLargeBytes: length };
  }
  return { records: [Buffer.concat(chunks)], starts: [from], end: from + length, last: true };
}

async function* cutLines(
  bytes: AsyncIterable<Uint8Array>,
  { recordBytesMax, from }: CutOptions,
): AsyncGenerator<RecordRun | TooLarge> {
  const run = new LineRun(from);
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const chunk of bytes) {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = buffer.indexOf(LINE_FEED); end !== -1; end = buffer.indexOf(LINE_FEED, start)) {
      const line = Buffer.concat([...rest, buffer.subarray(start, end)]);
      [rest, restBytes, start] = [[], 0, end + 1];
      if (line.length > recordBytesMax) return yield* [...run.take(false), { tooLargeBytes: line.length }];
      run.add(line, 1);
      if (run.isFull) yield* run.take(false);
    }
    if (start < buffer.length) rest.push(buffer.subarray(start));
    restBytes += buffer.length - start;
    if (restBytes > recordBytesMax + 1) return yield* [...run.take(false), { tooLargeBytes: restBytes }];
  }
  const line = Buffer.concat(rest);
  if (line.length > recordBytesMax) return yield* [...run.take(false), { tooLargeBytes: line.length }];
  run.add(line, 0);
  yield* run.take(true);
}

/** Lines that go into the log together. */
class LineRun {
  #records: Buffer[] = [];
  #starts: number[] = [];
  #bytes = 0;
  #end: number;

  constructor(from: number) {
    this.#end = from;
  }

  get isFull(): boolean {
    return this.#bytes >= RUN_BYTES_MAX || this.#records.length >= RUN_RECORDS_MAX;
  }

  /** `feedBytes`: of the line feed behind it, which the file's last line need not have. Of CRLF the CR goes, too. */
  add(line: Buffer, feedBytes: number): void {
    const record = line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
    if (record.length > 0) {
      this.#records.push(record);
      this.#starts.push(this.#end);
      this.#bytes += record.length;
    }
    this.#end += line.length + feedBytes;
  }

  *take(last: boolean): Generator<RecordRun> {
    if (this.#records.length > 0 || last) {
      yield { records: this.#records, starts: this.#starts, end: this.#end, last };
    }
    this.#records = [];
    this.#starts = [];
    this.#bytes = 0;
  }
}
