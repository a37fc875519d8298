import type { Column } from "../../model/schema/column-type.ts";
import type { Row } from "../rows/row.ts";
import type { OrcCompression } from "./chunk.ts";
import type { ColumnStatistics } from "./column-statistics.ts";
import { type ColumnWriter, STREAM_KIND } from "./column-writer.ts";
import { columnWriters } from "./columns.ts";
import type { StripeInformation } from "./footer.ts";
import { resolvePosition } from "./position.ts";
import { ProtobufMessage } from "./protobuf.ts";
import { StreamBuffer } from "./stream-buffer.ts";

/**
 * Rows of a stripe, gathered column by column:
 *
 *     stripe   row index of each column, streams of each column, footer that names them in this order
 *
 * A row group is `rowIndexStride` rows; the index says where it begins in each stream and what is in it.
 */
export class Stripe {
  rows = 0;
  readonly #options: StripeOptions;
  readonly #memory = { bytes: 0 };
  readonly #root: ColumnWriter;
  readonly #columns: readonly ColumnWriter[];
  #rowsInGroup = 0;

  constructor(options: StripeOptions) {
    this.#options = options;
    this.#root = columnWriters(options.columns, { compression: options.compression, memory: this.#memory });
    this.#columns = [...this.#root.all()];
  }

  get bytes(): number {
    return this.#memory.bytes;
  }

  /** Of each column over the row groups that are done. */
  get statistics(): readonly ColumnStatistics[] {
    return this.#columns.map(({ total }) => total);
  }

  write(row: Row): void {
    this.#root.write(row);
    this.rows++;
    if (++this.#rowsInGroup === this.#options.rowIndexStride) this.#endGroup();
  }

  /** Compresses what is full. */
  async settle(): Promise<void> {
    await settleAll(this.#columns.flatMap(({ openStreams }) => openStreams.map(({ buffer }) => buffer)));
  }

  /** The whole stripe, as it stands at `offset` of the file. */
  async finish(
    offset: number,
  ): Promise<{ readonly chunks: readonly Buffer[]; readonly information: StripeInformation }> {
    if (this.#rowsInGroup > 0) this.#endGroup();
    for (const column of this.#columns) column.flush();
    const data = this.#columns.flatMap((column) => column.streams.map((stream) => ({ ...stream, column: column.id })));
    await settleAll(
      data.map(({ buffer }) => buffer),
      true,
    );
    const indexes = await this.#rowIndexes();
    const footer = this.#footerOf([...indexes, ...data]);
    await footer.settle(true);
    const information = {
      offset,
      indexLength: lengthOf(indexes),
      dataLength: lengthOf(data),
      footerLength: footer.writtenLength,
      rows: this.rows,
      statistics: this.statistics,
    };
    const buffers = [...indexes.map(({ buffer }) => buffer), ...data.map(({ buffer }) => buffer), footer];
    return { chunks: buffers.flatMap(({ chunks }) => chunks), information };
  }

  #endGroup(): void {
    this.#root.endGroup();
    this.#rowsInGroup = 0;
  }

  async #rowIndexes(): Promise<StripeStream[]> {
    const streams = this.#columns.map((column) => {
      const index = new ProtobufMessage().messages(
        1,
        column.groups.map((group) =>
          new ProtobufMessage()
            .packed(1, column.positionsOf(group).flatMap(resolvePosition))
            .message(2, group.statistics.toMessage()),
        ),
      );
      return { kind: STREAM_KIND.rowIndex, column: column.id, buffer: this.#bufferOf(index) };
    });
    await settleAll(
      streams.map(({ buffer }) => buffer),
      true,
    );
    return streams;
  }

  #footerOf(streams: readonly StripeStream[]): StreamBuffer {
    const message = new ProtobufMessage()
      .messages(
        1,
        streams.map(({ kind, column, buffer }) =>
          new ProtobufMessage().uint(1, kind).uint(2, column).uint(3, buffer.writtenLength),
        ),
      )
      .messages(
        2,
        this.#columns.map(({ encoding }) => new ProtobufMessage().uint(1, encoding)),
      )
      .string(3, WRITER_TIME_ZONE);
    return this.#bufferOf(message);
  }

  #bufferOf(message: ProtobufMessage): StreamBuffer {
    return messageBuffer(message, this.#options.compression);
  }
}

export interface StripeOptions {
  readonly columns: readonly Column[];
  readonly compression: OrcCompression | undefined;
  readonly rowIndexStride: number;
}

/** A message of the metadata, which is compressed like any stream. */
export function messageBuffer(message: ProtobufMessage, compression: OrcCompression | undefined): StreamBuffer {
  const bytes = message.finish();
  const buffer = new StreamBuffer(compression, { bytes: 0 });
  buffer.reserve(bytes.length);
  bytes.copy(buffer.bytes);
  buffer.length = bytes.length;
  return buffer;
}

interface StripeStream {
  readonly kind: number;
  readonly column: number;
  readonly buffer: StreamBuffer;
}

/** A timestamp has no zone: readers show the same wall clock wherever they are. */
const WRITER_TIME_ZONE = "UTC";

/** Streams under compression at once: bounds what native threads hold. */
const STREAMS_AT_ONCE = 8;

async function settleAll(buffers: readonly StreamBuffer[], all = false): Promise<void> {
  for (let at = 0; at < buffers.length; at += STREAMS_AT_ONCE) {
    await Promise.all(buffers.slice(at, at + STREAMS_AT_ONCE).map((buffer) => buffer.settle(all)));
  }
}

function lengthOf(streams: readonly StripeStream[]): number {
  return streams.reduce((sum, { buffer }) => sum + buffer.writtenLength, 0);
}
