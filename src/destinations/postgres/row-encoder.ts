import type { IdentifiedRecord } from "../../model/identified-records.ts";
import type { Condition } from "../../processors/filter/condition.ts";
import { meets } from "../../processors/filter/evaluate-condition.ts";
import { parseJsonObject } from "../../std/json-node.ts";
import { arrayLiteral } from "./array-literal.ts";
import { CopyText } from "./copy-text.ts";
import { ABSENT, FieldFinder } from "./field-finder.ts";
import type { MappedColumn, Mapping, RecordPart } from "./mapping.ts";

/**
 * Records as rows of COPY. What a field says goes to the server as it was written, numbers with all their digits, and the
 * server converts it; only what cannot even be sent to it is refused here.
 *
 * A row of the table itself has the mapped columns. A staged row has three more before them: the record's place in the parcel,
 * whether it deletes its row, and which columns it says nothing of that have a default.
 */
export class RowEncoder {
  readonly #options: RowEncoderOptions;
  readonly #columns: readonly MappedColumn[];
  readonly #takesFields: boolean;
  /** Places of columns that take a field and have a default. */
  readonly #withDefault: readonly number[];
  /** Places of columns of the key that take a field. */
  readonly #key: readonly number[];
  readonly #fields: FieldFinder;
  readonly #text = new CopyText();

  constructor({ columns, key = [] }: Mapping, options: RowEncoderOptions) {
    const ofFields = columns.filter(({ source }) => source.kind === "path");
    const placeOf = ({ place }: MappedColumn) => place;
    this.#options = options;
    this.#columns = columns;
    this.#takesFields = ofFields.length > 0;
    this.#withDefault = ofFields.filter(({ defaultText }) => defaultText !== undefined).map(placeOf);
    this.#key = ofFields.filter(({ name }) => key.includes(name)).map(placeOf);
    this.#fields = new FieldFinder(columns);
  }

  /** Bytes of the rows so far. */
  get length(): number {
    return this.#text.length;
  }

  take(): Buffer {
    return this.#text.take();
  }

  /** Writes its row, or says why there is none. */
  add(record: IdentifiedRecord): RowRefusal | undefined {
    if (this.#takesFields) {
      if (!this.#fields.find(record.bytes)) return NOT_JSON;
      // A row of nulls is nobody's wish: the names are wrong.
      if (this.#fields.found === 0) return NO_FIELD;
    }
    for (const place of this.#key) if (this.#isNull(place)) return this.#keyIsMissing();
    try {
      if (this.#options.isStaged) this.#writeStagePart(record);
      else if (this.#lacksDefaults()) throw new NeedsDefaults();
      for (const column of this.#columns) this.#writeColumn(column, record);
    } catch (error) {
      this.#text.dropRow();
      if (error instanceof UnsendableText) return NOT_UTF8;
      throw error;
    }
    return this.#text.endRow() ? undefined : NOT_UTF8;
  }

  #writeStagePart({ bytes, index }: IdentifiedRecord): void {
    const { deletes } = this.#options;
    const root = deletes === undefined ? undefined : parseJsonObject(bytes);
    const isDeletion = deletes !== undefined && root !== undefined && meets(root, deletes);
    const absent = this.#withDefault.filter((place) => this.#fields.starts[place] === ABSENT);
    this.#text.text(String(index));
    this.#text.tab();
    this.#text.text(isDeletion ? "t" : "f");
    this.#text.tab();
    this.#text.text(`{${absent.join(",")}}`);
    this.#text.tab();
  }

  #lacksDefaults(): boolean {
    for (const place of this.#withDefault) if (this.#fields.starts[place] === ABSENT) return true;
    return false;
  }

  #writeColumn(column: MappedColumn, record: IdentifiedRecord): void {
    const { place, source, typeName } = column;
    if (place > 0) this.#text.tab();
    if (source.kind === "part") this.#writePart(source.part, record, typeName);
    else if (this.#isNull(place)) this.#text.null();
    else this.#writeField(column, record.bytes);
  }

  #writeField({ place, isArray, isJson }: MappedColumn, bytes: Buffer): void {
    const { starts, ends } = this.#fields;
    const start = starts[place] as number;
    const end = ends[place] as number;
    if (bytes[start] === QUOTE && !isJson) {
      // Mostly as it stands between its quotes.
      if (this.#text.plainBytes(bytes, start + 1, end - 1)) return;
      this.#text.text(sendable(this.#fields.nodeOf(place).text));
    } else if (bytes[start] === OPEN_BRACKET && isArray) {
      this.#text.text(sendable(arrayLiteral(this.#fields.nodeOf(place))));
    } else this.#text.bytes(bytes, start, end);
  }

  #isNull(place: number): boolean {
    const { starts, bytes } = this.#fields;
    const start = starts[place] as number;
    return start === ABSENT || bytes[start] === FIRST_OF_NULL;
  }

  #writePart(part: RecordPart, record: IdentifiedRecord, typeName: string): void {
    const { bytes, arrivalMs, streamUid = this.#options.streamUid, offset, piece } = record;
    if (part === "record" && typeName !== "bytea") {
      if (bytes.includes(0)) throw new UnsendableText();
      this.#text.bytes(bytes, 0, bytes.length);
      return;
    }
    const texts = {
      record: () => `\\x${bytes.toString("hex")}`,
      arrival: () => new Date(arrivalMs).toISOString(),
      stream: () => streamUid,
      offset: () => String(offset),
      piece: () => String(piece),
    };
    this.#text.text(texts[part]());
  }

  #keyIsMissing(): RowRefusal {
    const names = this.#key.map((place) => this.#columns[place]?.name).join(", ");
    return {
      code: "23502",
      message: `Expected a value for each column of the key (${names}), got a record without one`,
    };
  }
}

export interface RowEncoderOptions {
  readonly isStaged: boolean;
  readonly deletes: Condition | undefined;
  /** Of the parcel's own stream. */
  readonly streamUid: string;
}

/** Why a record has no row; `code` is the SQLSTATE that the server would have said, where there is one for it. */
export interface RowRefusal {
  readonly code: string;
  readonly message: string;
}

/** COPY into the table has no word for "as the table says": rows have to be staged. */
export class NeedsDefaults extends Error {
  override readonly name = "NeedsDefaults";
}

/** A text that PostgreSQL has no form for, such as one with a NUL. */
class UnsendableText extends Error {
  override readonly name = "UnsendableText";
}

const NOT_UTF8: RowRefusal = {
  code: "22021",
  message: 'invalid byte sequence for encoding "UTF8": the record has a NUL, half a surrogate pair, or is no UTF-8',
};
const NOT_JSON: RowRefusal = {
  code: "Lakehose.NotJsonObject",
  message: "Expected a JSON object whose fields become columns",
};
const NO_FIELD: RowRefusal = {
  code: "Lakehose.NoColumn",
  message:
    "Expected fields that columns take, got a record with none of them: names are the same with upper and lower case",
};

const QUOTE = 0x22;
const OPEN_BRACKET = 0x5b;
/** No other JSON value begins with an n. */
const FIRST_OF_NULL = 0x6e;

function sendable(text: string): string {
  if (text.includes("\0") || !text.isWellFormed()) throw new UnsendableText();
  return text;
}
