import type { ColumnType } from "../../model/schema/column-type.ts";
import { decimalText } from "../rows/cell-text.ts";
import type { Cell, TimestampCell } from "../rows/row.ts";
import { compareText } from "./compare-text.ts";
import { ProtobufMessage } from "./protobuf.ts";

/**
 * What readers skip row groups, stripes and files by. A row group gathers its own, which are then merged upwards.
 *
 * Readers take a minimum that is absent for a column without values, so whatever cannot be said exactly (a text that is
 * too long, doubles with NaN among them) leaves the whole message of its kind out: then nothing is skipped.
 */
export class ColumnStatistics {
  readonly #kind: StatisticsKind;
  values = 0;
  hasNull = false;
  #min: Comparable | undefined;
  #max: Comparable | undefined;
  #sum: number | bigint | undefined;
  #unknown = false;

  constructor(kind: StatisticsKind) {
    this.#kind = kind;
    this.#sum = kind.kind === "decimal" ? 0n : 0;
  }

  see(cell: Exclude<Cell, null>): void {
    this.values++;
    switch (this.#kind.kind) {
      case "integer":
        this.#seeInteger(cell as number | bigint);
        break;
      case "date":
        this.#seeRange(cell as number);
        break;
      case "double":
        this.#seeDouble(cell as number);
        break;
      case "decimal":
        this.#addToSum(cell as bigint);
        this.#seeRange(cell as bigint);
        break;
      case "string":
        this.#seeText(cell as string);
        break;
      case "timestamp":
        this.#seeRange(millisOf(cell as TimestampCell));
        break;
      case "boolean":
        this.#addToSum(cell === true ? 1 : 0);
        break;
      case "binary":
        this.#addToSum((cell as Buffer).length);
        break;
      case "none":
        break;
    }
  }

  merge(other: ColumnStatistics): void {
    this.values += other.values;
    this.hasNull ||= other.hasNull;
    this.#unknown ||= other.#unknown;
    this.#sum = addUp(this.#sum, other.#sum);
    if (other.#min === undefined || other.#max === undefined) return;
    const compare = this.#kind.kind === "string" ? compareTexts : compareNumbers;
    if (this.#min === undefined || compare(other.#min, this.#min) < 0) this.#min = other.#min;
    if (this.#max === undefined || compare(other.#max, this.#max) > 0) this.#max = other.#max;
  }

  toMessage(): ProtobufMessage {
    const message = new ProtobufMessage().uint(1, this.values);
    if (!this.#unknown) this.#addKind(message);
    return message.uint(10, this.hasNull);
  }

  #addKind(message: ProtobufMessage): void {
    const [min, max, sum] = [this.#min, this.#max, this.#sum];
    const part = new ProtobufMessage();
    switch (this.#kind.kind) {
      case "integer":
        message.message(
          2,
          part
            .sint(1, min as number)
            .sint(2, max as number)
            .sint(3, sum),
        );
        return;
      case "double":
        message.message(3, part.double(1, min as number).double(2, max as number));
        return;
      case "string":
        message.message(
          4,
          part
            .string(1, min as string)
            .string(2, max as string)
            .sint(3, sum),
        );
        return;
      case "boolean":
        message.message(5, part.packed(1, [sum as number]));
        return;
      case "decimal":
        message.message(
          6,
          part.string(1, this.#decimal(min)).string(2, this.#decimal(max)).string(3, this.#decimal(sum)),
        );
        return;
      case "date":
        message.message(7, part.sint(1, min as number).sint(2, max as number));
        return;
      case "binary":
        message.message(8, part.sint(1, sum));
        return;
      case "timestamp":
        message.message(9, part.sint(3, min as number).sint(4, max as number));
        return;
      case "none":
        return;
    }
  }

  #addToSum(value: number | bigint): void {
    this.#sum = addUp(this.#sum, value);
  }

  #seeInteger(cell: number | bigint): void {
    this.#seeRange(cell);
    this.#addToSum(cell);
  }

  #seeDouble(cell: number): void {
    if (Number.isNaN(cell)) this.#unknown = true;
    else this.#seeRange(cell);
  }

  #seeRange(value: number | bigint): void {
    const [min, max] = [this.#min, this.#max];
    if (min === undefined || max === undefined) {
      this.#min = value;
      this.#max = value;
    } else if (value < (min as number)) this.#min = value;
    else if (value > (max as number)) this.#max = value;
  }

  #seeText(cell: string): void {
    if (cell.length > TEXT_LENGTH_MAX) this.#unknown = true;
    if (this.#unknown) return;
    this.#addToSum(Buffer.byteLength(cell));
    if (this.#min === undefined || compareText(cell, this.#min as string) < 0) this.#min = cell;
    if (this.#max === undefined || compareText(cell, this.#max as string) > 0) this.#max = cell;
  }

  #decimal(value: Comparable | undefined): string | undefined {
    if (typeof value !== "bigint" || value >= DECIMAL_LIMIT || value <= -DECIMAL_LIMIT) return undefined;
    return decimalText(value, this.#kind.scale ?? 0);
  }
}

type Comparable = number | bigint | string;

export interface StatisticsKind {
  readonly kind: "integer" | "double" | "string" | "boolean" | "decimal" | "date" | "binary" | "timestamp" | "none";
  readonly scale?: number;
}

export function statisticsKindOf(type: ColumnType): StatisticsKind {
  switch (type.kind) {
    case "tinyint":
    case "smallint":
    case "int":
    case "bigint":
      return { kind: "integer" };
    case "float":
    case "double":
      return { kind: "double" };
    case "string":
    case "varchar":
    case "char":
      return { kind: "string" };
    case "decimal":
      return { kind: "decimal", scale: type.scale };
    case "array":
    case "map":
    case "struct":
      return { kind: "none" };
    default:
      return { kind: type.kind };
  }
}

/** Longer texts would make the index larger than what it saves (ORC's own writer cuts them here). */
const TEXT_LENGTH_MAX = 1024;

/** Readers know decimals of 38 digits; sums may have more. */
const DECIMAL_LIMIT = 10n ** 38n;

/** Sums beyond what a number holds exactly are left out. */
function addUp(one: number | bigint | undefined, other: number | bigint | undefined): number | bigint | undefined {
  if (typeof one === "bigint" && typeof other === "bigint") return one + other;
  if (typeof one !== "number" || typeof other !== "number") return undefined;
  const sum = one + other;
  return Number.isSafeInteger(sum) ? sum : undefined;
}

function millisOf({ epochSeconds, nanos }: TimestampCell): number {
  return epochSeconds * 1000 + Math.floor(nanos / 1_000_000);
}

function compareNumbers(one: Comparable, other: Comparable): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function compareTexts(one: Comparable, other: Comparable): number {
  return compareText(one as string, other as string);
}
