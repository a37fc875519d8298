import type { Cell } from "../rows/row.ts";
import { BooleanRunWriter } from "./boolean-run-writer.ts";
import type { OrcCompression } from "./chunk.ts";
import { ColumnStatistics, type StatisticsKind } from "./column-statistics.ts";
import { type Position, type PositionTaker, positionOf } from "./position.ts";
import { StreamBuffer, type StripeMemory } from "./stream-buffer.ts";

/** Stream.Kind of ORC's metadata. */
export const STREAM_KIND = { present: 0, data: 1, length: 2, dictionaryData: 3, secondary: 5, rowIndex: 6 } as const;
/** ColumnEncoding.Kind of ORC's metadata. */
export const ENCODING = { direct: 0, directV2: 2 } as const;

export interface ColumnStream {
  readonly kind: number;
  readonly buffer: StreamBuffer;
}

/** A row group in the making or done: where it begins in each stream of its column, and what is in it. */
export interface RowGroup {
  readonly present: Position;
  readonly others: readonly Position[];
  readonly statistics: ColumnStatistics;
}

/** What all columns of a file share. */
export interface ColumnContext {
  readonly compression: OrcCompression | undefined;
  readonly memory: StripeMemory;
}

/** Something that writes the values of a column that are not null. */
export interface ValueWriter {
  readonly encoding: number;
  /** In the order in which positions stand in the row index. */
  readonly takers: readonly (PositionTaker & { flush(): void })[];
  readonly streams: readonly ColumnStream[];
  write(cell: Exclude<Cell, null>): void;
}

/** One column of one stripe, with what it has within: which values are there, the values, row groups, statistics. */
export class ColumnWriter {
  readonly id: number;
  readonly children: readonly ColumnWriter[];
  readonly groups: RowGroup[] = [];
  readonly #kind: StatisticsKind;
  readonly #present: BooleanRunWriter;
  readonly #values: ValueWriter;
  #statistics: ColumnStatistics;
  #group: Omit<RowGroup, "statistics">;
  #hasNull = false;

  constructor(parts: ColumnParts, context: ColumnContext) {
    this.id = parts.id;
    this.children = parts.children;
    this.#kind = parts.statistics;
    this.#values = parts.values;
    this.#present = new BooleanRunWriter(new StreamBuffer(context.compression, context.memory));
    this.#statistics = new ColumnStatistics(this.#kind);
    this.#group = this.#takePositions();
  }

  get encoding(): number {
    return this.#values.encoding;
  }

  write(cell: Cell): void {
    if (cell === null) {
      this.#present.write(false);
      this.#hasNull = true;
      this.#statistics.hasNull = true;
      return;
    }
    this.#present.write(true);
    this.#statistics.see(cell);
    this.#values.write(cell);
  }

  /** Ends the row group here and in all columns within. */
  endGroup(): void {
    this.groups.push({ ...this.#group, statistics: this.#statistics });
    this.#statistics = new ColumnStatistics(this.#kind);
    this.#group = this.#takePositions();
    for (const child of this.children) child.endGroup();
  }

  flush(): void {
    this.#present.flush();
    for (const taker of this.#values.takers) taker.flush();
  }

  /** What is written of this column alone. A column without nulls has no stream that says where they are. */
  get streams(): readonly ColumnStream[] {
    const present = { kind: STREAM_KIND.present, buffer: this.#present.stream };
    return this.#hasNull ? [present, ...this.#values.streams] : this.#values.streams;
  }

  /** Including the one that may be left out in the end. */
  get openStreams(): readonly ColumnStream[] {
    return [{ kind: STREAM_KIND.present, buffer: this.#present.stream }, ...this.#values.streams];
  }

  positionsOf(group: RowGroup): readonly Position[] {
    return this.#hasNull ? [group.present, ...group.others] : group.others;
  }

  get total(): ColumnStatistics {
    const total = new ColumnStatistics(this.#kind);
    for (const { statistics } of this.groups) total.merge(statistics);
    return total;
  }

  /** This column and all within, in the order of their ids. */
  *all(): Generator<ColumnWriter> {
    yield this;
    for (const child of this.children) yield* child.all();
  }

  #takePositions(): Omit<RowGroup, "statistics"> {
    return { present: positionOf(this.#present), others: this.#values.takers.map(positionOf) };
  }
}

export interface ColumnParts {
  readonly id: number;
  readonly statistics: StatisticsKind;
  readonly values: ValueWriter;
  readonly children: readonly ColumnWriter[];
}
