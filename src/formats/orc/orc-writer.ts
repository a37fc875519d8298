import type { Column } from "../../model/schema/column-type.ts";
import type { Problem } from "../gathering-encoder.ts";
import type { RowSink } from "../row-object-writer.ts";
import type { Row } from "../rows/row.ts";
import { ambiguousTimestamp } from "./ambiguous-timestamp.ts";
import type { OrcCompression } from "./chunk.ts";
import type { ColumnStatistics } from "./column-statistics.ts";
import { footer, MAGIC, metadata, postScript, type StripeInformation } from "./footer.ts";
import { messageBuffer, Stripe } from "./stripe.ts";

/**
 * An ORC file (version 0.12), top to bottom in the order of its bytes:
 *
 *     file     "ORC", stripes, metadata (statistics of the stripes), footer, postscript, length of the postscript (byte)
 *
 * A stripe is written once its streams hold `stripeBytes`, compressed where they are; that is the memory that an open file
 * takes, and readers need as much.
 */
export class OrcWriter implements RowSink {
  readonly problemOf: ((row: Row) => Problem | undefined) | undefined;
  readonly #options: OrcWriterOptions;
  readonly #stripes: StripeInformation[] = [];
  #stripe: Stripe;
  #offset = 0;

  constructor(options: OrcWriterOptions) {
    this.#options = options;
    this.#stripe = new Stripe(options);
    this.problemOf = ambiguousTimestamp(options.columns);
  }

  get retainedBytes(): number {
    return this.#stripe.bytes;
  }

  row(row: Row): void {
    this.#stripe.write(row);
  }

  async settle(): Promise<readonly Buffer[]> {
    await this.#stripe.settle();
    return this.#stripe.bytes < this.#options.stripeBytes ? [] : this.#endStripe();
  }

  async *end(): AsyncGenerator<readonly Buffer[]> {
    yield await this.#endStripe();
    const { columns, compression, rowIndexStride } = this.#options;
    const contentLength = this.#offset;
    const statistics = totals(this.#stripes, new Stripe(this.#options));
    const parts = [
      messageBuffer(metadata(this.#stripes), compression),
      messageBuffer(
        footer({ columns, stripes: this.#stripes, statistics, contentLength, rowIndexStride }),
        compression,
      ),
    ];
    for (const part of parts) await part.settle(true);
    const [metadataLength = 0, footerLength = 0] = parts.map(({ writtenLength }) => writtenLength);
    yield [...parts.flatMap(({ chunks }) => chunks), postScript({ footerLength, metadataLength, compression })];
  }

  async #endStripe(): Promise<readonly Buffer[]> {
    const opening = this.#offset === 0 ? [Buffer.from(MAGIC)] : [];
    this.#offset += opening.length === 0 ? 0 : MAGIC.length;
    if (this.#stripe.rows === 0) return opening;
    const { chunks, information } = await this.#stripe.finish(this.#offset);
    this.#offset += information.indexLength + information.dataLength + information.footerLength;
    this.#stripes.push(information);
    this.#stripe = new Stripe(this.#options);
    return [...opening, ...chunks];
  }
}

export interface OrcWriterOptions {
  readonly columns: readonly Column[];
  readonly compression: OrcCompression | undefined;
  readonly stripeBytes: number;
  readonly rowIndexStride: number;
}

/** Statistics of the file, column by column; `empty` tells them apart where there is no stripe. */
function totals(stripes: readonly StripeInformation[], empty: Stripe): readonly ColumnStatistics[] {
  const sums = empty.statistics;
  for (const { statistics } of stripes) for (const [index, one] of statistics.entries()) sums[index]?.merge(one);
  return sums;
}
