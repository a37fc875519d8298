import type { Column, ColumnType } from "../../model/schema/column-type.ts";
import type { OrcCompression } from "./chunk.ts";
import { CHUNK_BYTES } from "./chunk.ts";
import type { ColumnStatistics } from "./column-statistics.ts";
import { childTypes } from "./columns.ts";
import { ProtobufMessage } from "./protobuf.ts";

/** ORC's metadata messages, field by field (orc_proto.proto). */

export interface StripeInformation {
  readonly offset: number;
  readonly indexLength: number;
  readonly dataLength: number;
  readonly footerLength: number;
  readonly rows: number;
  readonly statistics: readonly ColumnStatistics[];
}

/** Statistics of each column of each stripe. */
export function metadata(stripes: readonly StripeInformation[]): ProtobufMessage {
  return new ProtobufMessage().messages(
    1,
    stripes.map(({ statistics }) =>
      new ProtobufMessage().messages(
        1,
        statistics.map((one) => one.toMessage()),
      ),
    ),
  );
}

export function footer({ columns, stripes, statistics, contentLength, rowIndexStride }: FooterParts): ProtobufMessage {
  return new ProtobufMessage()
    .uint(1, HEADER_BYTES)
    .uint(2, contentLength)
    .messages(3, stripes.map(stripeInformation))
    .messages(4, typeMessages(columns))
    .uint(
      6,
      stripes.reduce((sum, { rows }) => sum + rows, 0),
    )
    .messages(
      7,
      statistics.map((one) => one.toMessage()),
    )
    .uint(8, rowIndexStride)
    .uint(11, PROLEPTIC_GREGORIAN)
    .string(12, "lakehose");
}

export interface FooterParts {
  readonly columns: readonly Column[];
  readonly stripes: readonly StripeInformation[];
  readonly statistics: readonly ColumnStatistics[];
  readonly contentLength: number;
  readonly rowIndexStride: number;
}

/** The end of a file: what is needed to read the footer, uncompressed, and its own length in the last byte. */
export function postScript({ footerLength, metadataLength, compression }: PostScriptParts): Buffer {
  const message = new ProtobufMessage()
    .uint(1, footerLength)
    .uint(2, compression === undefined ? 0 : COMPRESSION_KIND[compression])
    .uint(3, compression === undefined ? undefined : CHUNK_BYTES)
    .packed(4, FILE_VERSION)
    .uint(5, metadataLength)
    .uint(6, WRITER_VERSION)
    .string(8000, MAGIC)
    .finish();
  return Buffer.concat([message, Buffer.from([message.length])]);
}

export interface PostScriptParts {
  readonly footerLength: number;
  readonly metadataLength: number;
  readonly compression: OrcCompression | undefined;
}

export const MAGIC = "ORC";
const HEADER_BYTES = MAGIC.length;

/** CompressionKind of the metadata. */
const COMPRESSION_KIND: Readonly<Record<OrcCompression, number>> = { zlib: 1, snappy: 2 };

/** 0.12, the version of all of today's readers. */
const FILE_VERSION = [0, 12];

/**
 * Tells readers which faults of older writers to allow for: this one has none of those before ORC-135 (statistics in
 * UTF-8 order and in UTC). The writer's own number stays that of the Java writer, since unknown ones confuse old readers.
 */
const WRITER_VERSION = 6;

/** CalendarKind: days before 1582 are counted in today's calendar. */
const PROLEPTIC_GREGORIAN = 2;

function stripeInformation(stripe: StripeInformation): ProtobufMessage {
  return new ProtobufMessage()
    .uint(1, stripe.offset)
    .uint(2, stripe.indexLength)
    .uint(3, stripe.dataLength)
    .uint(4, stripe.footerLength)
    .uint(5, stripe.rows);
}

/** Type.Kind of the metadata. */
const TYPE_KIND: Readonly<Record<ColumnType["kind"], number>> = {
  boolean: 0,
  tinyint: 1,
  smallint: 2,
  int: 3,
  bigint: 4,
  float: 5,
  double: 6,
  string: 7,
  binary: 8,
  timestamp: 9,
  array: 10,
  map: 11,
  struct: 12,
  decimal: 14,
  date: 15,
  varchar: 16,
  char: 17,
};

/** The types of all columns in the order of their ids, the root first. */
function typeMessages(columns: readonly Column[]): ProtobufMessage[] {
  const messages: ProtobufMessage[] = [];
  const describe = (type: ColumnType): number => {
    const id = messages.push(new ProtobufMessage()) - 1;
    const message = new ProtobufMessage().uint(1, TYPE_KIND[type.kind]).packed(2, childTypes(type).map(describe));
    if (type.kind === "struct") for (const { name } of type.fields) message.string(3, name);
    if (type.kind === "varchar" || type.kind === "char") message.uint(4, type.length);
    if (type.kind === "decimal") message.uint(5, type.precision).uint(6, type.scale);
    messages[id] = message;
    return id;
  };
  describe({ kind: "struct", fields: columns });
  return messages;
}
